"""Due times that passed and nothing began."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import OuterRef, Subquery

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.schedules.parser import parse_schedule
from leleka.core.statuses import DueOutcome
from leleka.errors import LelekaError, Problem
from leleka.services.concerns.contracts import Concern, ConcernKind
from leleka.services.exports.schedule_setting import OWN, next_due
from leleka.state.models import DueDecision, Export, Refresh, Run, SystemSchedule

SYSTEM: Final = "schedule:system"
_DECIDED_WITHIN: Final = timedelta(minutes=5)
_Wrong = tuple[Sequence[Problem], datetime | None]


def find(clock: Clock, *, works: bool) -> Iterable[Concern]:
    """Return what is wrong with schedules. Where no worker ``works``, that due times pass is no news of its own."""
    now = utc_now(clock)
    for row in SystemSchedule.objects.filter(on=True):
        told = _hand(row, row.schedule, now, works=works) or _system_failed(row)
        if told is not None:
            yield Concern(ConcernKind.SCHEDULE, SYSTEM, "", *told)
    decisions = DueDecision.objects.filter(export=OuterRef("pk")).order_by("-pk")
    own = Export.objects.filter(schedule__policy=OWN, connection__isnull=False)
    own = own.annotate(decided=Subquery(decisions.values("pk")[:1])).order_by("pk")
    failed = _failed(own.values_list("decided", flat=True))
    for export in own.only("name", "schedule", "schedule_since", "next_due_at"):
        told = _hand(export, export.schedule.get("schedule"), now, works=works)
        told = told or _export_failed(export, failed.get(export.pk))
        if told is not None:
            yield Concern(ConcernKind.SCHEDULE, f"export:{export.pk}", export.name, *told)


def _hand(row: SystemSchedule | Export, schedule: object, now: datetime, *, works: bool) -> _Wrong | None:
    """Return what is wrong with when a schedule is due next, and since when."""
    due = row.next_due_at
    if due is None:
        return ([Problem("SCHEDULE_LOST")], None) if _should_be_due(schedule, now) else None
    if works and due <= now - _DECIDED_WITHIN:
        return [Problem.of("SCHEDULE_LATE", due=f"{due:%Y-%m-%d %H:%M} UTC")], due
    return None


def _should_be_due(schedule: object, now: datetime) -> bool:
    """Return whether a schedule still has instants; one that cannot be read says so by its decisions."""
    try:
        return isinstance(schedule, dict) and next_due(parse_schedule(schedule, ""), now) is not None
    except LelekaError:
        return False


def _failed(newest: Iterable[int | None]) -> dict[int, DueDecision]:
    """Return by export those of the newest decisions whose start failed."""
    rows = DueDecision.objects.filter(pk__in=list(newest), outcome=DueOutcome.FAILED)
    return {one.export_id: one for one in rows if one.export_id is not None}


def _export_failed(export: Export, decision: DueDecision | None) -> _Wrong | None:
    """Return why the last start failed, unless the schedule was changed, or somebody ran the export, since."""
    if decision is None or (export.schedule_since and export.schedule_since > decision.due_at):
        return None
    later = Run.objects.filter(export=export, created_at__gt=decision.due_at, finished_at__isnull=False)
    return None if later.exists() else _told(decision)


def _system_failed(row: SystemSchedule) -> _Wrong | None:
    newest = DueDecision.objects.filter(subject="system").order_by("-due_at").first()
    if newest is None or newest.outcome != DueOutcome.FAILED or (row.since and row.since > newest.due_at):
        return None
    later = Refresh.objects.filter(
        scope="everything", created_at__gt=newest.due_at, finished_at__isnull=False
    )
    return None if later.exists() else _told(newest)


def _told(decision: DueDecision) -> _Wrong:
    return [Problem("SCHEDULE_NOT_STARTED", written=(decision.reason, ""))], decision.due_at
