"""*Ready by*: which run a deadline asks for."""

from datetime import UTC, datetime

import pytest

from leleka.core.ready_by import Cycle, ReadyBy, cycle_of, parse_ready_by, read_ready_by, to_data
from leleka.core.schedules.parser import parse_schedule
from leleka.errors import InvalidInput

KYIV = ReadyBy("08:00", "Europe/Kyiv")
NOW = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)  # a Sunday


def test_the_deadline_follows_the_clocks_of_its_zone() -> None:
    assert KYIV.last(NOW) == datetime(2026, 11, 29, 6, tzinfo=UTC)
    assert KYIV.next(datetime(2026, 7, 1, tzinfo=UTC)) == datetime(2026, 7, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (30, datetime(2026, 11, 30, 4, tzinfo=UTC)),  # a Monday, on which it is due
        (29, None),
    ],
)
def test_a_day_on_which_nothing_is_due_asks_for_nothing(day: int, begins: datetime | None) -> None:
    weekdays = parse_schedule(
        {
            "repeat": "weekly",
            "days": ["mon", "tue", "wed", "thu", "fri"],
            "times": ["06:00"],
            "time_zone": "Europe/Kyiv",
        }
    )
    deadline = datetime(2026, 11, day, 6, tzinfo=UTC)
    assert cycle_of(deadline, weekdays) == (begins and Cycle(begins, deadline))


def test_without_a_schedule_it_is_asked_for_daily() -> None:
    assert cycle_of(NOW, None) == Cycle(datetime(2026, 11, 28, 9, 30, tzinfo=UTC), NOW)


def test_a_time_alone_is_in_the_zone_of_the_installation() -> None:
    assert parse_ready_by("08:00", "ready_by", "Europe/Kyiv") == KYIV
    assert parse_ready_by({"time": "08:00", "time_zone": "Europe/Kyiv"}, "ready_by", "UTC") == KYIV
    assert parse_ready_by(None, "ready_by", "UTC") is None


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("8 o'clock", "SCHEDULE_INVALID"),
        ({"time": "25:00", "time_zone": "UTC"}, "SCHEDULE_INVALID"),
        ({"time": "08:00", "time_zone": "Mars/Olympus"}, "TZ_UNKNOWN"),
        ({"time": "08:00", "days": ["mon"]}, "SCHEDULE_INVALID"),
        (480, "SCHEDULE_INVALID"),
    ],
)
def test_what_is_no_time_or_no_zone_is_refused_with_its_place(told: object, code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_ready_by(told, "ready_by", "UTC")
    assert {one.code for one in raised.value.problems} == {code}
    assert all(one.where.startswith("ready_by") for one in raised.value.problems)


def test_a_promise_that_stays_counts_from_when_it_was_made() -> None:
    kept = to_data(KYIV, {}, NOW)
    later = NOW.replace(day=30)
    assert to_data(KYIV, kept, later) == kept
    assert read_ready_by(kept) == ReadyBy("08:00", "Europe/Kyiv", NOW)
    assert to_data(ReadyBy("09:00", "Europe/Kyiv"), kept, later)["since"] == later.isoformat()
    assert to_data(None, kept, later) == {}
