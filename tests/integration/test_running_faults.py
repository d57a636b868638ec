"""Runs while ActiveCampaign, or the network, fails: everybody arrives, and the report is true."""

import pytest

from leleka.core.plan import Counts
from leleka.services.runs import queries as run_queries
from leleka.services.runs.contracts import RunView
from leleka.state.models import Account, AttemptRow
from tests.integration.moments import once
from tests.integration.office import ALICE, Office

IMPORT = "POST /api/3/import/bulk_import"


def addresses(number: int) -> set[str]:
    return {f"p{identity}@x.test" for identity in range(1, number + 1)}


def accounted(view: RunView) -> Counts:
    """Return the counts, after checking that nobody is missing from them (I-2)."""
    assert view.counts is not None
    assert view.counts.accounted() == view.counts.selected
    return view.counts


def go(office: Office, people: int, **fault: object) -> RunView:
    """Add so many people, let a fault strike, run."""
    if fault:
        office.behave(faults=[fault])
    office.hire(people)
    office.apply()
    return office.run()


def assert_all_arrived(office: Office, view: RunView, people: int) -> None:
    assert (view.status, accounted(view).delivered) == ("Successful", people)
    assert office.listed().keys() == addresses(people)
    assert office.ledger() == dict.fromkeys(addresses(people), "member")
    before = office.imports()
    AttemptRow.objects.update(written_at=0.0)  # long ago: an earlier copy can no longer take effect
    again = office.run()
    assert (accounted(again).unchanged, office.imports()) == (people, before)


@pytest.mark.short("lost_reply")
@pytest.mark.parametrize("kind", ["lost_reply", "closed_reply", "truncated", "html_reply", "malformed_json"])
def test_an_import_whose_answer_went_wrong_goes_again_and_everybody_arrives(
    office: Office, kind: str
) -> None:
    """I-1: the first copy was imported, too; that is unknown, and nothing is assumed."""
    view = go(office, 300, kind=kind, where=IMPORT, times=1)
    assert (view.requests, office.imports()) == (3, 3)
    assert_all_arrived(office, view, 300)


def test_a_500_after_the_work_was_done_goes_again_with_the_same_bytes(office: Office) -> None:
    """The judge would record other bytes."""
    view = go(office, 20, kind="error_after_work", value="500", where=IMPORT, times=2)
    assert (view.requests, office.imports()) == (3, 3)
    assert_all_arrived(office, view, 20)


@pytest.mark.short("server_error")
@pytest.mark.parametrize("kind", ["reset_mid_request", "server_error"])
def test_an_import_that_never_came_in_goes_again(office: Office, kind: str) -> None:
    view = go(office, 20, kind=kind, where=IMPORT, times=2)
    assert (view.requests, office.imports()) == (3, 1)
    assert_all_arrived(office, view, 20)


@pytest.mark.short("batch_failed")
@pytest.mark.parametrize("kind", ["batch_failed", "batch_interrupted", "batch_forgotten"])
def test_a_batch_that_was_accepted_and_lost_there_goes_again(office: Office, kind: str) -> None:
    """I-7: nothing of it is assumed to be imported."""
    view = go(office, 20, kind=kind, times=1)
    assert office.imports() == 2
    assert_all_arrived(office, view, 20)


@pytest.mark.long
def test_a_batch_that_always_fails_there_is_reported_and_due_again(office: Office) -> None:
    view = go(office, 1, kind="batch_failed")
    assert view.status == "Completed with warnings"
    assert accounted(view).not_attempted == {"BATCH_FAILED": 1}
    assert (office.listed(), office.ledger()) == ({}, {"p1@x.test": "unconfirmed"})
    office.behave(faults=[])
    assert_all_arrived(office, office.run(), 1)


@pytest.mark.short("fault0")
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "throttled", "value": "5"},
        {"kind": "throttled", "value": ""},
        {"kind": "unavailable", "value": "5"},
        {"kind": "import_limited", "value": "100"},
    ],
)
def test_who_comes_too_often_pauses_and_goes_on(office: Office, fault: dict[str, object]) -> None:
    """The 400 that means the import limit is not a refusal of a row."""
    view = go(office, 300, where=IMPORT, times=2, **fault)
    assert accounted(view).rejected == {}
    assert Account.objects.get().paused_until > 0
    assert_all_arrived(office, view, 300)


