"""The checker of schedules detects what is wrong with a log, and reports nothing if nothing is."""

from dataclasses import replace
from datetime import time

import pytest

from tests.simulation.schedule_checker import Row, Start, Timeline, Watched, check

NOON = 1_800_014_400.0  # 2027-01-15T12:00Z, a Friday
NOONS = [NOON + number * 86_400 for number in range(3)]
WATCHED = Watched("one", "UTC", frozenset(range(7)), (time(12),), NOON - 60, NOONS[-1])
ROWS = [Row("one", due, "started", "on-time", due + 1) for due in NOONS]
STARTS = [Start("one", due, due + 1, due + 600) for due in NOONS]


def judged(rows: list[Row], starts: list[Start], timeline: Timeline | None = None) -> list[str]:
    return check([WATCHED], timeline or Timeline(NOON - 60, NOONS[-1] + 60), rows, starts)


@pytest.mark.parametrize(
    ("rows", "starts", "wrong"),
    [
        (ROWS, STARTS, []),
        (ROWS[1:], STARTS[1:], ["one: 2027-01-15T12:00Z was not decided"]),
        (
            [replace(ROWS[0], outcome="failed-to-start"), *ROWS],
            STARTS,
            ["one: 2027-01-15T12:00Z was decided 2 times"],
        ),
        (ROWS, [STARTS[0], STARTS[2]], ["one: 2027-01-16T12:00Z is called started, and was not"]),
        (
            [replace(ROWS[0], decided_at=NOON + 60), *ROWS[1:]],
            STARTS,
            ["one: 2027-01-15T12:00Z started: decided 60 seconds late"],
        ),
        (
            [replace(ROWS[0], decided_at=NOON - 1), *ROWS[1:]],
            STARTS,
            ["one: 2027-01-15T12:00Z started: decided before it was due"],
        ),
        (
            ROWS,
            [replace(STARTS[0], ended_at=None), *STARTS[1:]],
            ["one: the run of 2027-01-16T12:00Z began while that of 2027-01-15T12:00Z went on"],
        ),
        (
            [replace(ROWS[0], outcome="skipped-overlap"), *ROWS[1:]],
            STARTS[1:],
            ["one: 2027-01-15T12:00Z skipped-overlap: skipped, and no run went on"],
        ),
        (
            [*ROWS, Row("two", NOON, "started", "on-time", NOON)],
            STARTS,
            ["two: nobody asked for a schedule"],
        ),
    ],
)
def test_the_checker_sees_what_is_wrong_with_a_log(
    rows: list[Row], starts: list[Start], wrong: list[str]
) -> None:
    assert judged(rows, starts) == wrong


def test_the_checker_expects_what_was_due_meanwhile_when_somebody_is_up_again() -> None:
    back = NOONS[1] + 3_600
    timeline = Timeline(NOON - 60, NOONS[-1] + 60, {"one": [(NOON - 30, back)]})
    missed = Row("one", NOON, "skipped-missed", "newer-due", back + 1)
    caught_up = Row("one", NOONS[1], "started", "catch-up", back + 1)
    starts = [Start("one", NOONS[1], back + 1, back + 600), STARTS[2]]
    assert judged([missed, caught_up, ROWS[2]], starts, timeline) == []
    late = [replace(row, decided_at=back + 30) for row in (missed, caught_up)]
    assert len(judged([*late, ROWS[2]], [replace(starts[0], started_at=back + 30), STARTS[2]], timeline)) == 2
