"""A delivery, and moments that a wrong clock wrote down."""

from dataclasses import replace

import pytest

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
