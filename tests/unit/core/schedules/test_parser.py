"""Parsing schedules: what is written comes back, and everything that is wrong is reported at once, in its
place.
"""

import sys
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

import pytest

from leleka.core.schedules.model import ALL_DAYS, ExportSchedule, Schedule
from leleka.core.schedules.parser import (
    export_to_data,
    parse_export_schedule,
    parse_schedule,
    refuse_past,
    to_data,
    zone_names,
)
from leleka.errors import InvalidInput, Problem
from leleka.messages.problems import english

DAILY: Mapping[str, Any] = {"repeat": "daily", "times": ["08:00", "14:30"], "time_zone": "Europe/Kyiv"}
WEEKLY: Mapping[str, Any] = {**DAILY, "repeat": "weekly", "days": ["mon", "thu"]}
NO_ZONES = ["Mars/Olympus", "EST5EDT4", "+02:00", "", "../../etc/passwd", "/etc/passwd", "Europe/Kyiv\0"]

_opened: list[str] = []
_watching: list[bool] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event == "open":
        _opened.append(str(arguments[0]))


sys.addaudithook(_watch)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Return the files that are opened from here on."""
    zone_names()
    _opened.clear()
    _watching.append(True)
    yield _opened
    _watching.clear()


def problems(data: object) -> list[Problem]:
    with pytest.raises(InvalidInput) as caught:
        parse_schedule(data, "schedule")
    return list(caught.value.problems)


def problem(data: object) -> Problem:
    (one,) = problems(data)
    return one


def test_a_daily_schedule_runs_on_every_day() -> None:
    expected = Schedule("daily", ALL_DAYS, (time(8), time(14, 30)), "Europe/Kyiv")
    assert parse_schedule(DAILY) == expected


def test_a_weekly_schedule_runs_on_its_days_until_the_last_one() -> None:
    data = {**WEEKLY, "from": "2027-01-01", "until": date(2027, 12, 31)}
    expected = Schedule(
        "weekly",
        frozenset({0, 3}),
        (time(8), time(14, 30)),
        "Europe/Kyiv",
        date(2027, 1, 1),
        date(2027, 12, 31),
    )
    assert parse_schedule(data) == expected


@pytest.mark.parametrize(
    "data",
    [
        DAILY,
        WEEKLY,
        {**WEEKLY, "from": "2027-01-01", "until": "2027-02-01"},
        {**DAILY, "until": "2027-02-01"},
    ],
)
def test_what_was_read_is_written_as_it_was(data: Mapping[str, Any]) -> None:
    assert to_data(parse_schedule(data)) == data


def test_times_are_put_in_order_and_keys_may_have_spaces_or_hyphens() -> None:
    data = {"repeat": "daily", "times": ["14:30", "08:00"], "time zone": "Europe/Kyiv"}
    assert parse_schedule(data) == parse_schedule(DAILY)
    data["time-zone"] = data.pop("time zone")
    assert parse_schedule(data) == parse_schedule(DAILY)


@pytest.mark.parametrize("zone", NO_ZONES)
def test_what_is_no_zone_is_refused_and_no_file_is_opened_for_it(zone: str, opened: list[str]) -> None:
    """Input 75."""
    found = problem({**DAILY, "time_zone": zone})
    assert (found.code, found.where, opened) == ("TZ_UNKNOWN", "schedule.time_zone", [])


@pytest.mark.parametrize(
    "zone", [None, 2, ["Europe/Kyiv"], "localtime", "Factory", "posixrules", "Z" * 10_000]
)
def test_nothing_a_number_and_the_zone_of_the_machine_are_no_zones(zone: object) -> None:
    found = problem({**DAILY, "time_zone": zone})
    assert (found.code, found.where) == ("TZ_UNKNOWN", "schedule.time_zone")
    assert len(english(found).message) < 200


def test_a_misspelled_zone_is_told_the_nearest() -> None:
    assert english(problem({**DAILY, "time_zone": "Europe/Kiyv"})).remedy == "Did you mean 'Europe/Kyiv'?"


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"repeat": "monthly"}, "schedule.repeat"),
        ({"repeat": None}, "schedule.repeat"),
        ({"repeat": ["daily"]}, "schedule.repeat"),
        ({"every": "day"}, "schedule"),
        ({7: "day"}, "schedule"),
        ({"time zone": "Europe/Kyiv"}, "schedule.time_zone"),
        ({"times": []}, "schedule.times"),
        ({"times": None}, "schedule.times"),
        ({"times": "08:00"}, "schedule.times"),
        ({"times": ["01:00", "02:00", "03:00", "04:00", "05:00"]}, "schedule.times"),
        ({"times": ["08:00", "08:00"]}, "schedule.times[1]"),
        ({"times": ["8:00"]}, "schedule.times[0]"),
        ({"times": ["24:00"]}, "schedule.times[0]"),
        ({"times": ["08:00:30"]}, "schedule.times[0]"),
        ({"times": ["０8:00"]}, "schedule.times[0]"),
        ({"times": ["08:00\n"]}, "schedule.times[0]"),
        ({"times": [480]}, "schedule.times[0]"),
        ({"times": ["08:00", "08:04"]}, "schedule.times"),
        ({"times": ["00:01", "23:57"]}, "schedule.times"),
        ({"days": ["mon"]}, "schedule.days"),
        ({"repeat": "weekly"}, "schedule.days"),
        ({"repeat": "weekly", "days": []}, "schedule.days"),
        ({"repeat": "weekly", "days": "mon"}, "schedule.days"),
        ({"repeat": "weekly", "days": ["mon", "Monday"]}, "schedule.days[1]"),
        ({"repeat": "weekly", "days": [0]}, "schedule.days[0]"),
        ({"repeat": "weekly", "days": ["thu", "mon", "thu"]}, "schedule.days[2]"),
        ({"repeat": "weekly", "days": ["mon"] * 8}, "schedule.days"),
        ({"from": "2027-02-30"}, "schedule.from"),
        ({"until": "20270228"}, "schedule.until"),
        ({"until": 2027}, "schedule.until"),
        ({"from": "2027-03-01", "until": "2027-02-28"}, "schedule.until"),
        (
            {"repeat": "weekly", "days": ["mon"], "from": "2027-01-05", "until": "2027-01-10"},
            "schedule.days",
        ),
    ],
)
def test_what_is_wrong_is_refused_where_it_stands(changed: dict[Any, Any], where: str) -> None:
    """Input 76 among them: a first day after the last."""
    found = problem(dict(DAILY) | changed)
    assert (found.code, found.where) == ("SCHEDULE_INVALID", where)
    assert english(found).message


@pytest.mark.parametrize("data", [None, "daily", ["08:00"], 8])
def test_what_is_no_mapping_is_no_schedule(data: object) -> None:
    assert (problem(data).code, problem(data).where) == ("SCHEDULE_INVALID", "schedule")


@pytest.mark.parametrize(
    "changed",
    [
        {"times": ["08:00", "08:05"]},
        {"times": ["00:02", "23:57"]},
        {"repeat": "weekly", "days": ["mon", "wed"], "times": ["00:00", "23:59"]},
        {"repeat": "weekly", "days": ["mon"], "from": "2027-01-04", "until": "2027-01-04"},
    ],
)
def test_what_is_just_right_is_taken(changed: dict[str, object]) -> None:
    assert to_data(parse_schedule({**DAILY, **changed})) == {**DAILY, **changed}


def test_sunday_and_monday_are_neighbours() -> None:
    data = {**WEEKLY, "days": ["mon", "sun"], "times": ["00:00", "23:59"]}
    assert problem(data).where == "schedule.times"


def test_all_that_is_wrong_is_said_at_once() -> None:
    data = {"repeat": "weekly", "days": ["x"], "times": ["y", "z"], "time_zone": "Mars/Olympus", "until": "w"}
    assert [(one.code, one.where) for one in problems(data)] == [
        ("SCHEDULE_INVALID", "schedule.days[0]"),
        ("SCHEDULE_INVALID", "schedule.times[0]"),
        ("SCHEDULE_INVALID", "schedule.times[1]"),
        ("TZ_UNKNOWN", "schedule.time_zone"),
        ("SCHEDULE_INVALID", "schedule.until"),
    ]


def test_an_end_in_the_past_is_refused_by_who_knows_the_day() -> None:
    schedule = parse_schedule({**DAILY, "until": "2027-02-28"})
    refuse_past(schedule, date(2027, 2, 28))
    with pytest.raises(InvalidInput) as caught:
        refuse_past(schedule, date(2027, 3, 1), "exports[0].schedule")
    (found,) = caught.value.problems
    assert (found.code, found.where) == ("SCHEDULE_INVALID", "exports[0].schedule.until")
    refuse_past(parse_schedule(DAILY), date.max)


OWN = {**WEEKLY, "times": ["08:00"]}


@pytest.mark.parametrize("data", ["system", "off", OWN])
def test_an_export_follows_the_system_or_its_own_schedule_or_is_off(data: object) -> None:
    assert export_to_data(parse_export_schedule(data)) == data


def test_an_export_follows_the_system_unless_something_else_is_said() -> None:
    assert ExportSchedule() == parse_export_schedule("system")
    assert parse_export_schedule(False) == parse_export_schedule("off")
    assert parse_export_schedule(OWN) == ExportSchedule("own", parse_schedule(OWN))


@pytest.mark.parametrize("data", [None, True, "own", "daily", ["system"], 0])
def test_an_export_follows_nothing_else(data: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_export_schedule(data, "exports[2].schedule")
    (found,) = caught.value.problems
    assert (found.code, found.where) == ("SCHEDULE_INVALID", "exports[2].schedule")


def test_a_schedule_of_an_export_has_one_time_for_all_its_days() -> None:
    """CI-S3."""
    with pytest.raises(InvalidInput) as caught:
        parse_export_schedule(WEEKLY, "exports[2].schedule")
    (found,) = caught.value.problems
    assert (found.code, found.where) == ("SCHEDULE_INVALID", "exports[2].schedule.times")
