"""How fast requests are sent to an account."""

import pytest

from leleka.engine.rate_limit import ImportLimiter, TimeScale
from tests.fakes.clock import VirtualClock
from tests.fakes.destination import LIMITS


def pace(share: float = 0.9, speed: float | None = 1.0) -> tuple[ImportLimiter, VirtualClock]:
    clock = VirtualClock()
    return ImportLimiter(LIMITS, TimeScale(speed), clock, share=share), clock


@pytest.mark.parametrize(("rows", "per_minute"), [(250, 90.0), (2, 90.0), (1, 14.0)])
def test_imports_are_spaced_at_their_share(rows: int, per_minute: float) -> None:
    """I-18: 100 a minute, 20 with a single contact."""
    assert pace()[0].interval(rows) == pytest.approx(60 / per_minute)


def test_each_throttling_makes_it_slower_down_to_a_quarter() -> None:
    one, _ = pace(share=0.9)
    found = []
    for _ in range(5):
        one.throttled()
        found.append(60 / one.interval(250))
    assert found == pytest.approx([63, 44.1, 30.87, 22.5, 22.5])


def test_after_a_while_it_is_as_fast_as_before() -> None:
    one, clock = pace(share=0.9)
    one.throttled()
    clock.sleep(299)
    assert one.interval(250) > 0.67
    clock.sleep(2)
    assert one.interval(250) == pytest.approx(60 / 90)


def test_a_wall_clock_that_steps_does_not_matter() -> None:
    """Fault 58."""
    one, clock = pace(share=0.9)
    one.throttled()
    clock.step_wall(3600)
    assert one.interval(250) > 0.67


def test_a_test_host_is_as_much_faster_as_it_says() -> None:
    assert pace(share=0.9, speed=20)[0].interval(250) == pytest.approx(3 / 90)
    assert TimeScale(20).wait(60) == 3.0


def test_a_test_host_without_limits_has_no_spacing_and_short_waits() -> None:
    assert pace(speed=None)[0].interval(1) == 0.0
    assert 0 < TimeScale(None).wait(60) < 0.1
