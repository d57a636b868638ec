"""On which days a segment is due, and on which of them the system does not refresh."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leleka.core.schedules.parser import parse_schedule
from leleka.core.schedules.recurrence import (
    Gap,
    Recurrence,
    SegmentSchedule,
    gap_of,
    parse_segment_schedule,
    segment_to_data,
    served_days,
)
from leleka.errors import InvalidInput

MONDAYS = parse_segment_schedule({"repeat": "weekly", "days": ["mon"]})
MONTHLY = parse_segment_schedule({"repeat": "monthly", "days": [1, 31]})
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)  # a Monday
WEEKDAYS = {
    "repeat": "weekly",
    "days": ["mon", "tue", "wed", "thu", "fri"],
    "times": ["06:00"],
    "time_zone": "Europe/Kyiv",
}


def own(schedule: SegmentSchedule) -> Recurrence:
    assert schedule.own is not None
    return schedule.own


def test_a_month_that_is_too_short_has_its_last_day_instead() -> None:
    days = own(MONTHLY).between(date(2027, 1, 1), date(2027, 5, 1))
    assert [f"{day:%m-%d}" for day in days] == [
        "01-01", "01-31", "02-01", "02-28", "03-01", "03-31", "04-01", "04-30", "05-01",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("last", "today", "due"),
    [
        (date(2026, 11, 30), date(2026, 11, 30), False),  # on its day, and evaluated on it
        (date(2026, 11, 29), date(2026, 11, 30), True),
        (date(2026, 11, 30), date(2026, 12, 6), False),
        (date(2026, 11, 30), date(2026, 12, 7), True),
        (date(2026, 11, 30), date(2026, 12, 9), True),  # no refresh on the 7th: made up for
        (date(2027, 3, 1), date(2026, 12, 1), True),  # a clock once ran ahead
        (None, date(2026, 12, 1), True),
    ],
)
def test_a_weekly_segment_is_due_on_its_day_or_at_the_next_refresh_after_it(
    last: date | None, today: date, due: bool
) -> None:
    assert MONDAYS.is_due(last, today) is due


def test_one_that_is_off_is_evaluated_once_and_one_without_days_always() -> None:
    today = date(2026, 12, 1)
    assert SegmentSchedule("off").is_due(None, today)
    assert not SegmentSchedule("off").is_due(date(2020, 1, 1), today)
    assert SegmentSchedule().is_due(today, today)


@given(
    kind=st.sampled_from(["weekly", "monthly"]),
    days=st.sets(st.integers(1, 31), min_size=1),
    start=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_the_next_day_is_the_first_one_that_falls_on_the_schedule(
    kind: str, days: set[int], start: date
) -> None:
    if kind == "weekly":
        recurrence = Recurrence("weekly", frozenset(day % 7 for day in days))
    else:
        recurrence = Recurrence("monthly", frozenset(days))
    found = recurrence.next_after(start)
    assert found > start
    assert recurrence.falls_on(found)
    assert list(recurrence.between(start + timedelta(days=1), found)) == [found]
    assert parse_segment_schedule(segment_to_data(SegmentSchedule("own", recurrence))).own == recurrence


def gap(schedule: SegmentSchedule, **system: object) -> Gap | None:
    served = served_days(parse_schedule({**WEEKDAYS, **system}), NOW, "Europe/Kyiv")
    return gap_of(own(schedule), served, NOW.date())


def test_days_without_a_refresh_are_found_with_the_day_that_makes_up_for_them() -> None:
    assert gap(MONDAYS) is None
    sundays = parse_segment_schedule({"repeat": "weekly", "days": ["sun", "mon"]})
    assert gap(sundays) == Gap(date(2026, 12, 6), date(2026, 12, 7))
    assert gap(MONTHLY) == Gap(date(2027, 1, 31), date(2027, 2, 1))
    daily = parse_segment_schedule({"repeat": "daily"})
    assert gap(daily) == Gap(date(2026, 12, 5), date(2026, 12, 7))
    assert gap(MONDAYS, until="2026-12-20") == Gap(date(2026, 12, 21), None)


def test_a_refresh_counts_for_the_day_it_is_in_the_installation() -> None:
    """06:00 on Monday in Kyiv is Sunday evening in New York."""
    served = served_days(parse_schedule(WEEKDAYS), NOW, "America/New_York")
    assert date(2026, 12, 6) in served
    assert date(2026, 12, 4) not in served
    assert served_days(None, NOW, "Europe/Kyiv") == frozenset()


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        ("weekly", ["SCHEDULE_INVALID.policy_of_segment"]),
        (None, ["SCHEDULE_INVALID.policy_of_segment"]),
        ({}, ["SCHEDULE_INVALID.repeat_of_segment"]),
        ({"repeat": "yearly"}, ["SCHEDULE_INVALID.repeat_of_segment"]),
        ({"repeat": "weekly"}, ["SCHEDULE_INVALID.no_day"]),
        ({"repeat": "weekly", "days": ["noday"]}, ["SCHEDULE_INVALID.weekday"]),
        ({"repeat": "monthly"}, ["SCHEDULE_INVALID.no_day_of_month"]),
        ({"repeat": "monthly", "days": [0, 32]}, ["SCHEDULE_INVALID.day_of_month"] * 2),
        ({"repeat": "monthly", "days": [True, "x"]}, ["SCHEDULE_INVALID.day_of_month"] * 2),
        ({"repeat": "monthly", "days": [1, "1"]}, ["SCHEDULE_INVALID.twice"]),
        ({"repeat": "daily", "days": ["mon"]}, ["SCHEDULE_INVALID.every_day"]),
        ({"repeat": "daily", "times": ["08:00"]}, ["SCHEDULE_INVALID.unknown"]),
        ({"repeat": "weekly", "days": "mon"}, ["SCHEDULE_INVALID.list"]),
    ],
)
def test_what_is_wrong_with_a_schedule_is_said(data: object, keys: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_segment_schedule(data)
    assert [problem.key for problem in refused.value.problems] == keys
