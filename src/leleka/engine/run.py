"""The course of a run: plan, deliver, settle. Each part resumes where it stopped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from leleka.core.batches import without
from leleka.core.outbox import Batch, BatchStatus, LeaseLost, Outbox
from leleka.core.planning import DueRow, Ended, Planned, PlannedRow, Selection, Span, Verdict, Warehouse
from leleka.core.ports import Clock, Destination, Limits, Suppressed
from leleka.core.saying import Said
from leleka.engine.delivery import Delivery, Job, Tools
from leleka.engine.guards import check_destination, check_fields, check_limit, confirmation_needed
from leleka.engine.pace import ImportPace, Tempo
from leleka.engine.packing import Packer
from leleka.engine.screening import Waiting
from leleka.engine.senders import ThreadSenders
from leleka.engine.suppressed import Pulse, Reading, Shelf, Unkept
from leleka.errors import LelekaError


def no_pulse() -> None:
    """For a preview, which holds no lease."""


class Watcher(Protocol):
    """Receives progress: a progress bar, a log, or nothing."""

    def stage(self, sentence: str) -> None: ...
    def planned(self, planned: Planned) -> None: ...
    def progress(self, batches: Mapping[int, Batch]) -> None: ...


@dataclass(frozen=True, slots=True)
class Order:
    """What one run is to do: the frozen configuration of its export."""

    selection: Selection
    target: str
    automations: bool
    limit: int
    share: float
    waiting: Waiting
    emptied: Sequence[str]
    lease_seconds: float


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a run takes place."""

    warehouse: Warehouse
    destination: Destination
    limits: Limits
    clock: Clock
    tempo: Tempo
    shelf: Shelf = Unkept()  # noqa: RUF009 - it holds nothing


def preview(
    order: Order, ground: Ground, watcher: Watcher, pulse: Pulse = no_pulse
) -> tuple[Planned, tuple[Batch, ...]]:
    """Plan only: nothing is written at the destination, and no guard stops the preview."""

    def wait(seconds: float) -> None:
        pulse()
        ground.clock.sleep(ground.tempo.wait(seconds))

    watcher.stage(Said("READING_SUPPRESSED"))
    check_destination(ground.destination, order.target, wait)
    check_fields(ground.destination, order.selection.matching, order.selection.leavers)
    selection = order.selection
    packer = Packer(
        ground.destination,
        ground.limits,
        target=order.target,
        table=selection.table,
        matching=selection.matching,
        leavers=selection.leavers,
        automations=order.automations,
    )

    def pack(rows: Sequence[DueRow]) -> Sequence[PlannedRow]:
        pulse()
        return packer.pack(rows)

    suppressed = _suppressed(order, ground, watcher, pulse)
    planned = ground.warehouse.plan(selection, suppressed=suppressed, waiting=order.waiting(), pack=pack)
    return planned, packer.batches()


def _suppressed(order: Order, ground: Ground, watcher: Watcher, pulse: Pulse) -> Iterator[Suppressed]:
    """A million people are never held in memory: the warehouse receives them as a stream."""
    reading = Reading(ground.destination, order.target, ground.shelf, ground.clock, watcher.stage)
    yield from reading.people(pulse)
    watcher.stage(Said("COMPARING"))


def execute(order: Order, ground: Ground, outbox: Outbox, watcher: Watcher) -> None:
    """Bring a claimed run as far as possible: to its end, or to where somebody must confirm.

    An error of the tree while planning ends the run and is recorded on it. Later ones are raised, as
    ``LeaseLost`` and bugs are: something was sent by then, and the caller that ends the run must settle it.
    """
    state = outbox.load()
    plan, batches = state.plan, state.batches
    try:
        if not plan:
            planned, batches = preview(order, ground, watcher, outbox.keep_alive)
            check_limit(planned, order.limit)
            selection = order.selection
            reason = confirmation_needed(planned, selection.leavers, order.emptied)
            outbox.planned(planned, batches, needs_confirmation=reason)
            watcher.planned(planned)
            plan = planned.reference
            if reason and not outbox.keep_alive():
                return  # a run that is about to be canceled does not wait
    except LeaseLost:
        raise
    except LelekaError as error:
        outbox.fail(error)
        return
    delivery = _deliver(order, ground, outbox, watcher, (plan, batches))
    watcher.stage(Said("SETTLING"))
    _settle(order, ground, outbox, plan, delivery)


