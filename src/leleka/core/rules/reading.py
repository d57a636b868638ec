"""The state of reading a rule: the catalogue, the position in it and in the data, the problems so far."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from leleka.core.columns import Catalogue, Table
from leleka.errors import Problem

Keys: TypeAlias = Mapping[str, object]

MOST_CONDITIONS = 2_000
NOTHING = object()  # what a key is that is not there
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Place:
    """The parser's position: in the data, in the catalogue, and how deep.

    ``of_profiles`` is false for the rows that a relationship leads to, even where they are profiles.
    """

    where: str
    table: Table
    depth: int = 1
    hops: int = 0
    of_profiles: bool = True

    def inside(self, suffix: str) -> "Place":
        return replace(self, where=self.where + suffix, depth=self.depth + 1)

    def led(self, suffix: str, table: Table, hops: int) -> "Place":
        """Return the place of a rule about the rows of ``table``, so many relationships further on."""
        there = self.inside(suffix)
        return replace(there, table=table, hops=self.hops + hops, of_profiles=False)


@dataclass(slots=True)
class Reading:
    """The catalogue, the problems so far, how much was read."""

    catalogue: Catalogue
    problems: list[Problem] = field(default_factory=list)
    conditions: int = 0
    too_large: bool = False

    def problem(self, key: str, where: str, **params: Any) -> None:
        self.problems.append(Problem(key, where, params))

    def unexpected(self, data: Keys, known: Iterable[str], where: str) -> bool:
        """Report the keys that are not ``known``."""
        allowed = list(known)
        extra = [key for key in data if key not in allowed]
        for key in extra:
            self.problem("RULE_SHAPE.unknown", where, name=shortened(key), near=nearest(key, allowed))
        return bool(extra)

    def count(self, place: Place) -> None:
        """Count everything that is not a group, right or wrong: YAML aliases can expand to more rules than there
        is time for.
        """
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS and not self.too_large:
            self.too_large = True
            self.problem("RULE_TOO_LARGE.conditions", place.where, most=MOST_CONDITIONS)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was probably meant; "" where none is near."""
    candidates = list(known)
    folded = [candidate for candidate in candidates if candidate.casefold() == name.strip().casefold()]
    close = folded or difflib.get_close_matches(name[:_LONGEST_NAME], candidates, n=1)
    return shortened(close[0]) if close else ""


def quoted(name: str) -> str:
    return f"'{shortened(name)}'"


def shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"
