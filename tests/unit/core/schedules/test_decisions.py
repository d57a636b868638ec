"""What is decided about due instants: once for each, one run for many that were missed (I-17, faults 58, 61, 62)."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from leleka.core.schedules.model import Decision, Instant, decide
from leleka.core.statuses import DueOutcome

EIGHT = datetime(2027, 1, 4, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DUE = [Instant(EIGHT + number * HOUR, EIGHT + number * HOUR) for number in range(72)]


def decided(
    now: datetime, *, known: Collection[datetime] = (), running: bool = False, due: Sequence[Instant] = DUE
) -> list[tuple[str, str]]:
    return [(one.outcome, one.reason) for one in decide(due, known=known, now=now, running=running)]


def test_what_is_due_starts_when_its_time_has_come_and_not_before() -> None:
    assert decided(EIGHT - timedelta(seconds=1)) == []
    assert decide(DUE, known=(), now=EIGHT, running=False) == (
        Decision(EIGHT, DueOutcome.STARTED, "on-time"),
    )


def test_a_quarter_of_an_hour_late_is_still_on_time() -> None:
    assert decided(EIGHT + timedelta(minutes=15)) == [("started", "on-time")]
    assert decided(EIGHT + timedelta(minutes=15, seconds=1)) == [("started", "catch-up")]


def test_after_three_days_one_run_catches_up_and_71_are_missed() -> None:
    """Fault 61."""
    found = decide(DUE, known=(), now=EIGHT + 71 * HOUR + HOUR / 2, running=False)
    assert [one.due_at for one in found] == [one.due_at for one in DUE]
    assert {(one.outcome, one.reason) for one in found[:-1]} == {("skipped-missed", "newer-due")}
    assert (found[-1].outcome, found[-1].reason) == ("started", "catch-up")


def test_one_that_is_on_time_makes_up_for_those_before() -> None:
    assert decided(EIGHT + HOUR) == [("skipped-missed", "newer-due"), ("started", "on-time")]


def test_nothing_starts_while_the_run_before_goes_on() -> None:
    """Fault 62."""
    assert decided(EIGHT, running=True) == [("skipped-overlap", "still-running")]
    found = decided(EIGHT + HOUR, running=True)
    assert found == [("skipped-missed", "newer-due"), ("skipped-overlap", "still-running")]


def test_a_clock_that_steps_back_repeats_nothing() -> None:
    """Fault 58."""
    known = [one.due_at for one in DUE[:3]]
    assert decided(EIGHT + HOUR, known=known) == []
    assert decided(datetime(1970, 1, 1, tzinfo=UTC), known=known) == []
    assert decided(EIGHT + 3 * HOUR, known=known) == [("started", "on-time")]


def test_nothing_older_than_the_newest_decision_is_decided_even_where_its_own_is_not_known() -> None:
    assert decided(EIGHT + 2 * HOUR, known=[DUE[2].due_at]) == []


def test_a_clock_that_steps_an_hour_forward_takes_each_instant_once() -> None:
    """Fault 58."""
    half = [Instant(EIGHT + n * HOUR / 2, EIGHT + n * HOUR / 2) for n in range(6)]
    first = decide(half, known=[half[0].due_at], now=EIGHT + HOUR + HOUR / 4, running=False)
    assert [one.due_at for one in first] == [half[1].due_at, half[2].due_at]
    known = [one.due_at for one in first]
    assert decided(EIGHT + HOUR / 2, known=known, due=half) == []
    again = decide(half, known=known, now=EIGHT + 3 * HOUR / 2, running=False)
    assert [one.due_at for one in again] == [half[3].due_at]


def test_a_start_that_fails_is_a_decision_about_the_same_instant() -> None:
    (one,) = decide(DUE, known=(), now=EIGHT, running=False)
    assert one.failed("KEY_REFUSED") == Decision(EIGHT, DueOutcome.FAILED, "KEY_REFUSED")
