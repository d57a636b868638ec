"""Keeping time: what is due is decided once, whoever decides; what was started is closed when it has ended.

Called every second or so by each worker. Several may call at once: the unique key of a decision, and conditional
UPDATEs, let one of them do each thing. A decision and what it starts are one transaction: a scheduler that dies leaves
both or neither (fault 6).
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.db import IntegrityError, transaction

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.refresh_graph import ENDED, overall
from leleka.core.schedules.instants import instants
from leleka.core.schedules.model import STILL_RUNNING, Decision, decide
from leleka.core.schedules.parser import parse_schedule
from leleka.core.statuses import DueOutcome, StepStatus
from leleka.errors import LelekaError, Problem
from leleka.messages.problems import english
from leleka.messages.stored import problem_data
from leleka.services.exports.schedule_setting import OWN, next_due
from leleka.services.installation import database_outage
from leleka.services.refresh import commands as refresh_commands
from leleka.services.refresh import graph as refresh_graph
from leleka.services.segments import states as segment_states
from leleka.state.models import (
    DueDecision,
    Export,
    Refresh,
    Run,
    RunStatus,
    SystemSchedule,
    Trigger,
)
from leleka.worker.runs import retries as run_retries
from leleka.worker.runs import stall_detection

log = structlog.get_logger(__name__)
SYSTEM: Final = "system"
_BY: Final = "schedule"
_LONGEST: Final = 500  # characters of a reason
_DAY: Final = timedelta(days=1)


def tick(clock: Clock) -> None:
    """Do everything that time makes due."""
    now = utc_now(clock)
    # First what is active by now: a refresh that is due at the same moment takes it along.
    _see_to(partial(segment_states.carry_out_due, clock), segment_states.carry_out_due.__name__)
    for row in SystemSchedule.objects.filter(on=True, next_due_at__lte=now):
        _decide(_Due(SYSTEM, refresh_graph.EVERYTHING, Trigger.SYSTEM, row, clock), now)
    own = Export.objects.filter(schedule__policy=OWN, next_due_at__lte=now)
    for export in own:
        _decide(_Due(f"export:{export.pk}", f"export:{export.pk}", Trigger.OWN, export, clock), now)
    parts = (close_finished, run_retries.try_again, stall_detection.watch)
    for part in parts:
        _see_to(partial(part, clock), part.__name__)


def _decide(due: "_Due", now: datetime) -> None:
    _see_to(partial(due.decide, now), due.subject)


def _see_to(part: Callable[[], None], subject: str) -> None:
    """A mistake of ours in one schedule, or one part, keeps no other one, and no run, from beginning (I-19)."""
    try:
        part()
    except database_outage.ERRORS:
        raise
    except Exception:
        log.exception("a part of keeping time failed unexpectedly", subject=subject)


class _Due:
    """The due instants of the system's schedule, or of an export's own."""

    def __init__(
        self, subject: str, scope: str, trigger: Trigger, row: SystemSchedule | Export, clock: Clock
    ) -> None:
        self._clock = clock
        self.subject = subject
        self._scope = scope
        self._trigger = trigger
        self._row = row
        self._export = row if isinstance(row, Export) else None

    def decide(self, now: datetime) -> None:
        try:
            schedule = parse_schedule(self._row_schedule(), self.subject)
        except LelekaError as error:
            self._cannot_be_read(error, now)  # a zone that is gone from the list, say (fault 60)
            return
        decided = self._decided()
        due = list(instants(schedule, max(filter(None, (self._since(), decided))), now))
        live = self._live()
        try:
            with transaction.atomic():
                for decision in decide(due, known=[decided] if decided else [], now=now, running=bool(live)):
                    self._carry_out(decision, live, now)
                self._move_on(next_due(schedule, max(filter(None, (now, decided)))))
        except IntegrityError:
            log.info("another scheduler has decided", subject=self.subject)

    def _row_schedule(self) -> dict[str, Any]:
        told: dict[str, Any] = self._row.schedule
        return dict(told["schedule"]) if self._export else told

    def _since(self) -> datetime | None:
        return self._row.schedule_since if isinstance(self._row, Export) else self._row.since

    def _decided(self) -> datetime | None:
        """Return the newest decided instant: a clock that is set back decides nothing twice."""
        decided = DueDecision.objects.filter(subject=self.subject).order_by("-due_at")
        return decided.values_list("due_at", flat=True).first()

    def _live(self) -> str:
        """Say what of it is under way, "" where nothing is."""
        refresh = Refresh.objects.filter(scope=self._scope, finished_at__isnull=True).order_by("pk").first()
        if refresh is not None:
            return f"refresh {refresh.pk} had not ended: {refresh.status}"
        run = self._export.runs.filter(finished_at__isnull=True).first() if self._export else None
        return f"run {run.pk} had not ended: {run.status}" if run else ""

    def _carry_out(self, decision: Decision, live: str, now: datetime) -> None:
        refresh = None
        if decision.outcome == DueOutcome.STARTED:
            try:
                with transaction.atomic():
                    refresh = refresh_commands.plan(self._scope, self._trigger, _BY, decision.due_at)
            except LelekaError as error:
                decision = decision.failed(_in_lines(error))
        self._remember(decision, live if decision.reason == STILL_RUNNING else "", now, refresh)

    def _remember(
        self, decision: Decision, detail: str, now: datetime, refresh: Refresh | None = None
    ) -> None:
        DueDecision.objects.create(
            subject=self.subject,
            export=self._export,
            due_at=decision.due_at,
            outcome=decision.outcome,
            reason=decision.reason[:_LONGEST],
            detail=detail,
            decided_at=now,
            refresh=refresh,
        )

    def _cannot_be_read(self, error: LelekaError, now: datetime) -> None:
        """Say so once a day, for as long as it lasts: a schedule never breaks silently."""
        due_at = self._row.next_due_at
        if due_at is None:
            return
        with suppress(IntegrityError), transaction.atomic():
            self._remember(Decision(due_at, DueOutcome.FAILED, _in_lines(error)), "", now)
            self._move_on(now + _DAY)

    def _move_on(self, to: datetime | None) -> None:
        """Move the hand to the next instant, unless the schedule was changed meanwhile."""
        rows = type(self._row)._default_manager.filter(pk=self._row.pk, next_due_at=self._row.next_due_at)
        rows.update(next_due_at=to)


def close_finished(clock: Clock) -> None:
    """Close the refreshes of which every run has ended, or waits for somebody: one that nobody confirms for days keeps
    none of the others from their next refresh.
    """
    walked = Refresh.objects.filter(walked_at__isnull=False, finished_at__isnull=True)
    under_way = Run.objects.filter(finished_at__isnull=True).exclude(status=RunStatus.NEEDS_CONFIRMATION)
    for refresh in walked.exclude(steps__run__in=under_way):
        with transaction.atomic():
            mine = Refresh.objects.filter(pk=refresh.pk, finished_at__isnull=True)
            if mine.update(finished_at=utc_now(clock)):
                _close(refresh)


def _close(refresh: Refresh) -> None:
    for step in refresh.steps.exclude(status__in=ENDED).select_related("run"):
        if step.run is None:
            gone = Problem.of("REMOVED_MEANWHILE.run")
            step.status, step.problems = StepStatus.SKIPPED, [problem_data(gone)]
        else:
            step.status, step.problems = step.run.status, step.run.problems
            step.finished_at = step.run.finished_at
        step.save(update_fields=["status", "problems", "finished_at"])
    statuses = [StepStatus(status) for status in refresh.steps.values_list("status", flat=True)]
    canceled = Refresh.objects.filter(pk=refresh.pk, cancel_requested_at__isnull=False).exists()
    Refresh.objects.filter(pk=refresh.pk).update(status=overall(statuses, canceled=canceled))


def _in_lines(error: LelekaError) -> str:
    return "\n".join(str(english(problem)) for problem in error.problems)
