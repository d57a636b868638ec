from threading import Thread

import pytest

from leleka.core.ports.outbox import LeaseLost, RunCanceled
from leleka.engine.attentive_clock import AttentiveClock
from tests.fakes.clock import VirtualClock


def test_a_wait_keeps_the_lease_twice_a_second_and_lasts_as_long_as_asked() -> None:
    clock, looks = VirtualClock(), list[float]()
    AttentiveClock(clock, lambda: looks.append(clock.monotonic())).sleep(1.25)
    assert clock.monotonic() == 1.25
    assert looks == [0.0, 0.5, 1.0, 1.25]


def test_a_cancel_ends_a_wait_of_minutes_at_the_next_look() -> None:
    """I-14."""
    clock = VirtualClock()
    with pytest.raises(RunCanceled):
        AttentiveClock(clock, lambda: clock.monotonic() >= 2).sleep(900)
    assert clock.monotonic() == 2


def test_whoever_lost_the_lease_waits_no_longer() -> None:
    clock = VirtualClock()

    def lost() -> None:
        raise LeaseLost

    with pytest.raises(LeaseLost):
        AttentiveClock(clock, lost).sleep(900)
    assert clock.monotonic() == 0


def test_a_thread_of_the_run_waits_as_on_any_clock() -> None:
    """It has another connection to the database, and nobody to hear what it raises."""
    clock = VirtualClock()
    one = AttentiveClock(clock, lambda: True)
    other = Thread(target=one.sleep, args=(3.0,))
    other.start()
    other.join()
    assert clock.monotonic() == 3
