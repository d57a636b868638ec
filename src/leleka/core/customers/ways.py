"""Which rows belong to a profile: along relationships to the tables of which many rows belong to one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from leleka.core.columns import Catalogue, Column

MOST_HOPS: Final = 4


@dataclass(frozen=True, slots=True)
class Way:
    """A hop: rows of ``table`` whose ``column`` is the ``parent_column`` of a row of ``parent``."""

    relationship: str
    table: str
    column: Column
    parent: str
    parent_column: Column
    hops: int


def ways(catalogue: Catalogue) -> Sequence[Way]:
    """Return the hops to all tables with rows of profiles, the nearest first: each relationship and each table once."""
    found: list[Way] = []
    seen, ahead = {catalogue.profiles}, [catalogue.profiles]
    for hops in range(1, MOST_HOPS + 1):
        here = [way for parent in ahead for way in _to(catalogue, parent, hops) if way.table not in seen]
        found += here
        ahead = sorted({way.table for way in here})
        seen |= set(ahead)
    return found


def _to(catalogue: Catalogue, parent: str, hops: int) -> Iterator[Way]:
    for name, one in sorted(catalogue.relationships.items()):
        if one.to_table != parent or one.table not in catalogue.tables:
            continue
        column = catalogue.tables[one.table].column(one.column)
        to_column = catalogue.tables[parent].column(one.to_column)
        if column is not None and to_column is not None:
            yield Way(name, one.table, column, parent, to_column, hops)
