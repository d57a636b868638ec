"""Whatever the schedule, whatever the zone: instants ascend, none is missing, none occurs twice (I-17)."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from leleka.core.schedules.instants import clock_changes, instants, next_instants
from leleka.core.schedules.model import ALL_DAYS, LEAST_DISTANCE, Schedule
from leleka.core.schedules.parser import parse_schedule, to_data, zone_names
from tests.simulation.schedule_checker import Watched, due_instants

ZONES = sorted(zone_names())
ODD = [
    "Europe/Paris",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/Santiago",
]
MINUTES = st.integers(0, 24 * 60 - 1)
# Half of the times lie where the clocks are usually changed.
TIMES = st.lists(MINUTES | st.integers(0, 4 * 60), min_size=1, max_size=4)
MOMENTS = st.datetimes(datetime(1975, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given one there
LENGTHS = st.integers(0, 400).map(lambda days: timedelta(days=days, hours=days % 24))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    minutes = sorted(set(draw(TIMES)))
    far = [
        one for n, one in enumerate(minutes) if n == 0 or one - minutes[n - 1] >= LEAST_DISTANCE.seconds // 60
    ]
    times = tuple(time(one // 60, one % 60) for one in far)
    zone = draw(st.sampled_from(ODD) | st.sampled_from(ZONES))
    if draw(st.booleans()):
        return Schedule("daily", ALL_DAYS, times, zone)
    return Schedule("weekly", draw(st.frozensets(st.integers(0, 6), min_size=1)), times, zone)


@settings(max_examples=60, deadline=None)
@given(schedules(), MOMENTS, LENGTHS)
def test_instants_ascend_and_lie_within_what_was_asked_for(
    schedule: Schedule, after: datetime, length: timedelta
) -> None:
    found = [one.due_at for one in instants(schedule, after, after + length)]
    assert found == sorted(set(found))
    assert all(after < one <= after + length for one in found)


@settings(max_examples=60, deadline=None)
@given(schedules(), MOMENTS, LENGTHS)
def test_the_clocks_show_one_of_the_times_unless_they_jumped_over_it(
    schedule: Schedule, after: datetime, length: timedelta
) -> None:
    for one in instants(schedule, after, after + length):
        assert one.local.astimezone(UTC) == one.due_at
        assert one.local.tzinfo == ZoneInfo(schedule.zone)
        if one.note != "gap":
            assert one.local.time() in schedule.times
            assert one.local.weekday() in schedule.days
            assert one.local.fold == 0
        else:
            a_moment_ago = (one.due_at - timedelta(seconds=1)).astimezone(one.local.tzinfo)
            jump = one.local.replace(tzinfo=None) - a_moment_ago.replace(tzinfo=None)
            assert jump > timedelta(seconds=1)


@settings(max_examples=60, deadline=None)
@given(schedules(), MOMENTS, LENGTHS, st.floats(0, 1))
def test_two_halves_are_the_whole(
    schedule: Schedule, after: datetime, length: timedelta, share: float
) -> None:
    middle, until = after + length * share, after + length
    halves = [*instants(schedule, after, middle), *instants(schedule, middle, until)]
    assert halves == list(instants(schedule, after, until))
    assert next_instants(schedule, after, len(halves)) == halves


@settings(max_examples=60, deadline=None)
@given(schedules(), MOMENTS)
def test_a_daily_schedule_runs_as_often_a_day_as_it_has_times_but_for_jumps(
    schedule: Schedule, after: datetime
) -> None:
    """A local day without a jump has every time once; a jump moves times, and merges what meets."""
    daily = Schedule("daily", ALL_DAYS, schedule.times, schedule.zone)
    found = list(instants(daily, after, after + timedelta(days=300)))
    counts = Counter(one.local.date() for one in found)
    first, last = found[0].local.date(), found[-1].local.date()
    jumps = {one.local.date() for one in found if one.note == "gap"}
    for number in range(1, (last - first).days):
        day = first + timedelta(days=number)
        if counts[day] != len(schedule.times):
            assert _jumped(day.isoformat(), schedule.zone) or day in jumps


def _jumped(day: str, zone: str) -> bool:
    """Return whether the clocks jump forward on that day, at its beginning, or over all of it."""
    start = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=UTC) - timedelta(hours=40)
    moments = [start + timedelta(hours=n) for n in range(96)]
    shown = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC) for moment in moments]
    return any(later - earlier > timedelta(hours=1) for earlier, later in pairwise(shown))


@settings(max_examples=60, deadline=None)
@given(schedules(), MOMENTS)
def test_instants_are_those_of_the_reference(schedule: Schedule, after: datetime) -> None:
    until = after + timedelta(days=200)
    watched = Watched(
        "one", schedule.zone, schedule.days, schedule.times, after.timestamp(), until.timestamp()
    )
    found = [one.due_at.timestamp() for one in instants(schedule, after, until)]
    assert found == due_instants(watched, until.timestamp())


@settings(deadline=None)
@given(schedules())
def test_a_schedule_is_read_as_it_was_written(schedule: Schedule) -> None:
    minutes = [one.hour * 60 + one.minute for one in schedule.times]
    if minutes[-1] - minutes[0] <= 24 * 60 - LEAST_DISTANCE.seconds // 60:
        assert parse_schedule(to_data(schedule)) == schedule


@settings(max_examples=60, deadline=None)
@given(schedules(), MOMENTS)
def test_what_is_told_of_changes_is_what_happens(schedule: Schedule, after: datetime) -> None:
    for change in clock_changes(schedule, after):
        runs_at = change.runs_at.astimezone(UTC)
        (one,) = instants(schedule, runs_at - timedelta(seconds=1), runs_at)
        assert change.day.weekday() in schedule.days
        assert change.wanted in schedule.times
        assert one.note in {change.kind, ""}
        assert after < one.due_at
