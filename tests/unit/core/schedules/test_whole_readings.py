"""How often a source that is read by what changed is read whole."""

from datetime import UTC, datetime, timedelta

import pytest

from leleka.core.schedules.whole_readings import WholeEvery, parse

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "written"),
    [
        (24, 24),
        ("24", 24),
        ("24 hours", "24 hours"),
        (" 1 HOUR ", "1 hour"),
        ("24h", "24 hours"),
        ("7 days", "7 days"),
        ("1d", "1 day"),
        ("366 days", "366 days"),
    ],
)
def test_what_is_understood_is_written_in_one_way(told: object, written: object) -> None:
    found = parse(told)
    assert found is not None
    assert found.written == written
    assert parse(found.written) == found


@pytest.mark.parametrize(
    "told",
    [
        0,
        -1,
        True,
        1.5,
        None,
        "",
        "soon",
        "0 hours",
        "367 days",
        "24 weeks",
        "１ day",
        "9" * 400,
        [24],
        "1.5 h",
    ],
)
def test_what_says_nothing_is_none(told: object) -> None:
    assert parse(told) is None


def test_so_many_readings_count_themselves() -> None:
    assert [WholeEvery(3).is_due(readings, None, NOW) for readings in range(4)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("every", "ago", "due"),
    [
        (WholeEvery(24, 1), timedelta(hours=23), True),
        (WholeEvery(24, 1), timedelta(hours=22, minutes=59), False),
        (WholeEvery(1, 1), timedelta(minutes=54), True),
        (WholeEvery(1, 1), timedelta(minutes=53), False),
        (WholeEvery(7, 24), timedelta(days=6, hours=23), True),
        (WholeEvery(7, 24), timedelta(days=6, hours=22), False),
        (WholeEvery(1, 24), timedelta(), False),
    ],
)
def test_a_time_is_due_a_little_early(every: WholeEvery, ago: timedelta, due: bool) -> None:
    assert every.is_due(1_000, NOW - ago, NOW) is due
    assert every.is_due(0, None, NOW)
