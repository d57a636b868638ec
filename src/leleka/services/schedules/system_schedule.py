"""The one row of the system's schedule: how it is written by people and by a definitions file."""

from datetime import datetime
from typing import Any

from leleka.core.schedules.model import Schedule
from leleka.core.schedules.parser import to_data
from leleka.services.exports.schedule_setting import next_due


def values(schedule: Schedule | None, now: datetime, *, on: bool) -> dict[str, Any]:
    """Return the columns of a schedule that holds from now on; None keeps the one there is."""
    kept = {} if schedule is None else {"schedule": to_data(schedule)}
    return {**kept, "on": on, "since": now, "next_due_at": next_due(schedule, now) if on else None}
