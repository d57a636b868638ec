"""Schedules as people set them: the system's, and each export's (CI-S1 to S4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from django.db.models import Count, Q

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.schedules.instants import clock_changes, next_instants
from leleka.core.schedules.model import ClockChange, Instant, Schedule
from leleka.core.schedules.parser import parse_schedule
from leleka.errors import InvalidInput, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, require
from leleka.services.exports.schedule_setting import OFF, OWN, SYSTEM, schedule_of
from leleka.services.installation import configuration as installation_configuration
from leleka.state.models import DueDecision, Export, SystemSchedule

SHOWN: Final = 10
SYSTEM_SCHEDULE: Final = "the system's schedule"


Versions = Mapping[int, int]
ANY_SCHEDULE: Final[Versions] = {}  # nobody saw them: whatever they are by now


@dataclass(frozen=True, slots=True)
class SystemScheduleView:
    """The system's schedule with its next ten instants and what happens to it when clocks change; both are empty
    while it is off. ``managed_by_file`` is the definitions file that sets it, "" where people do.
    """

    on: bool
    schedule: Schedule
    version: int
    managed_by_file: str
    next: Sequence[Instant]
    changes: Sequence[ClockChange]


@dataclass(frozen=True, slots=True)
class ExportScheduleView:
    """When an export runs by itself. ``next`` is the next instant, None where nothing is due."""

    policy: str
    schedule: Schedule | None
    next: datetime | None
    changes: Sequence[ClockChange]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What was decided on one due instant. ``refresh`` is the number of what it started; ``detail`` says what was
    still running.
    """

    due_at: datetime
    outcome: str
    reason: str
    detail: str
    refresh: int | None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What runs next. ``due_at`` is None of what is under way or queued already, then ``run`` and ``status`` say more.

    ``export`` is the id of an export, None for the system's schedule, which has no ``name`` either.
    """

    due_at: datetime | None
    export: int | None
    name: str
    run: int | None = None
    status: str = ""
    stage: str = ""
    stage_told: Mapping[str, Any] = field(default_factory=dict)


def system(actor: Actor, clock: Clock) -> SystemScheduleView:
    """Return the system's schedule; before it was ever set, daily at 06:00 in the installation's time zone, off."""
    require(actor, Permission.SEE)
    row = SystemSchedule.objects.filter(pk=1).first()
    schedule = parse_schedule(row.schedule, SYSTEM_SCHEDULE) if row and row.schedule else _suggested()
    on = bool(row and row.on)
    now = utc_now(clock)
    view = SystemScheduleView(
        on=on,
        schedule=schedule,
        version=row.version if row else 0,
        managed_by_file=row.managed_by_file if row else "",
        next=next_instants(schedule, now, SHOWN) if on else (),
        changes=clock_changes(schedule, now) if on else (),
    )
    return discreet(actor, view)


def home_zone() -> str:
    """Return the installation's time zone."""
    return installation_configuration.configuration().time_zone


def preview(data: Mapping[str, Any], clock: Clock) -> tuple[Sequence[Instant], Sequence[ClockChange]]:
    """Return the next instants of a schedule that is not saved, and what clock changes do to it."""
    schedule, now = parse_schedule(data, ""), utc_now(clock)
    return next_instants(schedule, now, SHOWN), clock_changes(schedule, now)


def of_export(actor: Actor, number: int, clock: Clock) -> ExportScheduleView:
    require(actor, Permission.SEE)
    return view_of_export(_bare(number), clock)


def of_exports(actor: Actor, numbers: Iterable[int]) -> Mapping[int, ExportScheduleView]:
    """Return the schedules of several exports, without what clock changes do to them: for lists."""
    require(actor, Permission.SEE)
    due = _system_due()
    rows = Export.objects.filter(pk__in=list(numbers)).only(
        "schedule", "next_due_at", "connection_id", "name"
    )
    return {row.pk: _listed(row, due) for row in rows}


def _listed(row: Export, system_due: datetime | None) -> ExportScheduleView:
    try:
        own = schedule_of(row).own
    except InvalidInput:
        own = None  # a zone that is gone; what is due then says so once a day
    return ExportScheduleView(row.schedule["policy"], own, _next(row, system_due), ())


def following(actor: Actor) -> Mapping[str, int]:
    """Count exports by what they follow: ``system``, ``own``, ``off``; those without a connection are ``detached``."""
    require(actor, Permission.SEE)
    attached = Q(connection__isnull=False)
    return Export.objects.aggregate(
        **{
            policy: Count("pk", filter=attached & Q(schedule__policy=policy)) for policy in (SYSTEM, OWN, OFF)
        },
        detached=Count("pk", filter=~attached),
    )


def view_of_export(row: Export, clock: Clock) -> ExportScheduleView:
    told = schedule_of(row)
    own = told.own if told.policy == OWN else None
    return ExportScheduleView(
        policy=told.policy,
        schedule=told.own,
        next=next_of(row),
        changes=clock_changes(own, utc_now(clock)) if own else (),
    )


def next_of(row: Export) -> datetime | None:
    """Return when an export runs next by itself; a detached one does not."""
    return _next(row, _system_due() if row.schedule["policy"] == SYSTEM else None)


def _next(row: Export, system_due: datetime | None) -> datetime | None:
    policy = row.schedule["policy"]
    if row.connection_id is None or policy == OFF:
        return None
    return row.next_due_at if policy == OWN else system_due


def _system_due() -> datetime | None:
    return SystemSchedule.objects.filter(on=True).values_list("next_due_at", flat=True).first()


def decisions(actor: Actor, number: int, limit: int = 50) -> Sequence[DecisionView]:
    """Return the newest decisions on an export's own due instants. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    _bare(number)
    return decided(actor, number, limit)


def decided(actor: Actor, number: int, limit: int) -> Sequence[DecisionView]:
    """Return the same without a look whether there is such an export."""
    require(actor, Permission.SEE)
    return _decisions(DueDecision.objects.filter(export=number), limit)


def system_decisions(actor: Actor, limit: int = 50) -> Sequence[DecisionView]:
    require(actor, Permission.SEE)
    return _decisions(DueDecision.objects.filter(export=None), limit)


def upcoming(actor: Actor, limit: int = SHOWN) -> Sequence[Upcoming]:
    """Return what is due next, the soonest first."""
    require(actor, Permission.SEE)
    of_system = SystemSchedule.objects.filter(on=True).values_list("next_due_at", flat=True)
    due = [(due_at, Upcoming(due_at, None, "")) for due_at in of_system if due_at]
    own = Export.objects.filter(schedule__policy=OWN, connection__isnull=False, next_due_at__isnull=False)
    rows = own.order_by("next_due_at").values_list("next_due_at", "pk", "name")[:limit]
    due += [(due_at, Upcoming(due_at, number, name)) for due_at, number, name in rows if due_at is not None]
    return [one for _, one in sorted(due, key=itemgetter(0))[:limit]]


def _decisions(rows: Any, limit: int) -> Sequence[DecisionView]:
    return [
        DecisionView(row.due_at, row.outcome, row.reason, row.detail, row.refresh_id)
        for row in rows.order_by("-due_at")[:limit]
    ]


def _bare(number: int) -> Export:
    """Return an export without what it sends. Raises ``NotFound``."""
    row = Export.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("EXPORT_UNKNOWN")
    return row


def _suggested() -> Schedule:
    return parse_schedule({"repeat": "daily", "times": ["06:00"], "time_zone": home_zone()}, SYSTEM_SCHEDULE)
