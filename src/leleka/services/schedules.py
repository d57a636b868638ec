"""Schedules as people set them: the system's, and each export's (CI-S1 to S4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from leleka.core.ports import Clock
from leleka.core.schedules import ClockChange, ExportSchedule, Instant, Schedule
from leleka.core.schedules_exports import OFF, OWN, SYSTEM, export_schedule_data, parse_export_schedule
from leleka.core.schedules_instants import clock_changes, next_instants
from leleka.core.schedules_reading import parse_schedule, to_data
from leleka.errors import InvalidInput
from leleka.services import store
from leleka.services.audit import Actor, record
from leleka.services.editing import refuse_managed, stale
from leleka.services.export_views import find
from leleka.services.permissions import Permission, require, require_export
from leleka.state.models import DueDecision, Export, SystemSchedule

SHOWN: Final = 10
_SYSTEM: Final = "the system's schedule"


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
    """What was decided on one due instant. ``refresh`` is the number of what it started."""

    due_at: datetime
    outcome: str
    reason: str
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
        raise InvalidInput("SCHEDULE_INVALID", "This is true or false.", where="on")
    schedule = parse_schedule(wanted, "")
    with transaction.atomic():
        row, _ = SystemSchedule.objects.get_or_create(pk=1, defaults={"version": 0})
        changed = SystemSchedule.objects.filter(pk=1, version=version).update(
            on=on,
            schedule=to_data(schedule),
            version=F("version") + 1,
            **_from_now(schedule if on else None, _moment(clock), "since"),
        )
        if not changed:
            raise stale(_SYSTEM)
        before = {"on": row.on, "schedule": row.schedule}
        record(actor, "system schedule changed", "system", {"before": before, "after": {"on": on, **wanted}})


def preview(data: Mapping[str, Any], clock: Clock) -> tuple[Sequence[Instant], Sequence[ClockChange]]:
    """Give the next instants of a schedule that is not saved, and what clock changes do to it."""
    schedule, now = parse_schedule(data, ""), _moment(clock)
    return next_instants(schedule, now, SHOWN), clock_changes(schedule, now)


def of_export(actor: Actor, number: int, clock: Clock) -> ExportScheduleView:
    require(actor, Permission.SEE)
    return view_of_export(find(number), clock)


def view_of_export(row: Export, clock: Clock) -> ExportScheduleView:
    told = parse_export_schedule(row.schedule, "")
    own = told.own if told.policy == OWN else None
    return ExportScheduleView(
        policy=told.policy,
        schedule=told.own,
        next=next_of(row),
        changes=clock_changes(own, _moment(clock)) if own else (),
    )


def next_of(row: Export) -> datetime | None:
    """Give when an export runs next by itself; a detached one does not."""
    policy = row.schedule["policy"]
    if row.connection_id is None or policy == OFF:
        return None
    if policy == OWN:
        return row.next_due_at
    return SystemSchedule.objects.filter(on=True).values_list("next_due_at", flat=True).first()


def set_exports(actor: Actor, numbers: Sequence[int], data: Mapping[str, Any], clock: Clock) -> None:
    """Define one schedule for all these exports: ``{policy: system | own | off, schedule: {…}}``; for ``off`` the
    schedule they had is kept, to be switched on again.

    Raises ``InvalidInput``, ``Forbidden``, ``NotFound``, ``Conflict`` MANAGED_BY_FILE; then nothing is changed.
    """
    wanted = parse_export_schedule(data, "")
    with transaction.atomic():
        for row in _editable(actor, numbers):
            kept = parse_export_schedule(row.schedule, "").own
            off = wanted.policy == OFF and wanted.own is None
            _set(actor, row, ExportSchedule(wanted.policy, kept) if off else wanted, clock)


def switch_exports(actor: Actor, numbers: Sequence[int], clock: Clock, *, on: bool) -> None:
    """Keep individual schedules, and switch them on or off (CI-S4)."""
    with transaction.atomic():
        for row in _editable(actor, numbers):
            had = parse_export_schedule(row.schedule, "")
            if on is (had.policy == OFF):
                policy = OFF if not on else OWN if had.own else SYSTEM
                _set(actor, row, ExportSchedule(policy, had.own), clock)


def values_of(wanted: ExportSchedule, clock: Clock) -> dict[str, Any]:
    """Give the columns of an export that is to follow a schedule from now on."""
    own = wanted.own if wanted.policy == OWN else None
    return {
        "schedule": export_schedule_data(wanted),
        **_from_now(own, _moment(clock), "schedule_since"),
    }


def decisions(actor: Actor, number: int, limit: int = 50) -> Sequence[DecisionView]:
    """Give the newest decisions on an export's own due instants."""
    require(actor, Permission.SEE)
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
    for due_at, number, name in own.order_by("next_due_at").values_list("next_due_at", "pk", "name")[:limit]:
        found.append(Upcoming(due_at, number, name))
    return sorted(found, key=lambda one: one.due_at)[:limit]


def _decisions(rows: Any, limit: int) -> Sequence[DecisionView]:
    return [
        DecisionView(row.due_at, row.outcome, row.reason, row.refresh_id)
        for row in rows.order_by("-due_at")[:limit]
    ]


def _editable(actor: Actor, numbers: Sequence[int]) -> Iterable[Export]:
    rows = [find(number) for number in numbers]
    for row in rows:
        require_export(actor, row)
        refuse_managed(row)
    return rows


def _set(actor: Actor, row: Export, wanted: ExportSchedule, clock: Clock) -> None:
    values = values_of(wanted, clock)
    if values["schedule"] == row.schedule:
        return
    Export.objects.filter(pk=row.pk).update(version=F("version") + 1, **values)
    record(
        actor, "export schedule changed", row.name, {"before": row.schedule, "after": values["schedule"]}
    )


def _from_now(schedule: Schedule | None, now: datetime, since: str) -> dict[str, datetime | None]:
    due = next_instants(schedule, now, 1) if schedule else ()
    return {since: now, "next_due_at": due[0].due_at if due else None}


def _suggested() -> Schedule:
    zone = store.configuration().time_zone
    return parse_schedule({"repeat": "daily", "times": ["06:00"], "time_zone": zone}, _SYSTEM)


def _moment(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock.now(), UTC)
