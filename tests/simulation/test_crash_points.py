"""A worker dies at every numbered point in turn: before and after each write, each POST and each poll.

Over the database each statement that writes is a point of its own, and the moments before and after each commit.
"""

from collections.abc import Callable
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
IN_THE_DATABASE = ("three batches", "a delta", "leavers")
Live = Callable[[Shape, int], World]


def in_memory(shape: Shape, die_at: int) -> World:
    world = World(shape, Random(5), die_at=die_at)
    world.live()
    return world


def in_the_database(shape: Shape, die_at: int) -> World:
    from tests.simulation.database import premises, shaped  # noqa: PLC0415 - needs a database

    with premises() as tap:
        world = shaped(shape, Random(5), None, tap, die_at)
        world.live()
        return world


def dies_everywhere(story: str, live: Live) -> list[str]:
    """Let it die at each point of a story; return the names of the points."""
    names = live(STORIES[story], 0).stats.points
    deaths = 0
    for point, name in enumerate(names, 1):
        try:
            deaths += live(STORIES[story], point).stats.crashes
        except Exception as broken:
            broken.add_note(f"STORY={story!r} DIE_AT={point} of {len(names)}: {name}")
            raise
    assert deaths == len(names)
    return names


@pytest.mark.parametrize("story", STORIES)
def test_a_death_at_any_point_breaks_no_promise(story: str) -> None:
    """I-15, and all that is always checked."""
    assert len(dies_everywhere(story, in_memory)) > 40


@pytest.mark.slow
@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("story", IN_THE_DATABASE)
def test_a_death_at_any_statement_or_commit_breaks_no_promise(story: str) -> None:
    """I-15 over SQL: a transaction that was not committed never happened."""
    names = dies_everywhere(story, in_the_database)
    assert names.count("before COMMIT") == names.count("after COMMIT") > 20
    assert {
        "before POST",
        "before poll",
        'before INSERT "state_attempt"',
        'before UPDATE "state_run"',
    } <= set(names)
