"""Schedules as people set them: the system's, and each export's (CI-S1 to S4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, F, Q

from leleka.core.ports import Clock
from leleka.core.schedules import ClockChange, ExportSchedule, Instant, Schedule
from leleka.core.schedules_instants import clock_changes, next_instants
from leleka.core.schedules_reading import parse_export_schedule, parse_schedule
from leleka.errors import InvalidInput, NotFound
from leleka.services import store
from leleka.services.audit import Actor, record
from leleka.services.editing import refuse_managed, stale
from leleka.services.export_schedules import OFF, OWN, SYSTEM, columns_of, schedule_of
from leleka.services.export_views import find
from leleka.services.permissions import Permission, require, require_export
from leleka.services.system_schedule import values
from leleka.state.models import DueDecision, Export, SystemSchedule

SHOWN: Final = 10
_SYSTEM: Final = "the system's schedule"


Versions = Mapping[int, int]
_ANY: Final[Versions] = {}  # nobody saw them: whatever they are by now


@dataclass(frozen=True, slots=True)
class SystemScheduleView:
    """The system's schedule with its next ten instants and what happens to it when clocks change; both are empty
    while it is off.
    """

    on: bool
    schedule: Schedule
    version: int
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
    """Something that is due next. ``export`` is the id of an export with its own schedule, None for the system."""

    due_at: datetime
    export: int | None
    name: str


def system(actor: Actor, clock: Clock) -> SystemScheduleView:
    """Give the system's schedule; before it was ever set, daily at 06:00 in the installation's time zone, off."""
    require(actor, Permission.SEE)
    row = SystemSchedule.objects.filter(pk=1).first()
    schedule = parse_schedule(row.schedule, _SYSTEM) if row and row.schedule else _suggested()
    on = bool(row and row.on)
    now = _moment(clock)
    return SystemScheduleView(
        on=on,
        schedule=schedule,
        version=row.version if row else 0,
        next=next_instants(schedule, now, SHOWN) if on else (),
        changes=clock_changes(schedule, now) if on else (),
    )


def set_system(actor: Actor, data: Mapping[str, Any], version: int, clock: Clock) -> None:
    """Set the system's schedule: ``{on, repeat, days, times, time_zone}``. What was due before is not run.

    Raises ``InvalidInput`` with every problem, ``Conflict`` STALE, ``Forbidden``.
    """
    require(actor, Permission.SYSTEM)
    wanted = {key: value for key, value in data.items() if key != "on"}
    on = data.get("on", True)
    if not isinstance(on, bool):
        raise InvalidInput("SCHEDULE_INVALID.on", where="on")
    schedule, now = parse_schedule(wanted, ""), _moment(clock)
    with transaction.atomic():
        row, _ = SystemSchedule.objects.get_or_create(pk=1, defaults={"version": 0})
        refuse_managed(row)
        changed = SystemSchedule.objects.filter(pk=1, version=version).update(
            version=F("version") + 1, **values(schedule, now, on=on)
        )
        if not changed:
            raise stale(_SYSTEM)
        before = {"on": row.on, "schedule": row.schedule}
        record(actor, "system schedule changed", "system", {"before": before, "after": {"on": on, **wanted}})


def home_zone() -> str:
    """Give the installation's time zone."""
    return store.configuration().time_zone


def preview(data: Mapping[str, Any], clock: Clock) -> tuple[Sequence[Instant], Sequence[ClockChange]]:
    """Give the next instants of a schedule that is not saved, and what clock changes do to it."""
    schedule, now = parse_schedule(data, ""), _moment(clock)
    return next_instants(schedule, now, SHOWN), clock_changes(schedule, now)


def of_export(actor: Actor, number: int, clock: Clock) -> ExportScheduleView:
    require(actor, Permission.SEE)
    return view_of_export(_bare(number), clock)


def of_exports(actor: Actor, numbers: Iterable[int]) -> Mapping[int, ExportScheduleView]:
    """Give the schedules of several exports, without what clock changes do to them: for lists."""
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
        changes=clock_changes(own, _moment(clock)) if own else (),
    )


def next_of(row: Export) -> datetime | None:
    """Give when an export runs next by itself; a detached one does not."""
    return _next(row, _system_due())


