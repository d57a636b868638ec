"""Ways from one table to another: the relationships that are named, or the only ones that lead there."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from leleka.core.columns import Catalogue, Relationship, Table
from leleka.core.rules.model import Hop
from leleka.core.rules.reading import Reading, nearest, quoted, shortened
from leleka.core.rules.values import kind_of

MOST_HOPS: Final = 20
_MOST_CHOICES: Final = 8
_MOST_TRIED: Final = 10_000


def read_hop(reading: Reading, name: object, table: Table, where: str) -> Hop | None:
    """Read the relationship ``name`` as a way from the rows of ``table``."""
    here = table.name
    known = reading.catalogue.relationships
    found = known.get(name) if isinstance(name, str) else None
    if found is None or here not in {found.to_table, found.table}:
        shown = quoted(name) if isinstance(name, str) else kind_of(name)
        near = [other.name for other in known.values() if here in {other.to_table, other.table}]
        reading.problem("RULE_UNKNOWN_RELATIONSHIP", where, name=shown, table=shortened(here), known=near)
        return None
    return _checked_hop(reading, found, _ends(found, here), where)


def read_rows_of(reading: Reading, name: object, table: Table, where: str) -> tuple[Hop, ...] | None:
    """Find the only path from the rows of ``table`` to those of the table ``name``."""
    tables = reading.catalogue.tables
    if not isinstance(name, str) or name not in tables:
        shown = quoted(name) if isinstance(name, str) else kind_of(name)
        near = nearest(name, tables) if isinstance(name, str) else ""
        reading.problem("RULE_UNKNOWN_TABLE", where, name=shown, near=near)
        return None
    paths = list(islice(paths_between(reading.catalogue, table.name, name), _MOST_CHOICES + 1))
    if len(paths) == 1:
        return _hops(reading, paths[0], table, where)
    if not paths:
        reading.problem("RULE_UNKNOWN_TABLE.path", where, name=shortened(name), table=shortened(table.name))
    else:
        choices = [f"[{', '.join(map(shortened, path))}]" for path in paths[:_MOST_CHOICES]]
        reading.problem("RULE_SEVERAL_PATHS", where, name=shortened(name), choices=choices)
    return None


def paths_between(catalogue: Catalogue, table: str, to: str) -> Iterator[tuple[str, ...]]:
    """Yield the names of the relationships of each path that comes to no table twice, the shortest first."""
    ahead: list[tuple[str, tuple[str, ...], frozenset[str]]] = [(table, (), frozenset({table}))]
    for here, path, seen in islice(_growing(ahead), _MOST_TRIED):
        for one in catalogue.relationships.values():
            ends = {one.table, one.to_table}
            if here not in ends:
                continue
            (there,) = ends - {here} or {here}
            if there == to:
                yield (*path, one.name)
            elif there not in seen and len(path) + 1 < MOST_HOPS:
                ahead.append((there, (*path, one.name), seen | {there}))


def _growing(
    ahead: list[tuple[str, tuple[str, ...], frozenset[str]]],
) -> Iterator[tuple[str, tuple[str, ...], frozenset[str]]]:
    place = 0
    while place < len(ahead):
        yield ahead[place]
        place += 1


def _hops(reading: Reading, names: Sequence[str], table: Table, where: str) -> tuple[Hop, ...] | None:
    hops = list[Hop]()
    for name in names:
        hop = read_hop(reading, name, table, where)
        if hop is None:
            return None
        hops.append(hop)
        table = reading.catalogue.tables[hop.table]
    return tuple(hops)


def _ends(relationship: Relationship, here: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return (table, column) of this side and of the other; within one table it leads from one to many."""
    one = (relationship.to_table, relationship.to_column)
    many = (relationship.table, relationship.column)
    return (one, many) if here == relationship.to_table else (many, one)


def _checked_hop(
    reading: Reading, relationship: Relationship, ends: tuple[tuple[str, str], tuple[str, str]], where: str
) -> Hop | None:
    columns = []
    for table_name, column_name in ends:
        table = reading.catalogue.tables.get(table_name)
        column = table.column(column_name) if table else None
        if column is None:
            reading.problem(
                "RULE_UNKNOWN_RELATIONSHIP.column",
                where,
                name=shortened(relationship.name),
                column=shortened(column_name),
                table=shortened(table_name),
            )
            return None
        columns.append(column)
    return Hop(relationship.name, columns[0], ends[1][0], columns[1])