def _deliver(
    order: Order, ground: Ground, outbox: Outbox, watcher: Watcher, work: tuple[str, Sequence[Batch]]
) -> Delivery:
    plan, batches = work
    seconds = min(ground.limits.seconds_in_flight, order.lease_seconds / 3)
    with ThreadSenders(ground.destination) as senders:
        tools = Tools(
            outbox=outbox,
            warehouse=ground.warehouse,
            destination=ground.destination,
            senders=senders,
            clock=ground.clock,
            tempo=ground.tempo,
            pace=ImportPace(ground.limits, ground.tempo, ground.clock, share=order.share),
            stage=watcher.stage,
            progress=watcher.progress,
            waiting=order.waiting,
        )
        delivery = Delivery(Job(plan, order.automations, seconds), tools, batches)
        try:
            delivery.run()
        except KeyboardInterrupt:
            senders.wait()
            # What cannot be recorded counts as unanswered, as after a sudden death; the error that stopped
            # the run stays.
            with suppress(Exception):
                delivery.leave()
            raise
    return delivery


def _settle(order: Order, ground: Ground, outbox: Outbox, plan: str, delivery: Delivery) -> None:
    before = outbox.ledger()
    settled = ground.warehouse.settle(
        plan,
        name=order.selection.name,
        ledger=before,
        leavers=order.selection.leavers,
        verdicts=tuple(verdicts(delivery.batches.values())),
    )
    if settled.counts.accounted() != settled.counts.selected:
        raise RuntimeError(
            f"the run lost count: {settled.counts.selected} selected, {settled.counts.accounted()} accounted for"
        )
    outbox.finish(settled, before=before, error=delivery.error, canceled=delivery.canceled)


def verdicts(batches: Iterable[Batch]) -> Iterable[Verdict]:
    """Return the outcome of the rows of all batches; every row appears at most once."""
    for batch in batches:
        for row in batch.rejected:
            doubted = batch.doubts + batch.failures > 0
            yield Verdict(Span(row.seq, row.seq), Ended.REJECTED, row.code, row.detail, doubted)
        for row in batch.dropped:
            ended = Ended.EXCLUDED if row.code == "SUPPRESSED" else Ended.NOT_ATTEMPTED
            yield Verdict(Span(row.seq, row.seq), ended, row.code, row.detail)
        if batch.status is BatchStatus.SPLIT:
            continue  # the other rows went into new batches
        ended, code = _ended(batch)
        for span in without(batch.spans, (row.seq for row in batch.rejected)):
            yield Verdict(span, ended, code, batch.detail)


def _ended(batch: Batch) -> tuple[Ended, str]:
    """Whatever may have been imported is *unconfirmed*, or *failed*: for both the ledger drops its old
    certainty.
    """
    failed = Ended.NOT_ATTEMPTED, "BATCH_FAILED"
    if batch.status is BatchStatus.CONFIRMED:
        return Ended.DELIVERED, ""
    if batch.status is BatchStatus.ACCEPTED:
        return Ended.UNCONFIRMED, "STILL_PROCESSING"
    if batch.code == "BATCH_FAILED":
        return failed
    if batch.doubts or batch.status is BatchStatus.SENDING:
        return Ended.UNCONFIRMED, "NO_ANSWER"
    if batch.failures:
        return failed
    return Ended.NOT_ATTEMPTED, batch.code or "RUN_STOPPED"