@pytest.mark.short("1")
@pytest.mark.parametrize("base", [0, 1, None])
def test_a_poisoned_row_is_found_however_the_answer_counts_rows(office: Office, base: int | None) -> None:
    """I-8: from 0, from 1, or not at all; in the middle and at both ends of a batch."""
    office.behave(reason_index_base=base, poison_pattern="^p(1|130|250)@")
    view = go(office, 250)
    assert (view.status, accounted(view).delivered) == ("Completed with warnings", 247)
    assert accounted(view).rejected == {"REFUSED_BY_ACTIVECAMPAIGN": 3}
    assert {row.profile_id for row in run_queries.rows_of(ALICE, view.id, "rejected", 10)} == {
        "1",
        "130",
        "250",
    }
    assert office.listed().keys() == addresses(250) - {"p1@x.test", "p130@x.test", "p250@x.test"}
    before = office.imports()
    again = accounted(office.run())
    assert (again.rejected, again.unchanged) == ({"REFUSED_BY_ACTIVECAMPAIGN": 3}, 247)
    assert office.imports() == before


def test_a_refused_person_is_sent_again_once_they_changed(office: Office) -> None:
    office.behave(poison_pattern="^p2@")
    assert accounted(go(office, 3)).rejected == {"REFUSED_BY_ACTIVECAMPAIGN": 1}
    office.behave(poison_pattern="")
    before = office.imports()
    assert accounted(office.run()).rejected == {"REFUSED_BY_ACTIVECAMPAIGN": 1}
    assert office.imports() == before
    office.edit(2, first_name="Нове")
    assert accounted(office.run()).delivered == 1
    assert office.listed()["p2@x.test"]["first_name"] == "Нове"


def test_a_refused_person_is_sent_again_when_asked_to(office: Office) -> None:
    office.behave(faults=[{"kind": "row_refused", "value": "^p2@", "times": 1}])
    office.hire(3)
    office.apply()
    assert accounted(office.run()).rejected == {"NOT_IMPORTED": 1}
    assert office.listed().keys() == {"p1@x.test", "p3@x.test"}
    view = office.run(resend=True)
    assert (view.status, accounted(view).delivered) == ("Successful", 1)
    assert office.listed().keys() == addresses(3)


def test_a_key_revoked_midway_fails_the_run_and_the_next_one_brings_everybody(office: Office) -> None:
    """What was accepted before is accounted for, though it can no longer be polled."""
    view = go(office, 600, kind="key_revoked", where=IMPORT, after=1, times=1)
    assert (view.status, [problem.code for problem in view.problems]) == ("Failed", ["KEY_REFUSED"])
    assert accounted(view).delivered < 600
    assert office.ledger().keys() <= office.listed().keys()
    office.ask("key", {"revoked": False})
    office.behave(faults=[])
    while accounted(again := office.run()).not_attempted:
        assert again.counts is not None
        assert again.counts.not_attempted.keys() == {"WAITING_FOR_EARLIER_SEND"}
    assert office.listed().keys() == addresses(600)
    assert office.ledger() == dict.fromkeys(addresses(600), "member")


@pytest.mark.short("lists/1")
@pytest.mark.parametrize("where", ["users/me", "lists", "lists/1"])
def test_a_look_for_the_list_that_fails_in_the_end_takes_nothing_back(office: Office, where: str) -> None:
    """What was confirmed stands where nobody can say that the list is gone."""
    fault = {"kind": "throttled", "value": "1", "where": f"GET /api/3/{where}", "times": 9}
    with pytest.MonkeyPatch.context() as patch:
        once(patch, "answered", lambda: office.behave(faults=[fault]), after=True)
        office.hire(3)
        office.apply()
        view = office.run()
    assert (view.status, view.problems, accounted(view).delivered) == ("Successful", [], 3)


def test_a_list_deleted_midway_takes_nobody_into_another_list(office: Office) -> None:
    view = go(office, 600, kind="list_deleted", value="1", where=IMPORT, after=1, times=1)
    assert (view.status, [problem.code for problem in view.problems]) == ("Failed", ["LIST_NOT_FOUND"])
    assert accounted(view).selected == 600
    assert office.listed(2) == {}
    again = office.run()
    assert (again.status, [problem.code for problem in again.problems]) == ("Failed", ["LIST_NOT_FOUND"])
