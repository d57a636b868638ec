from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.schedules.model import ExportSchedule
from leleka.core.schedules.parser import parse_export_schedule, parse_schedule
from leleka.errors import InvalidInput
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, stale
from leleka.services.access.permissions import Permission, require, require_export
from leleka.services.audit.log import record
from leleka.services.exports.queries import find_by_id
from leleka.services.exports.schedule_setting import (
    OFF,
    OWN,
    SYSTEM,
    columns_of,
    forget_time_to_come,
    schedule_of,
)
from leleka.services.schedules.queries import ANY_SCHEDULE, SYSTEM_SCHEDULE, Versions
from leleka.services.schedules.system_schedule import values
from leleka.state.models import Export, SystemSchedule


def set_system(actor: Actor, data: Mapping[str, Any], version: int, clock: Clock) -> None:
    """Set the system's schedule: ``{on, repeat, days, times, time_zone}``. What was due before is not run.

    Raises ``InvalidInput`` with every problem, ``Conflict`` STALE, ``Forbidden``.
    """
    require(actor, Permission.SYSTEM)
    wanted = {key: value for key, value in data.items() if key != "on"}
    on = data.get("on", True)
    if not isinstance(on, bool):
        raise InvalidInput("SCHEDULE_INVALID.on", where="on")
    schedule, now = parse_schedule(wanted, ""), utc_now(clock)
    with transaction.atomic():
        row, _ = SystemSchedule.objects.get_or_create(pk=1, defaults={"version": 0})
        refuse_managed(row)
        changed = SystemSchedule.objects.filter(pk=1, version=version).update(
            version=F("version") + 1, **values(schedule, now, on=on)
        )
        if not changed:
            raise stale(SYSTEM_SCHEDULE)
        forget_time_to_come("system", now)
        before = {"on": row.on, "schedule": row.schedule}
        record(actor, "system schedule changed", "system", {"before": before, "after": {"on": on, **wanted}})


def set_exports(
    actor: Actor, numbers: Sequence[int], data: object, clock: Clock, versions: Versions = ANY_SCHEDULE
) -> None:
    """Define one schedule for all these exports: ``system``, ``off``, or one of their own as
    ``core.schedules.parser`` reads it. What is switched off keeps the schedule it had.

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
    actor: Actor, numbers: Sequence[int], clock: Clock, *, on: bool, versions: Versions = ANY_SCHEDULE
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


def _editable(actor: Actor, numbers: Sequence[int], versions: Versions) -> Iterable[Export]:
    rows = [find_by_id(number) for number in numbers]
    for row in rows:
        require_export(actor, row)
        refuse_managed(row)
        if versions.get(row.pk, row.version) != row.version:
            raise stale(row.name)
    return rows


def _set(actor: Actor, row: Export, wanted: ExportSchedule, clock: Clock) -> None:
    now = utc_now(clock)
    values = columns_of(wanted, now)
    if not forget_time_to_come(f"export:{row.pk}", now) and values["schedule"] == row.schedule:
        return
    if not Export.objects.filter(pk=row.pk, version=row.version).update(version=F("version") + 1, **values):
        raise stale(row.name)
    record(actor, "export schedule changed", row.name, {"before": row.schedule, "after": values["schedule"]})
