"""The course of a run over the fakes: plan, deliver, settle."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Event

import pytest

from leleka.core.data_matching import LeaverPolicy, Leavers
from leleka.core.messages import Message
from leleka.core.outcomes import Outcome
from leleka.core.plan import Planned, Selection, Span, Verdict
from leleka.core.ports.destination import Body, Suppressed, SuppressedPage, SuppressionReason
from leleka.core.ports.outbox import AccountState, Batch, BatchStatus, LeaseLost, RejectedRow
from leleka.core.ports.warehouse import Pack, PlainContacts
from leleka.core.statuses import Ended
from leleka.engine.pre_send_check import nobody
from leleka.engine.rate_limit import TimeScale
from leleka.engine.run import execute
from leleka.engine.run_spec import RunContext, RunSpec
from leleka.engine.verdicts import verdicts
from leleka.errors import LelekaError, TryLater
from leleka.messages.progress import in_english
from tests.fakes.clock import VirtualClock
from tests.fakes.outbox import MemoryOutbox
from tests.fakes.warehouse import MemoryWarehouse
from tests.unit.engine.delivering import MATCHING, TABLE, Scene, scene


@dataclass
class Onlooker:
    """``engine.run.Watcher``."""

    stages: list[str] = field(default_factory=list)

    def stage(self, said: Message) -> None:
        self.stages.append(in_english(said))

    def planned(self, planned: Planned) -> None:
        self.stages.append(planned.reference)

    def progress(self, batches: Mapping[int, Batch]) -> None:
        pass


class SteppingClock(VirtualClock):
    """A clock that advances a little by itself, for runs whose senders are threads."""

    def monotonic(self) -> float:
        self.sleep(0.001)
        return super().monotonic()


def stage_of(count: int) -> Scene:
    stage = scene(count)
    stage.clock = SteppingClock()
    stage.destination.clock = stage.clock
    stage.store.add_run("1", "export")
    return stage


def run(stage: Scene, outbox: MemoryOutbox, limit: int = 1000, leavers: Leavers | None = None) -> None:
    selection = Selection("export", "", TABLE, "", (), MATCHING, leavers or Leavers(), outbox.ledger())
    order = RunSpec(selection, "7", False, limit, 1.0, nobody, (), 60.0)
    ground = RunContext(
        stage.warehouse, stage.destination, stage.limits, stage.clock, TimeScale(None), Onlooker()
    )
    execute(order, ground, outbox)


def test_a_run_plans_delivers_and_settles() -> None:
    stage = stage_of(20)
    run(stage, stage.claim())
    assert len(stage.arrived()) == 20
    assert stage.run_of().finished
    assert stage.store.ledgers["export"] in stage.warehouse.ledgers


def test_what_came_back_before_an_error_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was answered is not in doubt: it waits for nothing, and nobody is sent it again."""
    stage = stage_of(10)
    stage.limits = replace(stage.limits, rows=5)
    outbox, sending, failed = stage.claim(), Event(), Event()
    send = stage.destination.send

    def late(body: Body, deadline: float) -> Outcome:
        if stage.destination.sent:
            sending.set()
            failed.wait()
        return send(body, deadline)

    def away() -> AccountState:
        if stage.destination.sent:
            sending.wait()
            failed.set()
            raise TryLater("SERVER_ERROR", shown="HTTP 500")
        return stage.store.account

    monkeypatch.setattr(stage.destination, "send", late)
    monkeypatch.setattr(outbox, "account", away)
    with pytest.raises(TryLater):
        run(stage, outbox)
    assert [attempt.outcome for attempt in stage.run_of().attempts] == ["accepted", "accepted"]


def test_more_than_the_limit_and_the_run_fails_before_the_first_byte() -> None:
    stage = stage_of(20)
    run(stage, stage.claim(), limit=19)
    error = stage.run_of().error
    assert isinstance(error, LelekaError)
    assert error.code == "SEGMENT_TOO_LARGE"
    assert stage.destination.sent == []


def test_a_run_that_was_canceled_before_it_was_planned_sends_nothing() -> None:
    """I-14."""
    stage = stage_of(20)
    stage.run_of().cancel_requested = True
    run(stage, stage.claim())
    assert (stage.run_of().canceled, stage.run_of().finished) == (True, True)
    assert (stage.destination.sent, stage.run_of().plan) == ([], "")


def test_a_long_look_at_who_unsubscribed_keeps_the_lease() -> None:
    """I-12: a plan that takes longer than a lease must not be made by two workers in turn, forever."""
    stage = stage_of(20)
    outbox = stage.claim()
    until: list[float] = []

    def slowly(target: str, reason: SuppressionReason, after: int) -> SuppressedPage:  # noqa: ARG001
        stage.clock.sleep(30)
        until.append(outbox.lease_left())
        return SuppressedPage((), after + 1 if after < 10 else None)

    stage.destination.suppressed_page = slowly  # type: ignore[method-assign]
    run(stage, outbox)
    assert min(until) > 0
    assert stage.run_of().finished


