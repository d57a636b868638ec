"""When a segment is evaluated: whether it is active, and on which days a refresh takes it along.

The schedule stands in the state as ``{policy, schedule}``.
"""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from leleka.core.schedules.recurrence import SegmentSchedule, parse_segment_schedule, segment_to_data
from leleka.core.schedules.states import ActiveState
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions
from leleka.state.models import Segment


def schedule_of(row: Segment) -> SegmentSchedule:
    return parse_segment_schedule(row.schedule.get("schedule", row.schedule["policy"]), row.name)


def stored(wanted: SegmentSchedule) -> dict[str, Any]:
    """Return what ``schedule_of`` reads."""
    own = {} if wanted.own is None else {"schedule": segment_to_data(wanted)}
    return {"policy": wanted.policy, **own}


def state_of(row: Segment) -> ActiveState:
    return ActiveState(row.active, row.activate_at, row.deactivate_at)


def home_zone() -> str:
    """Return the installation's time zone."""
    return installation_configuration.configuration().time_zone


def keeps_its_days(row: Segment) -> bool:
    """Return whether a segment has a schedule of its own, and members that are as good as when they were found."""
    own = row.schedule["policy"] != "system"
    return own and bool(row.basis) and lake_sessions.lake().is_sound(row.snapshot)


def is_due(row: Segment, today: date) -> bool:
    """Return whether a refresh evaluates an active segment: also off its days where its rules were changed, or its
    members lost.
    """
    last = _last(row) if row.basis else None
    return schedule_of(row).is_due(last, today) or not lake_sessions.lake().is_sound(row.snapshot)


def is_its_day(row: Segment, today: date) -> bool:
    """Return whether a segment with a schedule of its own waits for a refresh, because of the day alone."""
    return row.schedule["policy"] != "system" and schedule_of(row).is_due(_last(row), today)


def _last(row: Segment) -> date | None:
    """Return the day of the last evaluation."""
    return row.evaluated_at and row.evaluated_at.astimezone(ZoneInfo(home_zone())).date()
