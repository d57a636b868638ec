"""People who change: names, joining, leaving, unsubscribing, asking to be left alone."""

from random import Random  # noqa: TID251 - the class, for seeded generators
from typing import TYPE_CHECKING

from tests.simulation.weather import Shape

if TYPE_CHECKING:
    from tests.simulation.warehouse import Values
    from tests.simulation.world import World


class Crowd:
    """``members`` maps each export to its people; the remote side refuses whole requests for those in
    ``poison``.
    """

    def __init__(self, shape: Shape, chance: Random, exports: list[str]) -> None:
        self._chance = chance
        self._number = shape.people
        everybody = {self.address(number): (f"Name {number}",) for number in range(shape.people)}
        self.members: dict[str, dict[str, Values]] = {name: dict(everybody) for name in exports}
        self.poison = {one for one in everybody if chance.random() < shape.weather.poison}
        self.past: dict[str, list[Values]] = {}

    @staticmethod
    def address(number: int) -> str:
        return f"p{number}@example.test"

    def change(self, world: "World", most: int = 8) -> None:
        for _ in range(self._chance.randrange(most + 1)):
            self._one(world)

    def sign_up(self, world: "World", chance: Random) -> None:
        """One of those we know, or of those to come, signs up at the list, or confirms it."""
        world.oracle.sign_up(self.address(chance.randrange(self._number + 3)))

    def _one(self, world: "World") -> None:
        chance = self._chance
        people = world.warehouses[chance.choice(sorted(world.warehouses))].people
        what = chance.random()
        if what < 0.2 or not people:
            self._number += 1
            people[self.address(self._number)] = (f"Name {self._number}",)
            return
        address = chance.choice(list(people))
        if what < 0.6:
            self.past.setdefault(address, []).append(people[address])
            people[address] = (f"Name {chance.randrange(10_000)}",)
        elif what < 0.7 and address in self.past:
            people[address] = chance.choice(self.past[address])
        elif what < 0.85:
            self.past.setdefault(address, []).append(people.pop(address))
        elif what < 0.9:
            world.oracle.unsubscribe(address)
        elif what < 0.93:
            world.oracle.suppress(address)
        else:
            gone = [one for one in self.past if one not in people]
            if gone:
                back = chance.choice(gone)
                people[back] = self.past[back][-1]