def test_a_worker_that_was_overtaken_while_it_planned_ends_quietly() -> None:
    """I-12: its run continues elsewhere and is not failed."""
    stage = stage_of(20)
    outbox = stage.claim()
    stage.claim()
    with pytest.raises(LeaseLost):
        run(stage, outbox)
    assert not stage.run_of().finished
    assert stage.destination.sent == []


class EmptyingWarehouse(MemoryWarehouse):
    """A run whose every plan says that many leave; ``meanwhile`` is called during it."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    def plan(
        self,
        selection: Selection,
        *,
        suppressed: Iterable[Suppressed],
        waiting: Iterable[str],
        pack: Pack,
        plain: PlainContacts | None = None,
    ) -> Planned:
        planned = super().plan(selection, suppressed=suppressed, waiting=waiting, pack=pack, plain=plain)
        self.meanwhile()
        return replace(planned, counts=replace(planned.counts, left={"due": 200}), known=200)


@pytest.mark.parametrize("canceled", [False, True])
def test_a_run_waits_for_a_confirmation_unless_it_is_to_be_canceled(canceled: bool) -> None:
    """I-11, I-14: either way nothing is sent."""
    stage = stage_of(20)
    stage.warehouse = warehouse = EmptyingWarehouse(stage.warehouse.people)

    def ask() -> None:
        stage.run_of().cancel_requested = canceled

    warehouse.meanwhile = ask
    run(stage, stage.claim(), leavers=Leavers(LeaverPolicy.UNSUBSCRIBE))
    assert stage.run_of().confirmation
    assert stage.run_of().finished is canceled
    assert stage.destination.sent == []


def batch(status: BatchStatus, *, doubts: int = 0, failures: int = 0, code: str = "") -> Batch:
    return Batch(1, (Span(0, 3),), status, doubts=doubts, failures=failures, code=code)


@pytest.mark.parametrize(
    ("given", "ended", "code"),
    [
        (batch(BatchStatus.CONFIRMED, doubts=1), Ended.DELIVERED, ""),
        (batch(BatchStatus.ACCEPTED, failures=1), Ended.UNCONFIRMED, "STILL_PROCESSING"),
        (batch(BatchStatus.SENDING), Ended.UNCONFIRMED, "NO_ANSWER"),
        (batch(BatchStatus.UNKNOWN, doubts=1, failures=1), Ended.UNCONFIRMED, "NO_ANSWER"),
        (batch(BatchStatus.PLANNED, doubts=1), Ended.UNCONFIRMED, "NO_ANSWER"),
        (batch(BatchStatus.PLANNED, failures=1), Ended.NOT_ATTEMPTED, "BATCH_FAILED"),
        (batch(BatchStatus.PLANNED), Ended.NOT_ATTEMPTED, "RUN_STOPPED"),
        (batch(BatchStatus.ABANDONED, doubts=12, code="NO_ANSWER"), Ended.UNCONFIRMED, "NO_ANSWER"),
        (
            batch(BatchStatus.ABANDONED, doubts=1, failures=3, code="BATCH_FAILED"),
            Ended.NOT_ATTEMPTED,
            "BATCH_FAILED",
        ),
        (
            batch(BatchStatus.REFUSED, code="REFUSED_AS_A_GROUP"),
            Ended.NOT_ATTEMPTED,
            "REFUSED_AS_A_GROUP",
        ),
        (batch(BatchStatus.REFUSED, doubts=1, code="REFUSED_AS_A_GROUP"), Ended.UNCONFIRMED, "NO_ANSWER"),
    ],
)
def test_what_may_have_been_imported_is_never_called_untouched(given: Batch, ended: Ended, code: str) -> None:
    """I-6, I-7: of what is not attempted for certain, the ledger may keep what it held."""
    assert list(verdicts([given])) == [Verdict(Span(0, 3), ended, code, "")]


def test_the_rows_of_a_split_batch_are_spoken_of_by_its_parts() -> None:
    """I-2."""
    split = Batch(1, (Span(0, 3),), BatchStatus.SPLIT, rejected=(RejectedRow(1, "X", "why"),))
    part = Batch(2, (Span(0, 0), Span(2, 3)), BatchStatus.CONFIRMED, parent=1)
    assert list(verdicts([split, part])) == [
        Verdict(Span(1, 1), Ended.REJECTED, "X", "why"),
        Verdict(Span(0, 0), Ended.DELIVERED),
        Verdict(Span(2, 3), Ended.DELIVERED),
    ]
