"""How an export's schedule stands in the state: ``{policy, schedule}``. One that is off keeps the schedule it had."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from leleka.core.schedules.instants import next_instants
from leleka.core.schedules.model import ExportSchedule, Policy, Schedule
from leleka.core.schedules.parser import parse_schedule, to_data
from leleka.state.models import DueDecision, Export

SYSTEM: Final[Policy] = "system"
OWN: Final[Policy] = "own"
OFF: Final[Policy] = "off"
_FAR: Final = timedelta(days=1)


def schedule_of(row: Export) -> ExportSchedule:
    """Raises ``InvalidInput`` where what is kept cannot be read any more: a zone that is gone, say."""
    kept = row.schedule.get("schedule")
    return ExportSchedule(row.schedule["policy"], None if kept is None else parse_schedule(kept, row.name))


def stored(wanted: ExportSchedule) -> dict[str, Any]:
    """Return what ``schedule_of`` reads."""
    own = {} if wanted.own is None else {"schedule": to_data(wanted.own)}
    return {"policy": wanted.policy, **own}


def is_stored(row: Export, wanted: ExportSchedule) -> bool:
    """Return whether an export follows this schedule already: one that is off is, whatever it would follow."""
    both_off = wanted.policy == OFF == row.schedule["policy"]
    return row.schedule == stored(wanted) or (both_off and wanted.own is None)


def written(row: Export) -> str | Mapping[str, Any]:
    """Return what people write for a schedule: system, off, or days and times."""
    own: Mapping[str, Any] = row.schedule.get("schedule") or {}
    return own if row.schedule["policy"] == OWN else str(row.schedule["policy"])


def columns_of(wanted: ExportSchedule, now: datetime) -> dict[str, Any]:
    """Return the columns of an export that follows a schedule from now on: what was due before is not run."""
    own = wanted.own if wanted.policy == OWN else None
    return {"schedule": stored(wanted), "schedule_since": now, "next_due_at": next_due(own, now)}


def forget_time_to_come(subject: str, now: datetime) -> int:
    """Forget what was decided by a clock that was more than a day ahead; return how much that was.

    Called where somebody sets a schedule: until then, what such a clock has passed counts as decided.

    A day or less stays decided: a clock may have been set back just now, and nothing is to be decided twice.
    """
    deleted, _ = DueDecision.objects.filter(subject=subject, decided_at__gt=now + _FAR).delete()
    return deleted


def next_due(schedule: Schedule | None, after: datetime) -> datetime | None:
    """Return the next instant; None where there is no schedule, or it is over."""
    if schedule is None:
        return None
    return next((one.due_at for one in next_instants(schedule, after, 1)), None)
