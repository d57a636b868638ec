"""A delivery, and moments that a wrong clock wrote down."""

from dataclasses import replace

import pytest

from tests.fakes.clock import START
from tests.unit.engine.delivering import names, scene


@pytest.mark.parametrize("ahead", [2 * 3600.0, 3 * 86_400.0])
@pytest.mark.parametrize("paused", [True, False])
def test_a_moment_that_a_wrong_clock_set_holds_nothing_up(paused: bool, ahead: float) -> None:
    """Fault 58: neither sleeping nor, which time that runs on within a step once made of it, by asking for ever."""
    stage = scene(500)
    outbox = stage.plan()
    wrong = stage.clock.now() + ahead
    account = stage.store.account
    stage.store.account = (
        replace(account, paused_until=wrong) if paused else replace(account, next_send_at=wrong)
    )
    begun = stage.clock.monotonic()
    delivery = stage.delivery(outbox)
    for _ in range(1000):
        if delivery.done():
            break
        delivery.step()
    assert stage.arrived() == names(500)
    assert stage.clock.monotonic() - begun < 60


@pytest.mark.parametrize("step", [-7200.0, -START, 15 * 365 * 86_400.0])
@pytest.mark.parametrize("at", [1, 3, 6])
def test_a_clock_that_is_set_in_the_middle_repeats_and_holds_up_nothing(step: float, at: int) -> None:
    """Faults 58 and I-3: two hours back, to 1970, to 2038; and right again after a while."""
    stage = scene(1500)
    delivery = stage.delivery(stage.plan())
    begun = stage.clock.monotonic()
    for number in range(1000):
        if delivery.done():
            break
        if number in {at, at + 3}:
            stage.clock.step_wall(step if number == at else -step)
        delivery.step()
    assert stage.arrived() == names(1500)
    assert len({body.sha256 for body in stage.destination.sent}) == len(stage.destination.sent) == 6
    assert stage.clock.monotonic() - begun < 120
