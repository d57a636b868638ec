"""Walking a refresh: each step in its turn, those of exports by queuing a run; each is written down as it ends.

A walker that dies is followed by another, which goes on at the first step that has not ended. A step over which walkers
died three times has failed: it may be what kills them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Final

import structlog
from django.db import connection, transaction

from leleka.core.clock import utc_now
from leleka.core.memory import shortage
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.refresh_graph import ENDED, StepKind, blocking_steps
from leleka.core.statuses import StepStatus
from leleka.errors import LelekaError, NeedsAttention, Problem
from leleka.messages.progress import in_english
from leleka.messages.stored import problem_data, problem_of, said_data
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import database_outage, lake_sessions
from leleka.services.monitoring import process_identity
from leleka.services.refresh.queue import to_walk
from leleka.state.lease import REFRESH_LEASE, RefreshLost, is_over
from leleka.state.models import Refresh, RefreshStep, RunStatus
from leleka.warehouse.engines.port import Engine
from leleka.worker.refresh import steps as refresh_steps

log = structlog.get_logger(__name__)
_MOST_TRIES: Final = 3
_RENEWALS: Final = 3  # within one lease
_LONGEST_STAGE: Final = 200


Say = Callable[[Message], None]


def _nobody(_: Message) -> None:
    """Nobody listens: the steps have it."""


def next_to_walk(clock: Clock) -> int | None:
    """Return the refresh whose turn it is, if nobody walks it: one at a time, so that nothing is read twice at once."""
    row = to_walk().first()
    if row is None:
        return None
    free = is_over(row.lease_until, clock.now()) or not row.worker or process_identity.is_dead(row.worker)
    return row.pk if free else None


def carry_out(number: int, clock: Clock, say: Say = _nobody) -> None:
    """Walk a refresh to its end, unless another process does. ``say`` hears what it is doing."""
    row = Refresh.objects.get(pk=number)
    if row.walked_at is not None or row.finished_at is not None:
        return
    lease = installation_configuration.configuration().lease_seconds
    dead = bool(row.worker) and process_identity.is_dead(row.worker)
    fence = REFRESH_LEASE.claim(
        row, worker=process_identity.me(), now=clock.now(), lease_seconds=lease, previous_is_dead=dead
    )
    if fence is None:
        return
    walker = RefreshRunner(number, fence, clock, lease, say)
    try:
        with walker.kept_alive(), lake_sessions.session() as session:
            walker.run(session)
    except RefreshLost:
        log.warning("a refresh has another owner", refresh=number)
    except KeyboardInterrupt:  # told to end: whoever goes on need not wait for the lease (fault 74)
        REFRESH_LEASE.release(number, fence)
        raise


@dataclass
class RefreshRunner:
    """One process's hold on a refresh. Every write renews the lease, and is refused where it was lost."""

    number: int
    fence: int
    clock: Clock
    lease: float
    say: Say

    def run(self, session: Engine) -> None:
        self._guard(status=RunStatus.PROCESSING, started_at=self._began())
        for step in RefreshStep.objects.filter(refresh=self.number).order_by("number"):
            if self._canceled():
                break
            if step.status not in ENDED and step.run_id is None:
                self._step(session, step)
        self._leave()

    def _began(self) -> Any:
        return Refresh.objects.get(pk=self.number).started_at or utc_now(self.clock)

    def _canceled(self) -> bool:
        return Refresh.objects.filter(pk=self.number, cancel_requested_at__isnull=False).exists()

    def _step(self, session: Engine, step: RefreshStep) -> None:
        blocked = self._blocked(step)
        if blocked:
            self._write(step, status=StepStatus.SKIPPED, problems=[problem_data(one) for one in blocked])
            return
        if step.tries >= _MOST_TRIES:
            self._fail(step, _died(step))
            return
        started = step.started_at or utc_now(self.clock)
        self._write(step, status=StepStatus.PROCESSING, started_at=started, tries=step.tries + 1)
        try:
            done = refresh_steps.do(session, step, self.clock, self._teller(step), self._guard)
        except LelekaError as error:
            self._fail(step, error)
        except (RefreshLost, *database_outage.ERRORS):
            raise  # nothing can be written down: whoever takes it up begins this step again
        except KeyboardInterrupt:
            self._write(step, tries=step.tries)  # an end that was asked for is no death
            raise
        except Exception as bug:
            log.exception("a step of a refresh failed unexpectedly", refresh=self.number, step=step.number)
            self._fail(step, shortage(bug) or NeedsAttention("INTERNAL_ERROR.brief"))
        else:
            self._write(step, **done)

    def _blocked(self, step: RefreshStep) -> list[Problem]:
        """Say which of the steps it needs keep it from beginning, and what to do about each (CI-S8, T3)."""
        if not step.needs:
            return []
        before = {
            one.number: one for one in RefreshStep.objects.filter(refresh=self.number, number__in=step.needs)
        }
        statuses = {number: StepStatus(one.status) for number, one in before.items()}
        return [_because(before[number]) for number in blocking_steps(sorted(before), statuses)]

    def _fail(self, step: RefreshStep, error: LelekaError) -> None:
        self._write(step, status=StepStatus.FAILED, problems=[problem_data(one) for one in error.problems])

    def _teller(self, step: RefreshStep) -> Say:
        def say(said: Message) -> None:
            self.say(said)
            stage = {"stage": in_english(said)[:_LONGEST_STAGE], "stage_told": said_data(said)}
            RefreshStep.objects.filter(pk=step.pk).update(**stage)

        return say

    def _write(self, step: RefreshStep, **changes: Any) -> None:
        if changes.get("status") in ENDED:
            changes = {"finished_at": utc_now(self.clock), "stage": "", **changes}
        with transaction.atomic():
            self._guard()
            RefreshStep.objects.filter(pk=step.pk).update(**changes)

    def _leave(self) -> None:
        """All is done but the runs of its exports: whoever keeps the time closes it when they have ended."""
        now = utc_now(self.clock)
        with transaction.atomic():
            self._guard(walked_at=now, worker="", lease_until=0.0)
            left = RefreshStep.objects.filter(refresh=self.number, run__isnull=True).exclude(status__in=ENDED)
            left.update(status=StepStatus.CANCELED, finished_at=now, stage="")

    def _guard(self, **changes: Any) -> None:
        until = changes.pop("lease_until", self.clock.now() + self.lease)
        if changes.get("status") == RunStatus.PROCESSING and self._canceled():
            del changes["status"]  # it stays "Canceling"
        REFRESH_LEASE.renew(self.number, self.fence, until, **changes)

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Renew the lease while a step takes long. A process that is stopped or killed renews nothing."""
        over = Event()
        thread = Thread(target=renew, args=(self, over), name="refresh-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def renew(walker: RefreshRunner, over: Event) -> None:
    """Renew a walker's lease until it is ``over``, or lost: then the next write of the walker itself finds out."""
    try:
        while not over.wait(walker.lease / _RENEWALS):
            try:
                REFRESH_LEASE.renew(walker.number, walker.fence, walker.clock.now() + walker.lease)
            except database_outage.ERRORS:
                database_outage.let_go()  # it may answer again before another worker takes the refresh
    except RefreshLost:
        return
    finally:
        connection.close()


