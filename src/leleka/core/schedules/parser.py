"""Parses schedules as people write them: all problems are reported at once, under stable codes.

``{repeat: weekly, days: [mon, thu], times: ["08:00", "14:30"], time_zone: Europe/Kyiv, from: 2027-01-01}``
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, Final, TypeVar
from zoneinfo import available_timezones

from leleka.core.rules.reading import nearest, quoted, shortened
from leleka.core.rules.values import kind_of
from leleka.core.schedules.model import (
    ALL_DAYS,
    LEAST_DISTANCE,
    MOST_TIMES,
    ExportSchedule,
    Kind,
    Policy,
    Schedule,
)
from leleka.errors import InvalidInput, Problem

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_KEYS: Final = ("repeat", "days", "times", "time_zone", "from", "until")
_KINDS: Final[Mapping[str, Kind]] = {"daily": "daily", "weekly": "weekly"}
_POLICIES: Final[Mapping[str, Policy]] = {"system": "system", "off": "off"}
_TIMES_OF_AN_EXPORT: Final = 1
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NO_ZONES: Final = frozenset({"Factory", "localtime"})  # a placeholder, and the local zone of this machine
_T = TypeVar("_T")


def parse_schedule(data: object, where: str = "schedule", *, most_times: int = MOST_TIMES) -> Schedule:
    """Parse a schedule; raise InvalidInput (SCHEDULE_INVALID, TZ_UNKNOWN) with all problems below ``where``.

    An end in the past is not checked here: see ``refuse_past``.
    """
    reading = Reading(where)
    if not isinstance(data, Mapping):
        reading.problem("", "SCHEDULE_INVALID.shape", got=kind_of(data))
        raise InvalidInput.of(reading.problems)
    given = given_in(reading, data)
    kind = _kind(reading, given.get("repeat"))
    days = _days(reading, given, kind)
    times = _times(reading, given.get("times"), most_times)
    zone = _zone(reading, given.get("time_zone"))
    first, last = _span(reading, given)
    if not reading.problems:
        _check_distance(reading, days, times)
        _check_days_in_span(reading, days, first, last)
    if kind is None or reading.problems:
        raise InvalidInput.of(reading.problems)
    return Schedule(kind, days, times, zone, first, last)


def parse_export_schedule(data: object, where: str = "schedule") -> ExportSchedule:
    """Parse ``system``, ``off`` or an export's own schedule, which has one time for all its days."""
    if isinstance(data, Mapping):
        return ExportSchedule("own", parse_schedule(data, where, most_times=_TIMES_OF_AN_EXPORT))
    policy = _POLICIES.get("off" if data is False else _text(data))  # YAML 1.1 reads off as false
    if policy is None:
        raise InvalidInput("SCHEDULE_INVALID.policy", where=where, got=shown(data))
    return ExportSchedule(policy)


def refuse_past(schedule: Schedule, today: date, where: str = "schedule") -> None:
    """Raise InvalidInput if the last day is before ``today``, a day in the schedule's zone."""
    if schedule.is_over(today):
        raise InvalidInput(
            "SCHEDULE_INVALID.past", where=f"{where}.until", last=f"{schedule.last_day}", today=f"{today}"
        )


def to_data(schedule: Schedule) -> dict[str, object]:
    """Return the schedule in the form that ``parse_schedule`` reads, as JSON values."""
    data: dict[str, object] = {"repeat": schedule.kind}
    if schedule.kind == "weekly":
        data["days"] = [DAYS[day] for day in sorted(schedule.days)]
    data["times"] = [one.strftime("%H:%M") for one in schedule.times]
    data["time_zone"] = schedule.zone
    if schedule.first_day:
        data["from"] = schedule.first_day.isoformat()
    if schedule.last_day:
        data["until"] = schedule.last_day.isoformat()
    return data


def export_to_data(schedule: ExportSchedule) -> str | dict[str, object]:
    return to_data(schedule.own) if schedule.own else schedule.policy


@cache
def zone_names() -> frozenset[str]:
    """Return the names of the zones that this installation knows; read once per process."""
    return frozenset(available_timezones()) - _NO_ZONES


@dataclass(slots=True)
class Reading:
    where: str
    problems: list[Problem] = field(default_factory=list)

    def problem(self, at: str, key: str, **params: Any) -> None:
        self.add(at, Problem(key, params=params))

    def add(self, at: str, problem: Problem) -> None:
        self.problems.append(replace(problem, where=".".join(filter(None, (self.where, at)))))


def given_in(
    reading: Reading, data: Mapping[object, object], keys: Sequence[str] = _KEYS
) -> dict[str, object]:
    """Return what was written under our names of the keys; spaces and hyphens in them count as
    underscores.
    """
    given: dict[str, object] = {}
    for key, value in data.items():
        name = re.sub(r"[ -]", "_", key) if isinstance(key, str) else ""
        if name not in keys:
            near = nearest(name, keys)
            reading.problem(
                "", "SCHEDULE_INVALID.unknown", name=shown(key), near=near, known=() if near else keys
            )
        elif name in given:
            reading.problem(name, "SCHEDULE_INVALID.twice", name=name)
        given[name] = value
    return given


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""


