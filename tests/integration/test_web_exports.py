"""Data > Exports in a browser: creating, viewing, running (CI-E1 to E15)."""

from typing import Any

import pytest
from django.test import Client

from leleka.core.clock import SystemClock
from leleka.services.access.actor import Role
from leleka.state.models import Connection, Export, Run, Segment, Task
from leleka.worker import jobs
from tests.integration.office import DEFINITIONS, Office
from tests.integration.people import lend_a_name, somebody

SHARED = DEFINITIONS.replace(
    "    key: ${KEY}\n", "    key: ${KEY}\n    shared_with: administrators and contributors\n"
)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def opened(office: Office) -> Office:
    """Five customers, a shared connection, and an export that no file manages."""
    office.hire(5)
    office.apply(SHARED)
    lend_a_name()
    Export.objects.update(managed_by_file="")
    Segment.objects.update(managed_by_file="")
    return office


@pytest.fixture
def bob(opened: Office) -> Client:  # noqa: ARG001 - Bob works in this office
    return somebody("bob", Role.CONTRIBUTOR).browser


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Second",
        "connection": "Sandbox",
        "list": "2",
        "email": "email",
        "segments": ["Gold"],
        "to-r1": "first_name",
        "column-r1": "first_name",
        "to-r4": "field:1",
        "column-r4": "tier",
        "empty-r4": "clear",
        "leavers": "keep",
        **changes,
    }


def work() -> None:
    """Do what the worker would do."""
    for job in jobs.due_jobs(SystemClock(), (), 10):
        jobs.carry_out(job, SystemClock())


def test_an_export_is_made_run_and_seen_to_have_delivered(opened: Office, bob: Client) -> None:
    reply = bob.post("/data/exports/add", typed())
    assert reply.status_code == 303
    made = Export.objects.get(name="Second")
    assert (made.target, made.matching["lines"][1]) == (
        "2",
        {"column": "tier", "to": "field:1", "when_empty": "clear"},
    )
    assert not Run.objects.exists()
    page = bob.get(reply["Location"]).content.decode()
    assert "Saving an export doesn&#x27;t run the export immediately." in page or "doesn't run" in page

    reply = bob.post(f"/data/exports/{made.pk}/run")
    work()
    page = bob.get(reply["Location"]).content.decode()
    assert "Successful" in page
    assert set(opened.listed(2)) == {f"p{n}@x.test" for n in range(1, 6)}
    assert opened.listed(2)["p1@x.test"]["fields"] == {1: "gold"}


@pytest.mark.short(every=3)
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "News"}, "already exists"),
        ({"list": "abc"}, "LIST_ID_INVALID"),
        ({"email": "emial"}, "MAP_COLUMN_UNKNOWN"),
        ({"email": ""}, "MAP_EMAIL_MISSING"),
        ({"segments": []}, "DEFINITION_INVALID"),
        ({"segments": ["Nobody"]}, "SEGMENT_UNKNOWN"),
        ({"to-r4": "first_name"}, "MAP_TARGET_TWICE"),
        ({"column-r4": "nothing"}, "MAP_COLUMN_UNKNOWN"),
        ({"column-r4": ""}, "MAP_COLUMN_MISSING"),
        ({"tags": "a, b\x07"}, "MAP_TAG_INVALID"),
        ({"leavers": "mark", "mark-field": "1", "mark-member": "y", "mark-leaver": "n"}, "MAP_TARGET_TWICE"),
        ({"leavers": "mark"}, "DEFINITION_INVALID"),
        ({"limit": "2000000"}, "less than or equal to 1000000"),
        ({"growth-percent": "-1"}, "DEFINITION_INVALID"),
        ({"growth-people": "many"}, "DEFINITION_INVALID"),
        ({"to-r5": "field:2", "column-r5": "tier"}, "MAP_FIELD_SHARED"),
        ({"connection": "Nothing"}, "CONNECTION_UNKNOWN"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    bob: Client, changes: dict[str, Any], said: str
) -> None:
    reply = bob.post("/data/exports/add", typed(**changes), headers=HTMX)
    page = reply.content.decode()
    assert reply.status_code in {409, 422}
    assert said in page
    assert "invalid-feedback" in page
    assert "alert-danger" not in page, "it stands at the top instead of beside its field"
    if "name" not in changes:
        assert 'value="Second"' in page
    assert list(Export.objects.values_list("name", flat=True)) == ["News"]


