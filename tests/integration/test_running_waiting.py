"""Who must wait for an earlier send, and until when, though its process died and its run was ended (I-5, F2)."""

from datetime import UTC, datetime

import pytest

from leleka.core.outcomes import Pending, Settled
from leleka.core.ports.outbox import Batch, BatchStatus
from leleka.engine.batch_transitions import BatchTransitions, Transition
from leleka.errors import InvalidInput, NeedsAttention
from leleka.services.runs import queries as run_queries
from leleka.services.runs.contracts import RunView
from leleka.state.models import AttemptRow, BatchRow, Connection, Run
from leleka.state.outbox import DjangoOutbox
from leleka.worker.runs.progress import ProgressRecorder
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, DEFINITIONS, Office, Silent

MINUTES = 60.0 / 1000  # a test host without limits lets time pass a thousand times faster


class Killed(BaseException):
    """What no part of a run catches: as if the process had died."""


def killed(*_: object) -> None:
    raise Killed


def accounted(view: RunView) -> None:
    assert view.counts is not None
    assert view.counts.accounted() == view.counts.selected


def ago(minutes: float) -> None:
    """Backdate every attempt."""
    for attempt in AttemptRow.objects.all():
        attempt.written_at -= minutes * MINUTES
        attempt.save()


def let_the_queue_move(office: Office) -> None:
    """Without limits the sandbox takes one step per poll, from waiting to completed."""
    office.behave(queue_held=False)
    while len(office.listed()) < 5:
        office.listed()


@pytest.fixture
def left(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Five people sent by a process that died before the reply; its run could then only be ended."""
    office.hire(5)
    office.apply()
    office.behave(queue_held=True)
    with monkeypatch.context() as dying:
        dying.setattr(DjangoOutbox, "answered", killed)
        with pytest.raises(Killed):
            office.run()
    assert [one.outcome for one in AttemptRow.objects.all()] == [""]
    host = Connection.objects.get().host
    Connection.objects.update(host="elsewhere.api-us1.com")
    ended = office.run()
    assert (ended.status, ended.problems[0].code) == ("Failed", "CONNECTION_CHANGED")
    Connection.objects.update(host=host)
    return office


def test_the_report_of_a_run_ended_so_loses_nobody(left: Office) -> None:
    """I-2: they were sent, and the outcome is unknown."""
    run = Run.objects.get().pk
    view, counted = run_queries.verify_run(ALICE, run)
    accounted(view)
    assert view.counts == counted
    assert counted.unconfirmed == 5
    assert [row.code for row in run_queries.rows_of(ALICE, run, "unconfirmed", 10)] == ["NO_ANSWER"] * 5
    assert "member" not in left.ledger().values()


def test_what_was_confirmed_before_a_bug_struck_stays_confirmed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.hire(300)
    office.apply()
    to_poll, settled = BatchTransitions.to_poll, list[Batch]()

    def broken(self: BatchTransitions, batch: Batch, found: Pending | Settled, number: int) -> Transition:
        if settled:
            raise ZeroDivisionError
        answer = to_poll(self, batch, found, number)
        settled.extend([answer.batch] if answer.batch.status is BatchStatus.CONFIRMED else [])
        return answer

    with monkeypatch.context() as buggy:
        buggy.setattr(BatchTransitions, "to_poll", broken)
        view = office.run()
    accounted(view)
    assert view.counts is not None
    assert (view.status, view.problems[0].code) == ("Failed", "INTERNAL_ERROR")
    assert view.counts.delivered == list(office.ledger().values()).count("member") > 0
    office.run()
    assert len(office.listed()) == 300


def test_an_attempt_without_an_answer_makes_its_people_wait(left: Office) -> None:
    """Though the queue is empty: the request itself may still be in flight."""
    let_the_queue_move(left)
    ago(minutes=-20_000)  # however slow the machine: the attempt was made just now
    view = left.run()
    accounted(view)
    assert view.counts is not None
    assert (view.requests, view.counts.not_attempted) == (0, {"WAITING_FOR_EARLIER_SEND": 5})


@pytest.mark.short("unknown")
@pytest.mark.parametrize("outcome", ["unknown", ""])
def test_it_is_lifted_once_it_is_old_and_the_queue_over_there_is_empty(left: Office, outcome: str) -> None:
    """Not after a day only; whether or not somebody could still write down that there was no answer."""
    AttemptRow.objects.update(outcome=outcome)
    BatchRow.objects.update(status="unknown" if outcome else "sending")
    let_the_queue_move(left)
    ago(minutes=20)
    view = left.run()
    accounted(view)
    assert view.counts is not None
    assert (view.status, view.counts.delivered) == ("Successful", 5)
    assert {one.lifted_at > 0 for one in AttemptRow.objects.exclude(batch__run=view.id)} == {True}
    assert set(left.ledger().values()) == {"member"}


def test_it_is_not_lifted_while_something_is_queued_over_there(left: Office) -> None:
    ago(minutes=20)
    view = left.run()
    assert view.counts is not None
    assert view.counts.not_attempted == {"WAITING_FOR_EARLIER_SEND": 5}
    assert [one.lifted_at for one in AttemptRow.objects.all()] == [0.0]


def test_an_export_whose_sends_are_open_is_not_pruned(left: Office) -> None:
    """I-5: another export to the account would overtake what may still be in flight."""
    without = DEFINITIONS[: DEFINITIONS.index("exports:")]
    with pytest.raises(InvalidInput) as refusal:
        left.apply(without, prune=True)
    assert refusal.value.code == "EXPORT_UNSETTLED"
    assert Run.objects.count() == 1
    AttemptRow.objects.update(lifted_at=1.0)
    left.apply(without, prune=True)
    assert not Run.objects.exists()


def test_a_column_that_is_gone_fails_a_run_that_everybody_can_see(office: Office) -> None:
    """The run fails before the first byte and names the mapping line."""
    office.hire(3)
    office.apply()
    lines = (office.folder / "customers.csv").read_text(encoding="utf-8")
    (office.folder / "customers.csv").write_text(lines.replace("city", "town"), encoding="utf-8")
    with pytest.raises(NeedsAttention) as error:
        office.run()
    (seen,) = run_queries.list_runs(ALICE)
    assert (seen.status, seen.requests, seen.finished_at is not None) == ("Failed", 0, True)
    assert [(one.code, one.where) for one in seen.problems] == [
        ("MAP_COLUMN_GONE", "News, data matching, field:2")
    ]
    assert list(seen.problems) == list(error.value.problems)
    office.lay()
    assert office.run().status == "Successful"


def test_a_run_that_takes_longer_than_90_minutes_says_so_once_and_goes_on(office: Office) -> None:
    """Slow is not failed: the run goes on, and says so once."""
    office.hire(3)
    office.apply()
    office.run()
    run, clock, told = Run.objects.get(), VirtualClock(), Silent()
    run.started_at = datetime.fromtimestamp(clock.now(), UTC)
    watching = ProgressRecorder(told, run, clock)
    for _ in range(4):
        clock.sleep(45 * 60)
        watching.progress({})
        assert len(told.said) == (clock.now() >= run.started_at.timestamp() + 90 * 60)
