"""Runs that end before the remote side has finished: what it confirms later enters the ledger once, and
correctly.
"""

from random import Random  # noqa: TID251 - the class, for seeded generators

import pytest

from tests.simulation.database import premises, shaped
from tests.simulation.weather import Shape, Weather

SLOW = Weather(delay=5_000.0, row_failed=0.2, failed=0.2, edit_meanwhile=0.01)
TWO = Shape(
    people=4, rows=2, exports=2, runs=4, weather=Weather(delay=3_000.0, pause=0.05, edit_meanwhile=0.01)
)
SHAPE = Shape(people=6, rows=3, runs=4, weather=SLOW)


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.short("5")
@pytest.mark.parametrize("seed", range(6))
def test_what_is_confirmed_late_is_what_the_far_side_holds(seed: int) -> None:
    """I-5, I-6, I-7 (fault 34)."""
    with premises() as tap:
        world = shaped(SHAPE, Random(seed), None, tap)
        world.live()
    assert "before late poll" in world.stats.points


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.short("6")
@pytest.mark.parametrize("seed", [6, 16, 38])
def test_who_stands_still_with_a_late_confirmation_does_not_undo_what_settled_meanwhile(seed: int) -> None:
    """I-6: in these worlds a worker sleeps between reading the ledger and the commit."""
    with premises() as tap:
        world = shaped(TWO, Random(seed), None, tap)
        world.live()
    assert "before late commit" in world.stats.points
