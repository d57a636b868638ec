"""Pages of lists: made, changed, picked into, searched, removed. What rules would do, before they are saved."""

from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leleka.services.access.actor import Role
from leleka.services.customers import queries as customer_queries
from leleka.state.models import AddressBook, ProfileList, Segment
from tests.integration.customers import open_shop
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office
from tests.integration.people import somebody

PATH = "/segments/lists"


@pytest.fixture
def browser(office: Office) -> Client:
    open_shop(office)
    Segment.objects.update(managed_by_file="")
    return somebody("editor", Role.CONTRIBUTOR).browser


def text_of(reply: Any) -> str:
    return str(reply.content.decode())


def test_a_list_is_made_of_text_and_a_file_and_what_nobody_has_is_named_masked(browser: Client) -> None:
    file = SimpleUploadedFile("more.csv", b"id\nc2\nsomebody\n")
    body = {"name": "Staff", "column": "", "entries": "c1\n\nc1", "file": file, "segment": "yes"}
    reply = browser.post(f"{PATH}/add", body)
    assert reply.status_code == 200
    assert "s***" in text_of(reply)
    row = ProfileList.objects.get()
    assert (row.size, row.unknown) == (3, 1)
    assert Segment.objects.get(name="Staff").rules == {"list": "Staff"}
    shown = text_of(browser.get(f"{PATH}/{row.pk}"))
    assert "O’Brien" in shown
    assert "Zoë" not in shown
    assert "Staff" in text_of(browser.get(PATH))


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(browser: Client) -> None:
    binary = SimpleUploadedFile("more.csv", "Ім'я".encode("cp1251"))
    for body, code in (
        ({"name": "", "entries": "c1"}, "id-name-error"),
        ({"name": "Staff", "entries": " "}, "LIST_EMPTY"),
        ({"name": "Staff", "entries": "", "file": binary}, "LIST_NOT_TEXT"),
        ({"name": "Staff", "entries": "a@x.test", "column": "nothing"}, "RULE_UNKNOWN_COLUMN"),
    ):
        reply = browser.post(f"{PATH}/add", body)
        assert (reply.status_code, code in text_of(reply)) == (422, True), code
    assert not ProfileList.objects.exists()


def test_entries_are_added_taken_out_and_replaced(browser: Client) -> None:
    browser.post(f"{PATH}/add", {"name": "Staff", "entries": "c1"})
    row = ProfileList.objects.get()
    for how, entries, size in (("add", "c2\nc3", 3), ("take_out", "c1", 2), ("replace", "c4", 1)):
        row.refresh_from_db()
        body = {"how": how, "entries": entries, "version": row.version}
        reply = browser.post(f"{PATH}/{row.pk}/change", body)
        assert reply.status_code == 303
        row.refresh_from_db()
        assert row.size == size
    stale = browser.post(f"{PATH}/{row.pk}/change", {"how": "add", "entries": "c1", "version": 1})
    assert (stale.status_code, "STALE" in text_of(stale)) == (409, True)
    assert browser.post(f"{PATH}/{row.pk}/remove").status_code == 303
    assert not ProfileList.objects.exists()


def test_chosen_customers_go_into_a_new_static_segment(browser: Client) -> None:
    chosen = [one.id for one in customer_queries.find(ALICE, "c").items][:2]
    asked = text_of(browser.get("/customers/pick", {"customer": chosen}))
    assert all(one in asked for one in chosen)
    body = {"customer": chosen, "into": "", "name": "Invited", "segment": "yes"}
    assert browser.post("/customers/pick", body).status_code == 303
    row = ProfileList.objects.get()
    assert row.size == 2
    more = [one.id for one in customer_queries.find(ALICE, "zoe").items]
    assert browser.post("/customers/pick", {"customer": more, "into": row.pk}).status_code == 303
    row.refresh_from_db()
    assert row.size == 3
    nobody = browser.post("/customers/pick", {"into": row.pk})
    assert (nobody.status_code, "CUSTOMERS_NOT_PICKED" in text_of(nobody)) == (422, True)


