"""A worker dies at every numbered point in turn: before and after each write, each POST and each poll."""

from random import Random  # noqa: TID251 - the class, for seeded generators

import pytest

from tests.simulation.weather import Shape, Weather
from tests.simulation.world import World

STORIES = {
    "three batches": Shape(people=9, rows=3, runs=1),
    "a delta": Shape(people=9, rows=3, runs=2),
    "leavers": Shape(people=9, rows=3, runs=2, mark=True),
    "poison": Shape(people=9, rows=3, runs=1, weather=Weather(poison=0.2, base=None)),
    "two exports": Shape(people=6, rows=3, runs=1, exports=2),
}


def lived(story: str, die_at: int = 0) -> World:
    world = World(STORIES[story], Random(5), die_at=die_at)
    world.live()
    return world


@pytest.mark.parametrize("story", STORIES)
def test_a_death_at_any_point_breaks_no_promise(story: str) -> None:
    """I-15, and all that is always checked."""
    points = len(lived(story).stats.points)
    assert points > 40
    deaths = 0
    for point in range(1, points + 1):
        try:
            deaths += lived(story, point).stats.crashes
        except Exception as broken:
            broken.add_note(f"STORY={story!r} DIE_AT={point} of {points}")
            raise
    assert deaths == points
