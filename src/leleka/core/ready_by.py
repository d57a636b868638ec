"""*Ready by*: the time of day by which an export's people are to be confirmed at their list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leleka.core.schedules.instants import instants, next_instants
from leleka.core.schedules.model import Schedule
from leleka.core.schedules.parser import parse_schedule
from leleka.errors import InvalidInput

_DAY = timedelta(days=1)
_TWO_DAYS = timedelta(days=2)  # a day that clocks make longer than 24 hours is in it


@dataclass(frozen=True, slots=True)
class ReadyBy:
    """``time`` as 08:00, ``time_zone`` by its IANA name; ``since`` when it was promised."""

    time: str
    time_zone: str
    since: datetime | None = None

    @property
    def every_day(self) -> Schedule:
        return parse_schedule(
            {"repeat": "daily", "times": [self.time], "time_zone": self.time_zone}, "ready_by"
        )

    def last(self, now: datetime) -> datetime:
        """Return the newest such instant that has passed."""
        return list(instants(self.every_day, now - _TWO_DAYS, now))[-1].due_at

    def next(self, now: datetime) -> datetime:
        """Return the first such instant that lies ahead."""
        return next_instants(self.every_day, now, 1)[0].due_at


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one deadline asks for: a run asked for at ``begins_at`` or later, confirmed by ``deadline``."""

    begins_at: datetime
    deadline: datetime


def cycle_of(deadline: datetime, schedule: Schedule | None) -> Cycle | None:
    """Return what is asked for by a deadline; None where the schedule has nothing due in the 24 hours before it. What
    is due at that very minute cannot be ready by then.

    Without a schedule it is asked for daily.
    """
    if schedule is None:
        return Cycle(deadline - _DAY, deadline)
    after = deadline - _DAY - timedelta(seconds=1)
    due = [one.due_at for one in instants(schedule, after, deadline) if one.due_at < deadline]
    return Cycle(due[-1], deadline) if due else None


def parse_ready_by(data: object, where: str, home_zone: str) -> ReadyBy | None:
    """Parse what people write: ``"08:00"``, in their own time zone, or ``{time, time_zone}``; nothing for none.

    Raises ``InvalidInput`` (SCHEDULE_INVALID, TZ_UNKNOWN).
    """
    if data is None or data == "":
        return None
    given = data if isinstance(data, Mapping) else {"time": data, "time_zone": home_zone}
    unknown = sorted(set(given) - {"time", "time_zone"})
    if unknown:
        raise InvalidInput(
            "SCHEDULE_INVALID.unknown", where=where, name=unknown[0], known=["time", "time_zone"]
        )
    every_day = {
        "repeat": "daily",
        "times": [given.get("time")],
        "time_zone": given.get("time_zone", home_zone),
    }
    schedule = parse_schedule(every_day, where)
    return ReadyBy(f"{schedule.times[0]:%H:%M}", schedule.zone)


def read_ready_by(data: Mapping[str, Any]) -> ReadyBy | None:
    """Return what is kept as ``{time, time_zone, since}``; None for nothing. Raises ``InvalidInput``."""
    if not data:
        return None
    found = ReadyBy(data["time"], data["time_zone"], datetime.fromisoformat(data["since"]))
    _ = found.every_day  # raises where the zone is gone
    return found


def to_data(wanted: ReadyBy | None, before: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return what ``read_ready_by`` reads. A promise that stays what it was counts from when it was first made."""
    if wanted is None:
        return {}
    if before.get("time") == wanted.time and before.get("time_zone") == wanted.time_zone:
        return dict(before)
    return {"time": wanted.time, "time_zone": wanted.time_zone, "since": now.isoformat()}
