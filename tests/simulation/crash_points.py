"""A worker dies at the numbered points of a story: before and after each write, each POST and each poll.

Over the database each statement that writes is a point of its own, and the moments before and after each commit.
"""

from collections.abc import Callable, Iterable, Sequence
from random import Random  # noqa: TID251 - the class, for seeded generators

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


def all_of(names: Sequence[str]) -> Iterable[int]:
    """Return the number of every point, from 1."""
    return range(1, len(names) + 1)


def first_and_last_of_each(names: Sequence[str]) -> Iterable[int]:
    """Return the numbers of the points at which something is written for the first time in a story, and the last."""
    first = {name: number for number, name in reversed([*enumerate(names, 1)])}
    last = {name: number for number, name in enumerate(names, 1)}
    return sorted({*first.values(), *last.values()})


def die(
    story: str, live: Live, at: Callable[[Sequence[str]], Iterable[int]] = all_of
) -> tuple[list[str], int]:
    """Let a worker die at one point of a story after the other, in a world each.

    Return the names of the story's points and how many deaths there were; raises what broke, with the line that
    repeats it as a note.
    """
    names = live(STORIES[story], 0).stats.points
    deaths = 0
    for point in at(names):
        try:
            died = live(STORIES[story], point).stats.crashes
        except Exception as broken:
            broken.add_note(f"STORY={story!r} DIE_AT={point} of {len(names)}: {names[point - 1]}")
            raise
        if died != 1:
            raise AssertionError(f"STORY={story!r} DIE_AT={point}: {died} deaths")
        deaths += died
    return names, deaths
