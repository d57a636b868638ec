"""What a measure can be made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from leleka.core.columns import Catalogue, Column
from leleka.errors import LelekaError
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.sources import catalogue

_LONGEST: Final = 3  # relationships: more are written in a definitions file
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class MeasureChoices:
    """``paths`` lead from the profiles, by the names of relationships, to a table; ``columns`` are those of each table,
    ``profiles`` is the name of theirs.
    """

    profiles: str = ""
    paths: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    columns: Mapping[str, Sequence[Column]] = field(default_factory=dict)


def choices(actor: Actor) -> MeasureChoices:
    require(actor, Permission.EDIT_SEGMENTS)
    try:
        known = catalogue.of_files()
    except LelekaError:
        return MeasureChoices()  # without profiles there is nothing to measure yet
    paths = dict(list(_paths(known))[:_MOST])
    columns = {name: table.columns for name, table in known.tables.items()}
    return MeasureChoices(known.profiles, paths, columns)


def _paths(known: Catalogue) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the ways from the profiles, the shortest first; none uses a relationship twice."""
    ahead: list[tuple[tuple[str, ...], str]] = [((), known.profiles)]
    while ahead:
        path, here = ahead.pop(0)
        if path:
            yield path, here
        if len(path) == _LONGEST:
            continue
        for one in sorted(known.relationships.values(), key=lambda found: found.name):
            ends = {one.table, one.to_table}
            if one.name in path or here not in ends or not ends <= known.tables.keys():
                continue
            ahead.append(((*path, one.name), one.table if here == one.to_table else one.to_table))
