"""Whom ActiveCampaign takes into no list, or not into this one: left out before anything is sent."""

import pytest
from django.test import Client

from leleka.core.clock import SystemClock
from leleka.sandbox.contacts import Status
from leleka.services.access.actor import Role
from leleka.services.runs import commands as run_commands
from leleka.services.runs import queries as run_queries
from leleka.services.runs.contracts import RunView
from leleka.state.models import Run
from leleka.worker.previews import preview_export
from tests.integration.api import program
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office
from tests.integration.people import somebody
from tests.integration.test_never_confirmed import excluded

UNREAD = "The account's exclusion list was not read"
WHERE = "GET /api/3/lists/exclusions"


def exclude(office: Office, pattern: str, kind: str = "exact", **more: object) -> None:
    office.ask("exclude", {"kind": kind, "pattern": pattern, **more})


def notes(view: RunView) -> list[str]:
    return [note.message for note in view.notes]


def test_who_is_on_the_list_is_excluded_and_not_sent(office: Office) -> None:
    """One, those that begin so and those that end so; to all lists or to this one, and of no other channel."""
    office.hire(20)
    office.edit(3, email="sales@x.test")
    office.edit(4, email="p4@spam.test")
    exclude(office, "P1@x.test")
    exclude(office, "sales@", "begins", channel="allEmail")
    exclude(office, "@spam.test", "ends", lists=[1])
    exclude(office, "p5@x.test", lists=[2])
    exclude(office, "p6@x.test", channel="allSms")
    office.apply()
    plan = preview_export(ALICE, "News", SystemClock(), office.watcher)
    assert (plan.counts.excluded, plan.counts.added, plan.notes) == ({"ON_EXCLUSION_LIST": 3}, 17, ())
    view = office.run()
    assert (view.status, excluded(view), notes(view)) == ("Successful", {"ON_EXCLUSION_LIST": 3}, [])
    assert len(office.listed()) == 17
    assert not office.listed().keys() & {"p1@x.test", "sales@x.test", "p4@spam.test"}
    csv = "".join(run_queries.download_rows(ALICE, view.id, "excluded"))
    assert "p1@x.test,excluded,ON_EXCLUSION_LIST,on ActiveCampaign's exclusion list" in csv


def test_a_leaver_who_is_on_the_list_is_not_written_to(office: Office) -> None:
    office.hire(20)
    office.apply(DEFINITIONS + MARK)
    office.run()
    exclude(office, "p4@x.test")
    before = office.listed()["p4@x.test"]
    office.edit(4, tier="silver")
    assert office.run().requests == 0
    assert office.listed()["p4@x.test"] == before


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "forbidden_permission"}, "is not allowed to see the exclusion list"),
        ({"kind": "not_found_html"}, "does not tell its exclusion list"),
        ({"kind": "wrong_shape", "value": '{"exclusions": 7}'}, "not with the exclusion list"),
        (
            {"kind": "wrong_shape", "value": '{"exclusions": [{"phrase": "p1@x.test"}]}'},
            "not with the exclusion list",
        ),
        (
            {
                "kind": "wrong_shape",
                "value": '{"exclusions": [{"id": 1, "matchPhrase": "p1", "matchType": "fuzzy"}]}',
            },
            "could not be understood: 1",
        ),
        ({"kind": "server_error"}, "internal error"),
    ],
)
def test_an_account_that_does_not_tell_its_list_stops_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, fault: dict[str, object], said: str
) -> None:
    monkeypatch.setattr("leleka.engine.attentive_clock.AttentiveClock.sleep", lambda *_: None)
    office.hire(20)
    office.apply()
    office.forgiven.add("excluded_sent")
    exclude(office, "p1@x.test")
    office.behave(faults=[{**fault, "where": WHERE}])
    view = office.run()
    (note,) = notes(view)
    assert (note.startswith(UNREAD), said in note) == (True, True)
    assert view.counts is not None
    assert (view.status, view.counts.delivered) == ("Completed with warnings", 19)
    assert view.counts.rejected == {"NOT_IMPORTED": 1}  # the account left them out by itself, as before
    assert view.problems == []


