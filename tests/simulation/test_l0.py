"""L0: production delivery over an outbox, a warehouse and a destination in memory."""

import pytest

from tests.simulation.runner import campaign, live
from tests.simulation.seeds import FOUND

SEEDS = 100  # the first of the many that ``make proof`` lives through
_PARTS = 2


@pytest.mark.slow
@pytest.mark.parametrize("part", range(_PARTS))
def test_no_promise_is_broken_in_any_world(part: int) -> None:
    """I-1 to I-9, I-12 to I-16, I-18, I-20 to I-22."""
    result = campaign("l0", range(part, SEEDS, _PARTS), tell=print)
    assert result.violations == []
    assert result.crashes > 0
    assert result.pauses > 0


@pytest.mark.parametrize("seed", FOUND["l0"])
def test_what_was_found_once_stays_mended(seed: int) -> None:
    assert live("l0", seed)[1] == ""