def test_a_viewer_may_neither_choose_nor_change(browser: Client) -> None:
    browser.post(f"{PATH}/add", {"name": "Staff", "entries": "c1"})
    number = ProfileList.objects.get().pk
    viewer = somebody("viewer", Role.VIEWER).browser
    assert "data-choice" in text_of(browser.get("/customers"))
    assert "data-choice" not in text_of(viewer.get("/customers"))
    shown = text_of(viewer.get(f"{PATH}/{number}"))
    assert ("Staff" in shown, "Koval" in shown, f"{number}/change" in shown) == (True, False, False)
    assert viewer.post(f"{PATH}/{number}/change", {"entries": "c2"}).status_code == 403
    assert viewer.post("/customers/pick", {"name": "x"}).status_code == 403


def test_members_are_found_as_one_types(browser: Client) -> None:
    number = Segment.objects.get(name="Gold").pk
    part = {"HX-Request": "true", "HX-Target": "found"}
    reply = browser.get(f"/segments/{number}/find", {"q": "zo"}, headers=part)
    assert "Zoë" in text_of(reply)
    assert "<html" not in text_of(reply)
    assert "Zoë" not in text_of(browser.get(f"/segments/{number}/find", {"q": "john"}))
    new = Segment.objects.create(name="New", rules={"column": "tier", "is": "gold"})
    refused = browser.get(f"/segments/{new.pk}/find", {"q": "zo"})
    assert (refused.status_code, "SEGMENT_NOT_EVALUATED" in text_of(refused)) == (409, True)


@pytest.fixture
def delivered(office: Office) -> Client:
    office.hire(120)
    office.apply(DEFINITIONS + MARK)
    office.run()
    Segment.objects.update(managed_by_file="")
    return somebody("editor", Role.ADMINISTRATOR).browser


NOBODY = '{"column": "tier", "is": "none"}'


def asked(browser: Client, what: str, body: object) -> Any:
    reply = browser.post(f"/segments/builder/{what}", orjson.dumps(body), content_type="application/json")
    return orjson.loads(reply.content)


def test_saving_what_an_export_does_not_let_through_asks_first(delivered: Client) -> None:
    row = Segment.objects.get(name="Gold")
    body = {"name": "Gold", "rules": NOBODY, "version": row.version}
    warned = delivered.post(f"/segments/{row.pk}/edit", body)
    shown = text_of(warned)
    assert (warned.status_code, "News" in shown, "120" in shown, 'name="sure"' in shown) == (
        200,
        True,
        True,
        True,
    )
    row.refresh_from_db()
    assert row.rules == {"column": "tier", "operator": "is", "value": "gold"}
    assert delivered.post(f"/segments/{row.pk}/edit", {**body, "sure": "save"}).status_code == 303
    row.refresh_from_db()
    assert row.rules["value"] == "none"


def test_the_builder_is_told_what_changes_for_the_segment_and_its_exports(
    delivered: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = Segment.objects.get(name="Gold").pk
    rules = {"all": [{"column": "tier", "is": "gold"}, {"column": "id", "any of": ["1", "2"]}]}
    change = asked(delivered, "counts", {"rules": rules, "segment": number})["change"]
    assert (change["came"]["count"], change["left"]["count"]) == (0, 118)
    html = asked(delivered, "effects", {"rules": rules, "segment": number})["html"]
    assert "marks 118 who left" in html
    assert "RULE_" in str(
        asked(delivered, "effects", {"rules": {"column": "x"}, "segment": number})["problems"]
    )
    AddressBook.objects.all().delete()
    monkeypatch.setattr("leleka.services.builder.held.MOST_READ", 10)
    task = asked(delivered, "effects", {"rules": rules, "segment": number})["task"]
    assert asked(delivered, "effects", {"task": task}) == {"task": task}  # nobody has worked on it yet
    waiting = text_of(delivered.get(f"/segments/{number}/next-exports"))
    assert 'hx-trigger="every 1s"' in waiting


def test_the_page_of_a_segment_says_what_the_next_runs_would_do(delivered: Client) -> None:
    number = Segment.objects.get(name="Gold").pk
    shown = text_of(delivered.get(f"/segments/{number}/next-exports"))
    assert "News" in shown
    assert "are marked" in shown
