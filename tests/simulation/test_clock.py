"""A clock that said 1970 or 2038, and was corrected: nothing waits until then (fault 58)."""

from dataclasses import replace
from random import Random  # noqa: TID251 - the class, for seeded generators

import pytest

from tests.fakes.clock import START
from tests.simulation.database import premises, shaped
from tests.simulation.office import LEASE
from tests.simulation.weather import Shape, Weather
from tests.simulation.world import World

SEEDS = 20
SHAPE = Shape(
    people=12, rows=3, runs=3, weather=Weather(throttled=0.1, lost_reply=0.2, clock=0.05, years=(1970, 2038))
)


def test_an_account_does_not_wait_for_the_year_2038() -> None:
    """I-16: neither for its pace nor for a pause; and I-18 holds meanwhile."""
    for seed in range(SEEDS):
        World(SHAPE, Random(seed), Random(seed)).live()


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("years", [(2038,), SHAPE.weather.years])
def test_nor_does_it_in_the_database(years: tuple[int, ...]) -> None:
    shape = replace(SHAPE, weather=replace(SHAPE.weather, years=years))
    for seed in range(SEEDS // 5):
        with premises() as tap:
            shaped(shape, Random(seed), Random(seed), tap).live()


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("step", [3600.0, -3600.0, -START])
def test_a_worker_knows_its_lease_whatever_the_wall_clock_says(step: float) -> None:
    """I-12: a lease that seems longer than it is would let a worker send that others have given up."""
    with premises() as tap:
        world = shaped(Shape(), Random(1), None, tap)
        world.office.new_run("run", world.exports[0])
        claimed = world.office.claim("run", previous_is_dead=False)
        assert claimed is not None
        world.clock.step_wall(step)
        world.clock.sleep(45.0)
        assert claimed[1].lease_left() == pytest.approx(LEASE - 45.0, abs=0.001)
