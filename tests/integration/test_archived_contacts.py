"""An import over an archived contact counts as delivered only where the contact was found on the list."""

import pytest

from leleka.core.clock import SystemClock
from leleka.engine.read_back import ReadBack
from leleka.errors import NeedsAttention
from leleka.services.exports.reconciliation import reconcile
from leleka.services.runs.contracts import RunView
from leleka.state.models import Account
from leleka.worker.runs import frozen_configuration
from tests.integration.office import ALICE, Office

PEOPLE = 20


@pytest.fixture
def archive(office: Office) -> Office:
    """An account in which two of those who are added are archived, and one is known already."""
    office.hire(PEOPLE)
    office.apply()
    for number in (3, 4):
        office.ask("archive", {"email": f"p{number}@x.test"})
    office.ask("sign_up", {"email": "p5@x.test", "list": 2})
    return office


def told(view: RunView) -> tuple[str, int, int, dict[str, int]]:
    assert view.counts is not None
    assert view.counts.accounted() == view.counts.selected
    return view.status, view.counts.delivered, view.counts.unconfirmed, dict(view.counts.rejected)


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("restored", ("Successful", 20, 0, {})),
        ("skipped", ("Completed with warnings", 18, 2, {})),
        ("in_failure", ("Completed with warnings", 18, 0, {"NOT_IMPORTED": 2})),
    ],
)
def test_only_who_is_on_the_list_is_delivered(
    archive: Office, switch: str, expected: tuple[str, int, int, dict[str, int]]
) -> None:
    archive.behave(archived_import=switch)
    view = archive.run()
    assert told(view) == expected
    assert len(archive.listed()) == expected[1]
    members = {address for address, state in archive.ledger().items() if state == "member"}
    assert members >= archive.listed().keys()


def test_nobody_looks_where_every_addition_is_a_new_contact(office: Office) -> None:
    office.hire(PEOPLE)
    office.apply()
    before = asked(office)
    assert told(office.run()) == ("Successful", 20, 0, {})
    assert asked(office) == before + 3  # who unsubscribed, bounced and never confirmed


def test_who_was_skipped_is_sent_again_and_counts_once_restored(archive: Office) -> None:
    archive.behave(archived_import="skipped")
    archive.run()
    assert told(archive.run())[1:3] == (0, 2)
    archive.behave(archived_import="restored")
    assert told(archive.run()) == ("Successful", 2, 0, {})
    assert archive.run().requests == 0


def test_a_list_that_cannot_be_read_back_is_said(archive: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leleka.engine.attentive_clock.AttentiveClock.sleep", lambda *_: None)
    archive.behave(
        archived_import="skipped",
        faults=[{"kind": "server_error", "where": "GET /api/3/contacts", "after": 3}],
    )
    view = archive.run()
    assert told(view) == ("Completed with warnings", 0, 20, {})
    (note,) = view.notes
    assert (note.told["code"], "do not count as delivered: 20" in note.message) == (
        "LIST_NOT_READ_BACK",
        True,
    )


def test_a_run_that_ends_by_an_error_calls_nobody_delivered_who_may_be_archived(
    archive: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be asked any more: the additions of its batch stay due."""

    def breaks(*_: object, **__: object) -> None:
        raise NeedsAttention("INTERNAL_ERROR")

    monkeypatch.setattr(ReadBack, "missing", breaks)
    archive.behave(archived_import="skipped")
    status, delivered, unconfirmed, _ = told(archive.run())
    assert (status, delivered, unconfirmed) == ("Failed", 0, PEOPLE)
    monkeypatch.undo()
    assert told(archive.run())[1:3] == (18, 2)


@pytest.mark.parametrize(
    ("learned", "looks"), [("restored", False), ("in_failure", False), ("skipped", True), ("", True)]
)
def test_an_account_that_was_examined_is_believed(archive: Office, learned: str, *, looks: bool) -> None:
    Account.objects.update(learned={"archived_import": learned} if learned else {})
    archive.behave(archived_import=learned or "restored")
    archive.run()
    assert frozen_configuration.proof_at(Account.objects.get()).is_needed is looks
    assert (asked(archive) > 3) is looks


@pytest.mark.long
def test_who_was_left_out_without_a_word_is_found_by_looking_and_sent_once(office: Office) -> None:
    """Fault 33: an addition is looked for and sent again. Of a change no run can see it; reconciling does, and no run
    sends again and again.
    """
    office.behave(faults=[{"kind": "row_skipped", "value": "^p7@"}])
    office.hire(PEOPLE)
    office.apply()
    assert told(office.run())[1:3] == (19, 1)
    office.behave(faults=[], archived_import="skipped")
    assert told(office.run())[1:3] == (1, 0)
    office.ask("archive", {"email": "p7@x.test"})
    office.edit(7, first_name="Нове")
    assert told(office.run())[1:3] == (1, 0)
    assert office.run().requests == 0
    office.behave(archived_import="restored")
    found = reconcile(ALICE, "News", SystemClock(), office.watcher.stage, repair=True)
    assert (found.missing, found.missing_sample) == (1, ("p***@x***",))
    assert told(office.run())[1:3] == (1, 0)
    assert len(office.listed()) == PEOPLE


def asked(office: Office) -> int:
    seen = office.ask("requests", method="GET")["requests"]
    return sum(f"{one['method']} {one['path']}" == "GET /api/3/contacts" for one in seen)
