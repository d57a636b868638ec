"""No second at the destination sees more requests than there are slots, whatever the network does (I-18)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leleka.engine.rate_limit import TimeScale
from leleka.engine.request_slots import KEPT_FOR_PEOPLE, RequestLimiter
from tests.fakes.clock import VirtualClock
from tests.fakes.destination import LIMITS
from tests.fakes.request_slots import MemoryRequestSlots

PLACES = LIMITS.requests_per_second - KEPT_FOR_PEOPLE


def paced(clock: VirtualClock, speed: float | None = 1.0) -> RequestLimiter:
    time_scale = TimeScale(speed)
    places = MemoryRequestSlots(PLACES, LIMITS.seconds_in_flight + time_scale.wait(1.0))
    return RequestLimiter(LIMITS, time_scale, clock, places)


@given(st.lists(st.tuples(st.floats(0.001, 3.0), st.floats(0, 1)), min_size=20, max_size=60))
def test_no_second_sees_more_arrivals_than_there_are_places(latencies: list[tuple[float, float]]) -> None:
    clock = VirtualClock()
    pace = paced(clock)
    arrivals = []
    for latency, share in latencies:
        with pace.turn():
            begun = clock.now()
            clock.sleep(latency)
            arrivals.append(begun + share * latency)  # anywhere between first byte and reply
    arrivals.sort()
    crowded = [
        (one, other) for one, other in zip(arrivals, arrivals[PLACES:], strict=False) if other - one < 1.0
    ]
    assert crowded == []


def test_quick_answers_leave_almost_the_whole_limit() -> None:
    clock = VirtualClock()
    pace, begun = paced(clock), clock.now()
    for _ in range(40):
        with pace.turn():
            clock.sleep(0.01)
    assert 40 / (clock.now() - begun) > PLACES * 0.95


def test_without_limits_nobody_waits() -> None:
    clock = VirtualClock()
    pace, begun = paced(clock, speed=None), clock.now()
    for _ in range(1000):
        with pace.turn():
            pass
    assert clock.now() == begun


def test_a_failed_request_gives_its_place_back() -> None:
    clock = VirtualClock()
    pace, begun = paced(clock), clock.now()
    for _ in range(3 * PLACES):
        with pytest.raises(OSError, match="reset"), pace.turn():
            raise OSError("reset")
    assert clock.now() - begun < LIMITS.seconds_in_flight
