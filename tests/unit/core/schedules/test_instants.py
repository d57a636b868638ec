"""When schedules are due: every oddity of clocks that the promises name, with the exact moment (I-17, fault 60)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from leleka.core.schedules.instants import clock_changes, instants, next_instants
from leleka.core.schedules.model import Instant, Note, Schedule
from leleka.core.schedules.parser import parse_schedule


def daily(zone: str, *times: str, **more: str) -> Schedule:
    return parse_schedule({"repeat": "daily", "times": list(times), "time_zone": zone, **more})


def weekly(zone: str, days: list[str], *times: str) -> Schedule:
    return parse_schedule({"repeat": "weekly", "days": days, "times": list(times), "time_zone": zone})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def between(schedule: Schedule, after: str, until: str) -> list[tuple[str, str, Note]]:
    """Return each instant as its moment in UTC, its local time, and the note."""
    found = instants(schedule, utc(after), utc(until))
    return [(f"{one.due_at:%m-%d %H:%M}", f"{one.local:%m-%d %H:%M}", one.note) for one in found]


# the zone, a day, the time; when it is due (UTC, local time, note), and the next time (UTC)
TABLE = [
    ("Europe/Paris", "2027-03-28", "02:30", ("03-28 01:00", "03-28 03:00", "gap"), "03-29 00:30"),
    ("Europe/Paris", "2027-10-31", "02:30", ("10-31 00:30", "10-31 02:30", "overlap"), "11-01 01:30"),
    ("America/New_York", "2027-03-14", "02:30", ("03-14 07:00", "03-14 03:00", "gap"), "03-15 06:30"),
    ("Africa/Cairo", "2027-04-30", "00:00", ("04-29 22:00", "04-30 01:00", "gap"), "04-30 21:00"),
    ("Australia/Lord_Howe", "2027-10-03", "02:15", ("10-02 15:30", "10-03 02:30", "gap"), "10-03 15:15"),
    ("Africa/Casablanca", "2027-02-07", "02:30", ("02-07 01:30", "02-07 02:30", "overlap"), "02-08 02:30"),
    ("Pacific/Apia", "2011-12-30", "08:00", ("12-30 10:00", "12-31 00:00", "gap"), "12-30 18:00"),
    ("Asia/Kathmandu", "2027-03-28", "08:00", ("03-28 02:15", "03-28 08:00", ""), "03-29 02:15"),
]


@pytest.mark.parametrize(
    ("zone", "day", "wanted", "found", "following"), TABLE, ids=[row[0] for row in TABLE]
)
def test_the_eight_zones_of_the_table(
    zone: str, day: str, wanted: str, found: tuple[str, str, Note], following: str
) -> None:
    schedule = daily(zone, wanted)
    expected = utc(f"{day[:4]}-{found[0]}")
    before = expected - timedelta(hours=1)
    first, second = next_instants(schedule, before, 2)
    assert (f"{first.due_at:%m-%d %H:%M}", f"{first.local:%m-%d %H:%M}", first.note) == found
    assert f"{second.due_at:%m-%d %H:%M}" == following


def test_the_hour_that_is_there_twice_runs_once() -> None:
    """Casablanca and Paris: nothing is due at the second 02:30."""
    assert between(daily("Africa/Casablanca", "02:30"), "2027-02-07T01:30", "2027-02-08T02:29") == []
    assert between(daily("Europe/Paris", "02:30"), "2027-10-31T00:30", "2027-11-01T01:29") == []


def test_times_that_the_clocks_jump_over_are_one_instant() -> None:
    schedule = daily("Europe/Paris", "02:15", "02:45")
    assert between(schedule, "2027-03-27T12:00", "2027-03-28T12:00") == [
        ("03-28 01:00", "03-28 03:00", "gap")
    ]


def test_a_time_that_is_moved_onto_another_is_one_instant_with_it() -> None:
    schedule = daily("Europe/Paris", "02:15", "03:00", "04:00")
    found = between(schedule, "2027-03-27T12:00", "2027-03-28T12:00")
    assert found == [("03-28 01:00", "03-28 03:00", ""), ("03-28 02:00", "03-28 04:00", "")]


def test_a_day_that_is_left_out_runs_once_at_the_first_moment_of_the_next() -> None:
    schedule = daily("Pacific/Apia", "00:00", "08:00", "12:00")
    assert between(schedule, "2011-12-30T09:00", "2011-12-31T09:59") == [
        ("12-30 10:00", "12-31 00:00", ""),
        ("12-30 18:00", "12-31 08:00", ""),
        ("12-30 22:00", "12-31 12:00", ""),
    ]


def test_a_weekly_schedule_of_the_day_that_is_left_out_runs_at_the_beginning_of_the_next() -> None:
    schedule = weekly("Pacific/Apia", ["fri"], "08:00", "20:00")
    assert between(schedule, "2011-12-29T00:00", "2012-01-06T12:00") == [
        ("12-30 10:00", "12-31 00:00", "gap"),
        ("01-05 18:00", "01-06 08:00", ""),
        ("01-06 06:00", "01-06 20:00", ""),
    ]


def test_a_day_that_is_there_twice_runs_on_the_first() -> None:
    """Kwajalein moved to the other side of the date line in 1969: its 30th of September occurs
    nearly twice.
    """
    found = between(daily("Pacific/Kwajalein", "08:00"), "1969-09-28T22:00", "1969-10-02T00:00")
    assert [local for _, local, _ in found] == ["09-30 08:00", "10-01 08:00"]
    assert len({due for due, _, _ in found}) == 2


def test_the_beginning_is_not_included_and_the_end_is() -> None:
    schedule = daily("UTC", "08:00")
    assert between(schedule, "2027-01-01T08:00", "2027-01-02T08:00") == [("01-02 08:00", "01-02 08:00", "")]
    assert between(schedule, "2027-01-01T08:00", "2027-01-01T08:00") == []
    assert between(schedule, "2027-01-02T08:00", "2027-01-01T07:00") == []


def test_the_first_and_the_last_day_are_days_of_the_zone() -> None:
    schedule = daily("Pacific/Auckland", "08:00", **{"from": "2027-01-02", "until": "2027-01-03"})
    assert between(schedule, "2026-12-01T00:00", "2027-02-01T00:00") == [
        ("01-01 19:00", "01-02 08:00", ""),
        ("01-02 19:00", "01-03 08:00", ""),
    ]
    assert len(next_instants(schedule, utc("2026-01-01T00:00"), 5)) == 2
    assert next_instants(schedule, utc("2027-01-02T19:00"), 5) == []


def test_a_last_day_whose_time_is_moved_to_the_next_day_still_runs() -> None:
    schedule = daily("Pacific/Apia", "08:00", until="2011-12-30")
    assert between(schedule, "2011-12-30T09:00", "2012-02-01T00:00") == [
        ("12-30 10:00", "12-31 00:00", "gap")
    ]


def test_a_weekly_schedule_runs_on_its_days() -> None:
    schedule = weekly("Europe/Kyiv", ["mon", "thu"], "08:00", "14:30")
    assert [
        one.local.strftime("%a %d %H:%M") for one in next_instants(schedule, utc("2027-01-03T12:00"), 5)
    ] == [
        "Mon 04 08:00",
        "Mon 04 14:30",
        "Thu 07 08:00",
        "Thu 07 14:30",
        "Mon 11 08:00",
    ]


@pytest.mark.parametrize("year", [1970, 2038, 2106])
def test_neither_1970_nor_2038_is_special(year: int) -> None:
    found = next_instants(daily("UTC", "08:00"), datetime(year, 1, 1, tzinfo=UTC), 1)
    due = datetime(year, 1, 1, 8, tzinfo=UTC)
    assert found == [Instant(due, due)]


def test_what_the_changes_of_the_clocks_do_is_told_before() -> None:
    """Input 78."""
    (spring, autumn) = clock_changes(daily("Europe/Kyiv", "03:30"), utc("2027-01-01T00:00"))
    assert (spring.day, spring.wanted, spring.kind) == (date(2027, 3, 28), time(3, 30), "gap")
    assert spring.runs_at.isoformat() == "2027-03-28T04:00:00+03:00"
    assert (autumn.day, autumn.wanted, autumn.kind) == (date(2027, 10, 31), time(3, 30), "overlap")
    assert autumn.runs_at.isoformat() == "2027-10-31T03:30:00+03:00"


def test_each_change_is_told_once_though_two_springs_lie_within_a_year() -> None:
    found = clock_changes(daily("Europe/Paris", "02:15", "02:45"), utc("2027-03-27T00:00"))
    assert [(one.day.isoformat(), one.wanted.minute, one.kind) for one in found] == [
        ("2027-03-28", 15, "gap"),
        ("2027-03-28", 45, "gap"),
        ("2027-10-31", 15, "overlap"),
        ("2027-10-31", 45, "overlap"),
    ]


@pytest.mark.parametrize(
    "schedule",
    [
        daily("Europe/Paris", "03:00", "08:00"),
        daily("Asia/Kathmandu", "02:30"),
        weekly("Europe/Paris", ["mon"], "02:30"),
        daily("Europe/Paris", "02:30", until="2027-03-27"),
        daily("Europe/Paris", "02:30", **{"from": "2029-01-01"}),
    ],
)
def test_who_is_not_touched_by_a_change_is_told_nothing(schedule: Schedule) -> None:
    assert clock_changes(schedule, utc("2027-01-01T00:00")) == []


def test_a_change_that_is_past_is_not_told() -> None:
    found = clock_changes(daily("Europe/Paris", "02:30"), utc("2027-03-28T01:00"))
    assert [one.day for one in found] == [date(2027, 10, 31), date(2028, 3, 26)]
