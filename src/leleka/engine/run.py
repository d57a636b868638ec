"""The course of a run: plan, deliver, settle. Each part resumes where it stopped."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from math import inf
from typing import Final

from leleka.core.messages import NOTHING, Message
from leleka.core.plan import DueRow, Planned, PlannedRow
from leleka.core.ports.destination import Suppressed
from leleka.core.ports.outbox import Batch, LeaseLost, Outbox, RunCanceled, clamp_future
from leleka.core.ports.warehouse import Pack, PlainContacts
from leleka.engine.attentive_clock import AttentiveClock
from leleka.engine.batch_packing import Packer
from leleka.engine.delivery import Delivery
from leleka.engine.delivery_ports import DeliveryPorts, Job
from leleka.engine.exclusion_reading import LateExclusions, read_exclusions
from leleka.engine.guards import (
    check_destination,
    check_fields,
    check_limit,
    contacts_held,
    gone_meanwhile,
)
from leleka.engine.late_reading import LateLook, unconfirmed
from leleka.engine.pre_send_check import NeverConfirmed, OnExclusionList, all_confirmed
from leleka.engine.rate_limit import ImportLimiter
from leleka.engine.read_back import ReadBack
from leleka.engine.run_spec import RunContext, RunSpec
from leleka.engine.sender_pool import ThreadSenders
from leleka.engine.suppression_reading import KeepAlive, Reading, reasons_read
from leleka.engine.verdicts import verdicts
from leleka.errors import LelekaError

_SAID_EVERY: Final = 60  # seconds
_SHORT_PAUSE: Final = 60.0  # seconds that a run waits at its end
_PATIENCE_OF_PEOPLE: Final = 60.0  # seconds that a preview waits, which nobody can cancel


def no_lease() -> None:
    """For a preview, which holds no lease."""


def preview(
    spec: RunSpec, context: RunContext, pulse: KeepAlive = no_lease
) -> tuple[Planned, tuple[Batch, ...], float | None]:
    """Plan only: nothing is written at the destination, and no guard stops the preview. The moment is that at which
    the plan's reading began, None where it goes on with one that was kept.
    """
    attentive = AttentiveClock(context.clock, pulse)

    def wait(seconds: float) -> None:
        for left in range(round(seconds), 0, -_SAID_EVERY):
            if left > _SAID_EVERY:  # a run that says nothing for ten minutes seems to have stalled
                context.watcher.stage(Message("WAITING_TO_BEGIN", seconds=left))
            attentive.sleep(context.time_scale.wait(min(left, _SAID_EVERY)))

    context.watcher.stage(Message("READING_SUPPRESSED"))
    patience = _PATIENCE_OF_PEOPLE if pulse is no_lease else inf
    check_destination(context.destination, spec.target, wait, patience=patience)
    selection = spec.selection
    misfits = check_fields(
        context.destination,
        selection.matching,
        selection.leavers,
        selection.table,
        partial(context.warehouse.values, selection),
    )
    packer = _packer(spec, context)
    reading = _reading(spec, context)
    exclusions, note = read_exclusions(context.destination, spec.target, pulse)
    suppressed = _suppressed(reading, context, pulse)
    selection = replace(selection, exclusions=exclusions)
    pack, plain = _with_pulse(packer, pulse)
    planned = context.warehouse.plan(
        selection, suppressed=suppressed, waiting=spec.waiting(), pack=pack, plain=plain
    )
    notes = (*misfits, note) if note else tuple(misfits)
    return replace(planned, notes=notes), packer.batches(), reading.began_at


def _packer(spec: RunSpec, context: RunContext) -> Packer:
    selection = spec.selection
    return Packer(
        context.destination,
        context.limits,
        target=spec.target,
        table=selection.table,
        matching=selection.matching,
        leavers=selection.leavers,
        automations=spec.automations,
    )


def _with_pulse(packer: Packer, pulse: KeepAlive) -> tuple[Pack, PlainContacts | None]:
    """Return what packs rows, and renews the lease meanwhile."""

    def beating(pack: Pack) -> Pack:
        def packed(rows: Sequence[DueRow]) -> Sequence[PlannedRow]:
            pulse()
            return pack(rows)

        return packed

    plain = packer.plain()
    return beating(packer.pack), replace(plain, render=beating(plain.render)) if plain else None


def _reading(spec: RunSpec, context: RunContext) -> Reading:
    return Reading(
        context.destination,
        spec.target,
        context.cache,
        context.clock,
        context.watcher.stage,
        reasons=reasons_read(subscribe_unconfirmed=spec.subscribe_unconfirmed),
    )


def _suppressed(reading: Reading, context: RunContext, pulse: KeepAlive) -> Iterator[Suppressed]:
    """A million people are never held in memory: the warehouse takes them as they come."""
    yield from reading.people(pulse)
    context.watcher.stage(Message("COMPARING"))


def execute(spec: RunSpec, context: RunContext, outbox: Outbox) -> None:
    """Bring a claimed run as far as it gets: to its end, or to where somebody must confirm.

    An error of the tree while planning ends the run and is recorded on it. Later ones are raised, as
    ``LeaseLost`` and bugs are: something was sent by then, and the caller that ends the run must settle it.
    """
    state = outbox.load()
    plan, batches, read_at = state.plan, state.batches, None
    try:
        if not plan:
            planned, batches, read_at = preview(spec, context, outbox.keep_alive)
            check_limit(planned, spec.limit)
            reason = spec.needs_confirmation(planned, partial(_contacts_held, context))
            outbox.planned(planned, batches, needs_confirmation=reason)
            context.watcher.planned(planned)
            plan = planned.reference
            if reason and not outbox.keep_alive():
                return  # a run that is about to be canceled does not wait
    except LeaseLost:
        raise
    except LelekaError as error:
        outbox.fail(error)
        return
    look = never_confirmed(spec, context, outbox, read_at)
    excluded = LateExclusions(
        context.destination, context.warehouse, target=spec.target, pulse=outbox.keep_alive
    )
    late = LateLook(context.clock, excluded.read, read_at=read_at)
    delivery = _deliver(spec, context, outbox, (plan, batches), (look, late.look))
    unproven, told = _read_back(spec, context, outbox, (plan, delivery))
    context.watcher.stage(Message("SETTLING"))
    gone = _gone_meanwhile(spec, context, outbox, delivery)
    notes = tuple(note for note in (excluded.note, told) if note)
    failed = delivery.error or gone
    _settle(spec, context, outbox, (plan, delivery), error=failed, notes=notes, unproven=unproven)


def _contacts_held(context: RunContext) -> int | None:
    context.watcher.stage(Message("COUNTING_CONTACTS"))
    return contacts_held(context.destination)


def never_confirmed(
    spec: RunSpec, context: RunContext, outbox: Outbox, read_at: float | None
) -> NeverConfirmed:
    """Return the last look at who never confirmed; ``read_at`` is when the plan's reading began, None where another
    process made it, or a part of it.
    """
    if spec.subscribe_unconfirmed:
        return all_confirmed
    read = unconfirmed(
        context.destination,
        context.warehouse,
        context.clock,
        target=spec.target,
        pulse=outbox.keep_alive,
        tell=context.watcher.stage,
    )
    return LateLook(context.clock, read, read_at=read_at).look


def _read_back(
    spec: RunSpec, context: RunContext, outbox: Outbox, work: tuple[str, Delivery]
) -> tuple[Collection[int], Message]:
    plan, delivery = work
    batches = tuple(delivery.batches.values())
    if delivery.error or not _pause_is_over(context, outbox):
        return spec.proof.doubtful(context.warehouse, plan, batches), NOTHING  # nothing may be asked now
    reading = ReadBack(
        context.destination,
        context.warehouse,
        spec.target,
        pulse=outbox.keep_alive,
        tell=context.watcher.stage,
    )
    return reading.missing(plan, batches, spec.proof)


def _pause_is_over(context: RunContext, outbox: Outbox) -> bool:
    """Wait for the end of a pause that the account asked for; return False where it lasts, or somebody cancels."""
    now = context.clock.now()
    left = clamp_future(outbox.account().paused_until, now) - now
    if left > _SHORT_PAUSE:
        return False
    with suppress(RunCanceled):
        AttentiveClock(context.clock, outbox.keep_alive).sleep(max(left, 0.0))
        return True
    return False


def _gone_meanwhile(
    spec: RunSpec, context: RunContext, outbox: Outbox, delivery: Delivery
) -> Exception | None:
    if delivery.error or delivery.canceled or not any(one.tries for one in delivery.batches.values()):
        return None
    if outbox.account().paused_until > context.clock.now():
        return None  # a pause is kept: the next run looks before it sends anything
    try:
        return gone_meanwhile(context.destination, spec.target, outbox.keep_alive)
    except RunCanceled:
        return None  # asked for when everything was delivered: there is nothing left to cancel


def _deliver(
    spec: RunSpec,
    context: RunContext,
    outbox: Outbox,
    work: tuple[str, Sequence[Batch]],
    looks: tuple[NeverConfirmed, OnExclusionList],
) -> Delivery:
    plan, batches = work
    seconds = min(context.limits.seconds_in_flight, spec.lease_seconds / 3)
    with ThreadSenders(context.destination) as senders:
        tools = DeliveryPorts(
            outbox=outbox,
            warehouse=context.warehouse,
            destination=context.destination,
            senders=senders,
            clock=context.clock,
            time_scale=context.time_scale,
            pace=ImportLimiter(context.limits, context.time_scale, context.clock, share=spec.share),
            stage=context.watcher.stage,
            progress=context.watcher.progress,
            waiting=spec.waiting,
            never_confirmed=looks[0],
            on_exclusion_list=looks[1],
        )
        delivery = Delivery(Job(plan, spec.automations, seconds), tools, batches)
        try:
            delivery.run()
        except LeaseLost:
            raise
        except (Exception, KeyboardInterrupt):
            senders.wait()
            # What cannot be recorded counts as unanswered, as after a sudden death; the error that stopped
            # the run stays.
            with suppress(Exception):
                delivery.leave()
            raise
    return delivery


def _settle(
    spec: RunSpec,
    context: RunContext,
    outbox: Outbox,
    delivered: tuple[str, Delivery],
    *,
    error: Exception | None,
    notes: tuple[Message, ...] = (),
    unproven: Collection[int] = (),
) -> None:
    plan, delivery = delivered
    before = outbox.ledger()
    settled = context.warehouse.settle(
        plan,
        name=spec.selection.name,
        ledger=before,
        leavers=spec.selection.leavers,
        verdicts=tuple(verdicts(delivery.batches.values(), unproven)),
    )
    if settled.counts.accounted() != settled.counts.selected:
        raise RuntimeError(
            f"the run lost count: {settled.counts.selected} selected, {settled.counts.accounted()} accounted for"
        )
    outbox.finish(replace(settled, notes=notes), before=before, error=error, canceled=delivery.canceled)
