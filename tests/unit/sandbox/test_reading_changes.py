"""What incremental clients rest on: dates as filters, totals beside an id, and the unclear cases of leaving."""

import pytest

from tests.unit.sandbox.conftest import Sandbox, on_list


def ids(sandbox: Sandbox, query: str) -> list[str]:
    found = sandbox.read(f"/api/3/contacts?{query}")
    shown = [one["id"] for one in found["contacts"]]
    assert found["meta"]["total"] == str(len(shown))
    return shown


def test_contacts_are_filtered_by_when_they_were_made_and_changed(sandbox: Sandbox) -> None:
    sandbox.imported(on_list("a@example.com"), on_list("b@example.com"))
    between = sandbox.read("/api/3/contacts/2")["contact"]["udate"]
    sandbox.clock.advance(3600)
    sandbox.imported({"email": "a@example.com", "phone": "1"}, {"email": "c@example.com"})
    assert ids(sandbox, f"filters[updated_after]={between}") == ["1", "3"]
    assert ids(sandbox, f"filters[updated_after]={between}&listid=1") == ["1"]
    assert ids(sandbox, f"filters[updated_before]={between}") == []
    assert ids(sandbox, "filters[updated_before]=2027-01-15T08:30:00Z") == ["2"]
    assert ids(sandbox, f"filters[created_after]={between}") == ["3"]
    assert ids(sandbox, "filters[created_before]=2027-01-15T02:30:00") == ["1", "2"]
    assert ids(sandbox, "filters[updated_after]=2027-01-15T08:30:00+00:00") == ["1", "3"]
    assert ids(sandbox, "filters[updated_after]=2027-01-16") == []
    assert ids(sandbox, "filters[updated_after]=whenever") == ["1", "2", "3"]


@pytest.mark.parametrize(("total", "expected"), [("above", "3"), ("whole", "5")])
def test_the_total_beside_an_id_counts_what_is_above_it_or_the_whole_list(
    sandbox: Sandbox, total: str, expected: str
) -> None:
    sandbox.imported(*[on_list(f"p{number}@example.com") for number in range(5)])
    sandbox.behave(total_with_id_greater=total)
    for query in ("listid=1&status=1&", ""):
        page = sandbox.read(f"/api/3/contacts?{query}id_greater=2&orders[id]=ASC&limit=2")
        assert [one["id"] for one in page["contacts"]] == ["3", "4"]
        assert page["meta"]["total"] == expected


@pytest.mark.parametrize(("switch", "lists"), [(True, {"1": 2}), (False, {})])
def test_unsubscribing_somebody_who_is_not_on_the_list(
    sandbox: Sandbox, *, switch: bool, lists: dict[str, int]
) -> None:
    sandbox.behave(unlisted_unsubscribed=switch)
    sandbox.imported({"email": "a@example.com", "unsubscribe": [{"listid": 1}]})
    assert sandbox.contact("a@example.com")["lists"] == lists


@pytest.mark.parametrize(("switch", "status"), [(False, 3), (True, 2)])
def test_unsubscribing_somebody_who_bounced(sandbox: Sandbox, *, switch: bool, status: int) -> None:
    sandbox.behave(bounced_unsubscribed=switch)
    sandbox.control("bounce", {"email": "a@example.com", "list": 1})
    sandbox.imported({"email": "a@example.com", "unsubscribe": [{"listid": 1}]})
    assert sandbox.contact("a@example.com")["lists"] == {"1": status}


@pytest.mark.parametrize(
    ("verb", "broken"),
    [("bounce", {"bounced_activated": 1}), ("unsubscribe", {"resubscribed": 1}), ("sign_up", {})],
)
def test_the_judge_sees_whom_contact_lists_made_active(
    sandbox: Sandbox, verb: str, broken: dict[str, int]
) -> None:
    sandbox.control(verb, {"email": "a@example.com", "list": 1})
    body = {"contactList": {"list": 1, "contact": 1, "status": 1}}
    assert sandbox.ask("POST", "/api/3/contactLists", body).status == 200
    assert sandbox.contact("a@example.com")["lists"] == {"1": 1}
    assert sandbox.rules_broken() == broken