def test_when_a_sudden_growth_is_asked_about_is_set_in_the_form(bob: Client) -> None:
    chosen = {"growth-ask": "no", "growth-percent": "0", "growth-people": "20"}
    page = bob.get(bob.post("/data/exports/add", typed(**chosen))["Location"]).content.decode()
    assert "Send without asking" in page
    made = Export.objects.get(name="Second")
    assert made.growth == {"ask": False, "percent": 0, "people": 20}
    form = bob.get(f"/data/exports/{made.pk}/edit").content.decode()
    assert 'name="growth-percent" type="text" inputmode="numeric" value="0"' in form
    again = typed(name="Second", version=made.version)  # from a form that did not ask yet
    assert bob.post(f"/data/exports/{made.pk}/edit", again).status_code == 303
    assert Export.objects.get(name="Second").growth == {"ask": True, "percent": 50, "people": 100}


def test_a_stale_edit_overwrites_nothing(bob: Client) -> None:
    number = Export.objects.get().pk
    version = str(Export.objects.get().version)
    again = typed(name="Renamed", version=version)
    assert bob.post(f"/data/exports/{number}/edit", again).status_code == 303
    reply = bob.post(f"/data/exports/{number}/edit", typed(name="Mine", version=version))
    assert reply.status_code == 409
    assert b"STALE" in reply.content
    assert Export.objects.get().name == "Renamed"


def test_moving_to_another_list_says_what_becomes_of_the_one_before(opened: Office, bob: Client) -> None:
    opened.run()
    number, version = Export.objects.get().pk, Export.objects.get().version
    reply = bob.post(f"/data/exports/{number}/edit", typed(version=version))
    assert reply["Location"].endswith("left=1")
    assert "Contacts sent to list 1 earlier stay there." in bob.get(reply["Location"]).content.decode()


def test_a_preview_shows_what_a_run_would_do_and_sends_nothing(opened: Office, bob: Client) -> None:
    opened.edit(3, email="nonsense")
    page = bob.post(f"/data/exports/{Export.objects.get().pk}/preview", headers=HTMX).content.decode()
    task = Task.objects.get().pk
    assert f'hx-get="/tasks/{task}"' in page
    work()
    page = bob.get(f"/tasks/{task}", headers={**HTMX, "HX-Target": "task"}).content.decode()
    assert "not a usable e-mail address" in page
    assert "hx-trigger" not in page
    assert opened.imports() == 0


def test_a_preview_of_somebody_else_is_not_shown(opened: Office, bob: Client) -> None:
    bob.post(f"/data/exports/{Export.objects.get().pk}/preview")
    eve = somebody("eve", Role.ADMINISTRATOR).browser
    assert eve.get(f"/tasks/{Task.objects.get().pk}").status_code == 404
    assert opened.imports() == 0


def test_an_account_that_cannot_be_asked_still_lets_one_type_the_ids(bob: Client) -> None:
    Connection.objects.update(host="127.0.0.1:1", key_reference="env:NOWHERE")
    page = bob.post("/data/exports/offers", typed(), headers=HTMX).content.decode()
    assert 'inputmode="numeric"' in page
    assert "could not be loaded" in page


def test_lists_and_fields_are_offered_by_name(bob: Client) -> None:
    page = bob.post("/data/exports/offers", typed(), headers=HTMX).content.decode()
    assert "News (1)" in page
    assert "Tier" in page
    assert "sandbox-key" not in page


def test_segments_that_are_too_large_together_are_said_to_be(bob: Client) -> None:
    Segment.objects.update(size=700_000)
    Connection.objects.update(plan_limit=500_000)
    page = bob.post("/data/exports/sums", typed(limit="600000"), headers=HTMX).content.decode()
    assert "700,000 members" in page
    assert "more than the 600,000" in page
    assert "500,000 contacts the account pays for" in page


def test_a_copy_has_everything_but_the_name(bob: Client) -> None:
    page = bob.get(f"/data/exports/add?duplicate={Export.objects.get().pk}").content.decode()
    assert 'value="News (2)"' in page
    assert '<option value="first_name" selected>' in page


def test_several_are_detached_at_once_and_keep_the_rest(bob: Client) -> None:
    bob.post("/data/exports/add", typed())
    chosen = list(Export.objects.values_list("pk", flat=True))
    assert b"News" in bob.get("/data/exports/detach", {"chosen": chosen}).content
    assert bob.post("/data/exports/detach", {"chosen": chosen}).status_code == 303
    assert [(one.connection, one.target) for one in Export.objects.order_by("name")] == [
        (None, "1"),
        (None, "2"),
    ]
    assert "No Connection" in bob.get("/data/exports").content.decode()


