"""On which days a segment is evaluated, and what the system's schedule makes of that.

A segment starts no refresh of its own: the first one on a day of its schedule, or after it, evaluates the segment. So a
day on which nothing refreshes is made up for by the next one, and several refreshes of a day evaluate it once.
"""

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from leleka.core.rules.values import kind_of
from leleka.core.schedules.instants import instants
from leleka.core.schedules.model import ALL_DAYS, Policy, Schedule
from leleka.core.schedules.parser import DAYS, Reading, each, given_in, shown, weekday
from leleka.errors import InvalidInput, Problem

HORIZON: Final = timedelta(days=366)
_DAY: Final = timedelta(days=1)
_LONGEST_MONTH: Final = 31
_KEYS: Final = ("repeat", "days")

RecurrenceKind = Literal["daily", "weekly", "monthly"]
_KINDS: Final[Mapping[str, RecurrenceKind]] = {"daily": "daily", "weekly": "weekly", "monthly": "monthly"}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Every day, days of the week, or days of the month; a month that is too short has its last day instead."""

    kind: RecurrenceKind
    days: frozenset[int]  # 0 is Monday; of the month 1 to 31

    def falls_on(self, day: date) -> bool:
        if self.kind != "monthly":
            return day.weekday() in self.days
        last = monthrange(day.year, day.month)[1]
        return day.day in self.days or (day.day == last and any(one > last for one in self.days))

    def next_after(self, day: date) -> date:
        return next(self._after(day))

    def _after(self, day: date) -> Iterator[date]:
        ahead = (day + number * _DAY for number in count(1))
        return (one for one in ahead if self.falls_on(one))

    def between(self, first: date, last: date) -> Iterator[date]:
        """Return its days from ``first`` to ``last``, both included."""
        for day in self._after(first - _DAY):
            if day > last:
                return
            yield day


@dataclass(frozen=True, slots=True)
class SegmentSchedule:
    """What a segment follows: every refresh, its own days (only then are there any), or nothing but people."""

    policy: Policy = "system"
    own: Recurrence | None = None

    def is_due(self, last: date | None, today: date) -> bool:
        """Return whether a refresh evaluates the segment; ``last`` is the day of the last evaluation.

        One that a clock put into the future says nothing.
        """
        if self.policy == "system" or last is None:
            return True
        if self.own is None:
            return False
        return last > today or self.own.next_after(last) <= today


@dataclass(frozen=True, slots=True)
class Gap:
    """The first day of a schedule on which the system does not refresh, and the one on which it does so next, if
    any.
    """

    day: date
    then: date | None


def served_days(system: Schedule | None, now: datetime, zone: str) -> frozenset[date]:
    """Return the days in a zone, from today on, on which the system refreshes; None of a system that is off."""
    if system is None:
        return frozenset()
    home = ZoneInfo(zone)
    return frozenset(one.due_at.astimezone(home).date() for one in instants(system, now, now + HORIZON))


def gap_of(own: Recurrence, served: Collection[date], today: date) -> Gap | None:
    """Return the first day, from tomorrow on, that the system cannot serve; None where there is none."""
    for day in own.between(today + _DAY, today + HORIZON - _DAY):
        if day not in served:
            return Gap(day, min((one for one in served if one > day), default=None))
    return None


def parse_segment_schedule(data: object, where: str = "schedule") -> SegmentSchedule:
    """Parse ``system``, ``off`` or days: ``{repeat: monthly, days: [1, 15]}``. Raises InvalidInput (SCHEDULE_INVALID)
    with all problems.
    """
    if isinstance(data, Mapping):
        return SegmentSchedule("own", _recurrence(data, where))
    if data == "system":
        return SegmentSchedule()
    if data == "off" or data is False:  # YAML 1.1 reads off as false
        return SegmentSchedule("off")
    raise InvalidInput("SCHEDULE_INVALID.policy_of_segment", where=where, got=shown(data))


def segment_to_data(schedule: SegmentSchedule) -> str | dict[str, Any]:
    """Return what ``parse_segment_schedule`` reads, as JSON values."""
    own = schedule.own
    if own is None:
        return schedule.policy
    if own.kind == "daily":
        return {"repeat": "daily"}
    days = sorted(own.days)
    return {"repeat": own.kind, "days": [DAYS[day] for day in days] if own.kind == "weekly" else days}


def _recurrence(data: Mapping[object, object], where: str) -> Recurrence:
    reading = Reading(where)
    given = given_in(reading, data, _KEYS)
    raw = given.get("repeat")
    kind = _KINDS.get(raw) if isinstance(raw, str) else None
    if kind is None:
        reading.problem("repeat", "SCHEDULE_INVALID.repeat_of_segment", got=shown(raw))
    days = _days(reading, given, kind)
    if kind is None or reading.problems:
        raise InvalidInput.of(reading.problems)
    return Recurrence(kind, days)


def _days(reading: Reading, given: Mapping[str, object], kind: RecurrenceKind | None) -> frozenset[int]:
    if kind == "daily" and "days" in given:
        reading.problem("days", "SCHEDULE_INVALID.every_day")
    if kind in {"daily", None}:
        return ALL_DAYS
    weekly = kind == "weekly"
    most = len(DAYS) if weekly else _LONGEST_MONTH
    days = each(reading, "days", given.get("days"), weekday if weekly else _day_of_month, most)
    if days == []:
        key = "SCHEDULE_INVALID.no_day" if weekly else "SCHEDULE_INVALID.no_day_of_month"
        reading.problem("days", key)
    return frozenset(days or ())


def _day_of_month(raw: object) -> int | Problem:
    text = str(raw).strip() if isinstance(raw, (int, str)) and not isinstance(raw, bool) else ""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len("31") else 0
    if 1 <= number <= _LONGEST_MONTH:
        return number
    got = shown(raw) if isinstance(raw, str) else text or kind_of(raw)
    return Problem.of("SCHEDULE_INVALID.day_of_month", got=got)