def _next(row: Export, system_due: datetime | None) -> datetime | None:
    policy = row.schedule["policy"]
    if row.connection_id is None or policy == OFF:
        return None
    return row.next_due_at if policy == OWN else system_due


def _system_due() -> datetime | None:
    return SystemSchedule.objects.filter(on=True).values_list("next_due_at", flat=True).first()


def set_exports(
    actor: Actor, numbers: Sequence[int], data: object, clock: Clock, versions: Versions = _ANY
) -> None:
    """Define one schedule for all these exports: ``system``, ``off``, or one of their own as
    ``core.schedules_reading`` reads it. What is switched off keeps the schedule it had.

    ``versions`` are those of the exports, by id, that somebody saw. Raises ``InvalidInput``, ``Forbidden``,
    ``NotFound``, ``Conflict`` MANAGED_BY_FILE or STALE; then nothing is changed.
    """
    wanted = parse_export_schedule(data)
    with transaction.atomic():
        for row in _editable(actor, numbers, versions):
            kept = schedule_of(row).own
            off = wanted.policy == OFF and wanted.own is None
            _set(actor, row, ExportSchedule(wanted.policy, kept) if off else wanted, clock)


def switch_exports(
    actor: Actor, numbers: Sequence[int], clock: Clock, *, on: bool, versions: Versions = _ANY
) -> None:
    """Keep individual schedules, and switch them on or off (CI-S4). Raises as ``set_exports`` does."""
    with transaction.atomic():
        for row in _editable(actor, numbers, versions):
            had = schedule_of(row)
            if on is (had.policy == OFF):
                policy = SYSTEM
                if not on or had.own:
                    policy = OWN if on else OFF
                _set(actor, row, ExportSchedule(policy, had.own), clock)


def decisions(actor: Actor, number: int, limit: int = 50) -> Sequence[DecisionView]:
    """Give the newest decisions on an export's own due instants."""
    require(actor, Permission.SEE)
    _bare(number)
    return _decisions(DueDecision.objects.filter(export=number), limit)


def system_decisions(actor: Actor, limit: int = 50) -> Sequence[DecisionView]:
    require(actor, Permission.SEE)
    return _decisions(DueDecision.objects.filter(export=None), limit)


def upcoming(actor: Actor, limit: int = SHOWN) -> Sequence[Upcoming]:
    """Give what is due next, the soonest first."""
    require(actor, Permission.SEE)
    found = [
        Upcoming(due_at, None, "")
        for due_at in SystemSchedule.objects.filter(on=True).values_list("next_due_at", flat=True)
        if due_at
    ]
    own = Export.objects.filter(schedule__policy=OWN, connection__isnull=False, next_due_at__isnull=False)
    rows = own.order_by("next_due_at").values_list("next_due_at", "pk", "name")[:limit]
    found += [Upcoming(due_at, number, name) for due_at, number, name in rows if due_at is not None]
    return sorted(found, key=lambda one: one.due_at)[:limit]


def _decisions(rows: Any, limit: int) -> Sequence[DecisionView]:
    return [
        DecisionView(row.due_at, row.outcome, row.reason, row.detail, row.refresh_id)
        for row in rows.order_by("-due_at")[:limit]
    ]


def _bare(number: int) -> Export:
    """Give an export without what it sends. Raises ``NotFound``."""
    row = Export.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("EXPORT_UNKNOWN")
    return row


def _editable(actor: Actor, numbers: Sequence[int], versions: Versions) -> Iterable[Export]:
    rows = [find(number) for number in numbers]
    for row in rows:
        require_export(actor, row)
        refuse_managed(row)
        if versions.get(row.pk, row.version) != row.version:
            raise stale(row.name)
    return rows


def _set(actor: Actor, row: Export, wanted: ExportSchedule, clock: Clock) -> None:
    values = columns_of(wanted, _moment(clock))
    if values["schedule"] == row.schedule:
        return
    if not Export.objects.filter(pk=row.pk, version=row.version).update(version=F("version") + 1, **values):
        raise stale(row.name)
    record(actor, "export schedule changed", row.name, {"before": row.schedule, "after": values["schedule"]})


def _suggested() -> Schedule:
    return parse_schedule({"repeat": "daily", "times": ["06:00"], "time_zone": home_zone()}, _SYSTEM)


def _moment(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock.now(), UTC)