def shown(raw: object) -> str:
    return quoted(raw) if isinstance(raw, str) else kind_of(raw)


def _kind(reading: Reading, raw: object) -> Kind | None:
    kind = _KINDS.get(_text(raw))
    if kind is None:
        near = nearest(_text(raw), _KINDS)
        reading.problem("repeat", "SCHEDULE_INVALID.repeat", got=shown(raw), near=near)
    return kind


def _days(reading: Reading, given: Mapping[str, object], kind: Kind | None) -> frozenset[int]:
    if kind == "weekly":
        days = each(reading, "days", given.get("days"), weekday, len(DAYS))
        if days == []:
            reading.problem("days", "SCHEDULE_INVALID.no_day")
        return frozenset(days or ())
    if kind == "daily" and "days" in given:
        reading.problem("days", "SCHEDULE_INVALID.every_day")
    return ALL_DAYS


def _times(reading: Reading, raw: object, most: int) -> tuple[time, ...]:
    times = each(reading, "times", raw, _time, most)
    if times == []:
        reading.problem("times", "SCHEDULE_INVALID.no_time")
    return tuple(sorted(times or ()))


def each(
    reading: Reading, name: str, raw: object, read: Callable[[object], _T | Problem], most: int
) -> list[_T] | None:
    """Read a list without duplicates; None if something in it is wrong, which was then reported."""
    if raw is None:
        return []
    if not isinstance(raw, list | tuple):
        reading.problem(name, "SCHEDULE_INVALID.list", got=kind_of(raw))
        return None
    if len(raw) > most:
        reading.problem(name, "SCHEDULE_INVALID.too_many", most=most, number=len(raw))
        return None
    found: list[_T] = []
    before = len(reading.problems)
    for number, item in enumerate(raw):
        value = read(item)
        if isinstance(value, Problem):
            reading.add(f"{name}[{number}]", value)
        elif value in found:
            reading.problem(f"{name}[{number}]", "SCHEDULE_INVALID.twice", name=shortened(str(item)))
        else:
            found.append(value)
    return found if len(reading.problems) == before else None


def weekday(raw: object) -> int | Problem:
    if raw in DAYS:
        return DAYS.index(str(raw))
    meant = _text(raw).strip().casefold()[:3]
    near, days = (meant, ()) if meant in DAYS else ("", DAYS)
    return Problem.of("SCHEDULE_INVALID.weekday", got=shown(raw), near=near, days=days)


def _time(raw: object) -> time | Problem:
    if isinstance(raw, str) and _TIME.fullmatch(raw):
        return time.fromisoformat(raw)
    return Problem.of("SCHEDULE_INVALID.time_of_day", got=shown(raw))


def _zone(reading: Reading, raw: object) -> str:
    """Check the name first: no file is opened for a name that is not a known zone."""
    if isinstance(raw, str) and raw in zone_names():
        return raw
    if raw is None or raw == "":
        reading.problem("time_zone", "TZ_UNKNOWN.missing")
    elif not isinstance(raw, str):
        reading.problem("time_zone", "TZ_UNKNOWN.kind", got=kind_of(raw))
    else:
        near = nearest(raw, sorted(zone_names()))
        reading.problem("time_zone", "TZ_UNKNOWN", name=shortened(raw), near=near)
    return ""


def _span(reading: Reading, given: Mapping[str, object]) -> tuple[date | None, date | None]:
    first, last = (_date(reading, name, given.get(name)) for name in ("from", "until"))
    if first and last and first > last:
        reading.problem("until", "SCHEDULE_INVALID.order", last=f"{last}", first=f"{first}")
    return first, last


def _date(reading: Reading, name: str, raw: object) -> date | None:
    if raw is None or (isinstance(raw, date) and not isinstance(raw, datetime)):
        return raw
    try:
        # date.fromisoformat alone would also accept 20261231 and 2026-W53-4.
        return date.fromisoformat(raw if isinstance(raw, str) and _DATE.fullmatch(raw) else "")
    except ValueError:
        reading.problem(name, "SCHEDULE_INVALID.day", got=shown(raw))
        return None


def _check_distance(reading: Reading, days: frozenset[int], times: Sequence[time]) -> None:
    """Refuse times that are too close to each other, also across midnight if the next day is one of
    the days.
    """
    offsets = [timedelta(hours=one.hour, minutes=one.minute) for one in times]
    if any((day + 1) % 7 in days for day in days):
        offsets.append(offsets[0] + timedelta(days=1))
    if any(later - earlier < LEAST_DISTANCE for earlier, later in pairwise(offsets)):
        minutes = LEAST_DISTANCE // timedelta(minutes=1)
        reading.problem("times", "SCHEDULE_INVALID.distance", minutes=minutes)


def _check_days_in_span(
    reading: Reading, days: frozenset[int], first: date | None, last: date | None
) -> None:
    if first and last and not _weekdays(first, last) & days:
        reading.problem("days", "SCHEDULE_INVALID.span", first=f"{first}", last=f"{last}")


def _weekdays(first: date, last: date) -> frozenset[int]:
    length = min((last - first).days + 1, len(DAYS))
    return frozenset((first.weekday() + number) % 7 for number in range(length))
