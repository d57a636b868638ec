"""How fast requests are sent to an account."""

import pytest

from leleka.engine.rate_limit import ImportLimiter, TimeScale
from tests.fakes.clock import VirtualClock
from tests.fakes.destination import LIMITS

WHOLE = 100 * 60 / 61.2  # of the documented 100, where an import may stray by 1.2 seconds


def pace(share: float = 1.0, speed: float | None = 1.0) -> tuple[ImportLimiter, VirtualClock]:
    clock = VirtualClock()
    return ImportLimiter(LIMITS, TimeScale(speed), clock, share=share), clock


def per_minute(one: ImportLimiter, rows: int = 250, paused_until: float = 0.0) -> float:
    return 60 / one.interval(rows, paused_until)


def refuse(one: ImportLimiter, clock: VirtualClock) -> float:
    """As it happens: several that are under way, and a minute in which nothing is sent. Return when that is over."""
    for _ in range(4):
        one.refused()
        clock.sleep(1)
    clock.sleep(60)
    return clock.now()


@pytest.mark.parametrize(
    ("share", "rows", "expected"),
    [(0.9, 250, 90.0), (0.9, 2, 90.0), (0.9, 1, 18.0), (1.0, 250, WHOLE), (1.0, 1, 20 * 60 / 61.2)],
)
def test_imports_are_spaced_at_their_share(share: float, rows: int, expected: float) -> None:
    """I-18: 100 a minute, 20 with a single contact."""
    assert per_minute(pace(share)[0], rows) == pytest.approx(expected)


def test_a_minute_is_counted_longer_by_what_replies_differ() -> None:
    one, _ = pace()
    for number in range(100):
        one.answered(0.5 + number % 10)
    assert per_minute(one) == pytest.approx(100 * 60 / 69)


def test_an_import_that_strays_costs_the_time_of_another() -> None:
    one, _ = pace()
    for _ in range(150):
        one.answered(0.5)
    one.answered(20.0)
    assert per_minute(one) == pytest.approx(WHOLE / 2)
    assert per_minute(one) == pytest.approx(WHOLE)


def test_after_a_refusal_those_under_way_count_and_nothing_more() -> None:
    one, clock = pace()
    paused = refuse(one, clock)
    assert per_minute(one, paused_until=paused) == pytest.approx(94)
    clock.sleep(600)
    assert per_minute(one, paused_until=paused) == pytest.approx(WHOLE)


def test_whoever_delivers_after_somebody_else_was_refused_is_strict_too() -> None:
    one, clock = pace()
    assert per_minute(one, paused_until=clock.now() - 5.0) == pytest.approx(94)


def test_a_low_share_is_not_lowered_by_one_refusal() -> None:
    one, clock = pace(0.5)
    assert per_minute(one, paused_until=refuse(one, clock)) == pytest.approx(50)


def test_refused_again_it_is_slower_each_time_down_to_a_quarter() -> None:
    one, clock = pace(0.9)
    found = []
    for _ in range(6):
        paused = refuse(one, clock)
        found.append(per_minute(one, paused_until=paused))
    assert found == pytest.approx([90, 63, 44.1, 30.87, 22.5, 22.5])


def test_after_a_while_it_is_as_fast_as_before() -> None:
    one, clock = pace(0.9)
    per_minute(one, paused_until=refuse(one, clock))
    paused = refuse(one, clock)
    clock.sleep(230)
    assert per_minute(one, paused_until=paused) < 64
    clock.sleep(10)
    assert per_minute(one, paused_until=paused) == pytest.approx(90)


def test_a_test_host_is_as_much_faster_as_it_says() -> None:
    assert pace(share=0.9, speed=20)[0].interval(250, 0.0) == pytest.approx(3 / 90)
    assert TimeScale(20).wait(60) == 3.0


def test_a_test_host_without_limits_has_no_spacing_and_short_waits() -> None:
    assert pace(speed=None)[0].interval(1, 0.0) == 0.0
    assert 0 < TimeScale(None).wait(60) < 0.1
