"""When a schedule is due, in UTC.

One rule for every day in every zone: a time is due at the first moment at which the clocks show it; where
they jump over it, at the first moment after the jump. So nothing is due twice and nothing is skipped, and two
times that the clocks jump over are one moment.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count as count_from
from itertools import islice
from zoneinfo import ZoneInfo

from leleka.core.schedules.model import ClockChange, Instant, Note, Schedule

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_YEAR = timedelta(days=366)
_LONGEST_JUMP = timedelta(days=1)  # Apia once skipped a whole day: its times were due on the next


def instants(schedule: Schedule, after: datetime, until: datetime) -> Iterator[Instant]:
    """Return what is due later than ``after`` and not later than ``until``, ascending, each moment once."""
    for one in _from(schedule, after):
        if one.due_at > until:
            return
        yield one


def next_instants(schedule: Schedule, after: datetime, count: int) -> Sequence[Instant]:
    """Return the next ``count`` moments; fewer where the schedule ends before."""
    return list(islice(_from(schedule, after), count))


def clock_changes(schedule: Schedule, after: datetime) -> Sequence[ClockChange]:
    """Return the effects of clock changes on the schedule's times within a year of ``after``, ascending.

    Each time appears at most once for each kind of change, with the next day on which it happens.
    """
    zone = ZoneInfo(schedule.zone)
    found: dict[tuple[str, time], ClockChange] = {}
    for day, wanted in _wanted(schedule, after.astimezone(zone).date() - _LONGEST_JUMP):
        due_at, note = _moment(datetime.combine(day, wanted), zone)
        if due_at > after + _YEAR:
            break
        if note and due_at > after:
            change = ClockChange(day, wanted, note, due_at.astimezone(zone))
            found.setdefault((note, wanted), change)
    return list(found.values())


def _from(schedule: Schedule, after: datetime) -> Iterator[Instant]:
    zone = ZoneInfo(schedule.zone)
    held: Instant | None = None
    for day, wanted in _wanted(schedule, after.astimezone(zone).date() - _LONGEST_JUMP):
        due_at, note = _moment(datetime.combine(day, wanted), zone)
        if due_at <= after:
            continue
        one = Instant(due_at, due_at.astimezone(zone), note)
        if held and held.due_at < due_at:
            yield held
        # If several times coincide in one moment, the last one exists if any of them does.
        held = one
    if held:
        yield held


def _wanted(schedule: Schedule, since: date) -> Iterator[tuple[date, time]]:
    """Return the days and times of the schedule, whether or not the clocks show them."""
    first = max(since, schedule.first_day) if schedule.first_day else since
    for number in count_from():
        day = first + number * _DAY
        if schedule.last_day and day > schedule.last_day:
            return
        if day.weekday() in schedule.days:
            yield from ((day, wanted) for wanted in schedule.times)


def moment_of(wanted: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which the clocks of a zone first show a time, or jump over it."""
    return _moment(wanted, zone)[0]


def _moment(wanted: datetime, zone: ZoneInfo) -> tuple[datetime, Note]:
    """Find the moment, in UTC, at which a time is due that the clocks show never, once or twice."""
    first, second = (wanted.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if _shown(first, zone) != wanted:
        # The offset before the jump leads beyond it, the offset after it leads to before it.
        return _after_the_jump(wanted, second, first, zone), "gap"
    return first, "overlap" if first != second else ""


def _after_the_jump(wanted: datetime, before: datetime, beyond: datetime, zone: ZoneInfo) -> datetime:
    """Bisect the interval between a moment before the jump and one after it, down to a second."""
    while beyond - before > _SECOND:
        middle = before + (beyond - before) // _SECOND // 2 * _SECOND
        if _shown(middle, zone) > wanted:
            beyond = middle
        else:
            before = middle
    return beyond


def _shown(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