_FAILED: Final = {
    StepKind.SOURCE: "UPSTREAM_FAILED.source",
    StepKind.MEASURE: "UPSTREAM_FAILED.measure",
    StepKind.SEGMENT: "UPSTREAM_FAILED.segment",
    StepKind.EXPORT: "UPSTREAM_FAILED.export",
    StepKind.PROFILES: "UPSTREAM_FAILED.profiles",
}
_CANCELED: Final = {
    StepKind.SOURCE: "UPSTREAM_CANCELED.source",
    StepKind.MEASURE: "UPSTREAM_CANCELED.measure",
    StepKind.SEGMENT: "UPSTREAM_CANCELED.segment",
    StepKind.EXPORT: "UPSTREAM_CANCELED.export",
    StepKind.PROFILES: "UPSTREAM_CANCELED.profiles",
}


def _because(step: RefreshStep) -> Problem:
    """Return why a step that needed this one is skipped: the one that failed first is named, with what it said."""
    if step.status == StepStatus.SKIPPED and step.problems:
        return problem_of(step.problems[0])
    if step.status == StepStatus.CANCELED:
        return Problem(_CANCELED[StepKind(step.kind)], step.name, {"name": step.name} if step.name else {})
    said = problem_of(step.problems[0]) if step.problems else Problem("UPSTREAM_FAILED.unknown")
    named = {"name": step.name} if step.name else {}
    return Problem(_FAILED[StepKind(step.kind)], step.name, {**named, "problem": said})


def _died(step: RefreshStep) -> NeedsAttention:
    return NeedsAttention("STEP_DIED", where=step.name, tries=step.tries)