def test_the_note_is_in_the_preview_too(office: Office) -> None:
    office.hire(3)
    office.apply()
    office.behave(faults=[{"kind": "not_found_html", "where": WHERE}])
    plan = preview_export(ALICE, "News", SystemClock(), office.watcher)
    assert [note.message.startswith(UNREAD) for note in plan.notes] == [True]


def test_who_was_excluded_while_a_plan_waited_is_not_sent(office: Office) -> None:
    """The process that takes the plan up reads the list again."""
    office.hire(20)
    office.apply(DEFINITIONS + "    growth: {people: 1, percent: 1}\n")
    office.run()
    office.hire(20)
    waiting = office.run()
    assert waiting.status == "Needs confirmation"
    exclude(office, "@x.test", "ends", channel="several", lists=[2])
    exclude(office, "p21@x.test")
    run_commands.confirm_run(ALICE, waiting.id)
    view = office.run()
    assert view.id == waiting.id
    assert excluded(view) == {"ON_EXCLUSION_LIST": 1}
    assert len(office.listed()) == 39
    assert office.listed(status=None).get("p21@x.test") is None


def test_a_list_that_is_not_told_later_is_noted_once(office: Office) -> None:
    office.hire(20)
    office.apply(DEFINITIONS + "    growth: {people: 1, percent: 1}\n")
    office.run()
    office.hire(20)
    waiting = office.run()
    assert waiting.notes == []
    office.behave(faults=[{"kind": "not_found_html", "where": WHERE}])
    run_commands.confirm_run(ALICE, waiting.id)
    view = office.run()
    assert view.counts is not None
    assert (len(view.notes), view.counts.delivered) == (1, 20)
    assert Run.objects.get(pk=view.id).notes[0]["code"] == "EXCLUSIONS_UNREAD"


def test_a_long_list_is_read_to_its_end(office: Office) -> None:
    office.hire(5)
    for number in range(250):
        exclude(office, f"other{number}@x.test")
    exclude(office, "p5@", "begins")
    office.apply()
    assert excluded(office.run()) == {"ON_EXCLUSION_LIST": 1}
    assert office.listed(status=Status.ACTIVE).keys() == {f"p{number}@x.test" for number in range(1, 5)}


def pages(browser: Client, view: RunView, language: str) -> tuple[str, str]:
    """Return the run's page and the page of its excluded people."""
    headers = {"Accept-Language": language}
    page = browser.get(f"/data/runs/{view.id}", headers=headers).content.decode()
    rows = browser.get(f"/data/runs/{view.id}/rows?ended=excluded", headers=headers).content.decode()
    return page, rows


@pytest.mark.parametrize(
    ("language", "reason", "unread"),
    [
        ("en", "on ActiveCampaign&#x27;s exclusion list", "exclusion list was not read"),
        ("uk", "у списку виключень ActiveCampaign", "Список виключень облікового запису не прочитано"),
    ],
)
def test_pages_say_it_in_the_readers_language(
    office: Office, language: str, reason: str, unread: str
) -> None:
    office.hire(3)
    exclude(office, "p1@x.test")
    office.apply()
    browser = somebody("bob", Role.CONTRIBUTOR).browser
    page, rows = pages(browser, office.run(), language)
    assert reason in page
    assert reason in rows
    assert unread not in page
    office.behave(faults=[{"kind": "not_found_html", "where": WHERE}])
    office.forgiven.add("excluded_sent")
    assert unread in pages(browser, office.run(), language)[0]


def test_the_api_tells_the_note_with_its_code(office: Office) -> None:
    office.hire(3)
    office.apply()
    office.behave(faults=[{"kind": "not_found_html", "where": WHERE}])
    view = office.run()
    told = program("bob", Role.CONTRIBUTOR).ask("GET", f"/runs/{view.id}").json()
    (note,) = told["notes"]
    assert note["message"].startswith(UNREAD)
    assert note["told"]["code"] == "EXCLUSIONS_UNREAD"
    assert told["counts"]["excluded"] == {}