def test_one_that_runs_is_not_removed(bob: Client) -> None:
    number = Export.objects.get().pk
    bob.post(f"/data/exports/{number}/run")
    reply = bob.post("/data/exports/remove", {"chosen": [number]})
    assert reply.status_code == 409
    assert b"EXPORT_RUNNING" in reply.content
    assert Export.objects.filter(pk=number).exists()


def test_the_list_is_searched_by_connection_and_sorted(bob: Client) -> None:
    bob.post("/data/exports/add", typed())
    assert b"Second" in bob.get("/data/exports?q=sandb").content
    assert b"Second" not in bob.get("/data/exports?q=elsewhere").content
    for column in ("name", "type", "connection", "status", "refreshed", "editable"):
        page = bob.get(f"/data/exports?sort=-{column}").content.decode()
        assert "News" in page
    page = bob.get("/data/exports?sort=-name").content.decode()
    assert page.index(">Second<") < page.index(">News<")


def test_run_all_says_which_could_not(bob: Client) -> None:
    bob.post("/data/exports/add", typed())
    number = Export.objects.get(name="News").pk
    bob.post(f"/data/exports/{number}/run")
    page = bob.post("/data/exports/run").content.decode()
    assert "RUN_IN_PROGRESS" in page
    assert Run.objects.count() == 2


def test_a_viewer_sees_and_cannot_touch(opened: Office) -> None:
    charlie = somebody("charlie", Role.VIEWER).browser
    number = Export.objects.get().pk
    page = charlie.get(f"/data/exports/{number}").content.decode()
    assert "/run" not in page.replace("/data/runs", "")
    assert charlie.get(f"/data/exports/{number}/view").status_code == 200
    for path in ("run", "edit", "preview"):
        assert charlie.post(f"/data/exports/{number}/{path}").status_code == 403
    assert opened.imports() == 0


@pytest.mark.short("-1")
@pytest.mark.parametrize("odd", ["", "-1", "x", "²", "9" * 30, "9" * 5000])
def test_odd_numbers_break_nothing(opened: Office, bob: Client, odd: str) -> None:
    number = Export.objects.get().pk
    given = [
        bob.get("/data/exports/add", {"duplicate": odd}),
        bob.get("/data/exports/detach", {"chosen": odd}),
        bob.post("/data/exports/remove", {"chosen": odd}),
        bob.post(f"/data/exports/{number}/edit", typed(version=odd)),
        bob.post("/data/exports/add", typed(limit=odd or "x", **{f"to-r{odd}": "phone"})),
        bob.post(f"/segments/{Segment.objects.get().pk}/exports", {"export": odd}),
    ]
    assert {reply.status_code for reply in given} <= {400, 404, 409, 422}
    assert Export.objects.count() == 1
    assert opened.imports() == 0


def test_an_export_says_that_its_connection_needs_attention_and_not_why(bob: Client) -> None:
    number = Export.objects.get().pk
    assert "needs attention" not in bob.get(f"/data/exports/{number}").content.decode()
    failed = {
        "name": "key",
        "standing": "failed",
        "sentence": "Key refused.",
        "code": "KEY_REFUSED",
        "tries": 1,
    }
    Connection.objects.update(last_check=[failed])
    page = bob.get(f"/data/exports/{number}").content.decode()
    assert "This export's connection needs attention" in page
    assert "Key refused." not in page
    assert "/admin/connections" not in page


def test_only_an_administrator_finds_the_box_for_who_never_confirmed_open(bob: Client) -> None:
    made = Export.objects.get()
    box = 'name="subscribe_unconfirmed" value="yes" aria-describedby="unconfirmed-hint"'
    page = bob.get(f"/data/exports/{made.pk}/edit").content.decode()
    assert f"{box} disabled>" in page
    assert "Only an administrator can turn this on." in page
    assert (
        f"{box}>"
        in somebody("alice", Role.ADMINISTRATOR).browser.get(f"/data/exports/{made.pk}/edit").content.decode()
    )
    reply = bob.post("/data/exports/add", typed(subscribe_unconfirmed="yes"), headers=HTMX)
    assert "SUBSCRIBE_UNCONFIRMED" in reply.content.decode()
    Export.objects.update(subscribe_unconfirmed=True)
    assert f"{box} checked>" in bob.get(f"/data/exports/{made.pk}/edit").content.decode()
