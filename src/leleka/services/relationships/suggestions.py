"""Relationships that there could be: by the names of columns, and by how many of their values find a row."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leleka.core.columns import NUMERIC, Column, ColumnType, Table
from leleka.core.messages import Message
from leleka.services.installation import lake_sessions
from leleka.services.sources import catalogue
from leleka.services.sources.loading import Say
from leleka.state.models import RelationshipRow, Source
from leleka.warehouse import catalogue as warehouse_catalogue

_LEAST: Final = 0.5  # of the values find a row
_PLAIN: Final = re.compile(r"[^0-9a-zа-яіїєґ]+")
_MISTAKEN: Final = frozenset({ColumnType.INTEGER, ColumnType.TEXT})  # digits are read as either
_GENERIC: Final = frozenset({"id", "key", "code", "number", "no", "uuid", "guid", "ід", "код", "номер"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column of ``table`` that by its name leads to the key of ``to``."""

    table: Table
    column: Column
    to: Table
    to_column: Column

    @property
    def alike(self) -> bool:
        """Return whether the types are such that a relationship can go by them."""
        here, there = self.column.type, self.to_column.type
        return here is there or (here in NUMERIC and there in NUMERIC)


def suggest(say: Say) -> dict[str, Any]:
    """Return the candidates whose values match, the best first, as plain data.

    ``unlike`` are those that would match if both columns had the same type.
    """
    sources = [row for row in Source.objects.order_by("name") if row.snapshot]
    snapshots = {row.name: row.snapshot for row in sources}
    rows = list(RelationshipRow.objects.all())
    known = {(row.table, row.column, row.to_table) for row in rows}
    lake, matching = lake_sessions.lake(), list[tuple[Candidate, int, int]]()
    with lake_sessions.session() as session:
        for one in candidates([catalogue.table_of(row) for row in sources]):
            if (one.table.name, one.column.name, one.to.name) in known:
                continue
            say(Message("COMPARING_TABLES", table=one.table.name, other=one.to.name))
            filled, matched, doubled = warehouse_catalogue.matching(
                session,
                lake.open(snapshots[one.table.name]),
                one.column.name,
                lake.open(snapshots[one.to.name]),
                one.to_column.name,
            )
            if filled and matched / filled >= _LEAST and not doubled:
                matching.append((one, filled, matched))
    found = [told for told in matching if told[0].alike]
    ways = [(row.table, row.to_table) for row in rows]
    ways += [(one.table.name, one.to.name) for one, _, _ in found]
    far = distances([row.name for row in sources if row.is_profiles], ways)
    names = {row.name for row in rows}
    told = [_told(one, filled, matched, far, names) for one, filled, matched in found]
    unlike = [_unlike(one, filled, matched) for one, filled, matched in matching if not one.alike]
    return {"suggestions": sorted(told, key=lambda one: (-one["share"], one["table"])), "unlike": unlike}


def distances(begin: Iterable[str], ways: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """Return how many relationships tables are away from where one begins."""
    near: dict[str, set[str]] = {}
    for one, other in ways:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    found = dict.fromkeys(begin, 0)
    front = sorted(found)
    while front:
        reached = {other for name in front for other in near.get(name, ()) if other not in found}
        found |= dict.fromkeys(reached, found[front[0]] + 1)
        front = sorted(reached)
    return found


def candidates(tables: Iterable[Table]) -> Iterable[Candidate]:
    """Yield pairs of columns whose names say that they belong together."""
    known = list(tables)
    for table in known:
        for to in known:
            key = to.column(to.primary_key or "")
            if table is to or key is None:
                continue
            for column in table.columns:
                one = Candidate(table, column, to, key)
                if _belongs(column, to, key) and (one.alike or {column.type, key.type} <= _MISTAKEN):
                    yield one


def _belongs(column: Column, to: Table, key: Column) -> bool:
    name, wanted, called = _plain(column.name), _plain(key.name), _plain(to.name)
    singular = {called, called.removesuffix("s"), called.removesuffix("es"), re.sub("ies$", "y", called)}
    if name == wanted and wanted not in _GENERIC:
        return True
    endings = {wanted, *(word for word in _GENERIC if wanted.endswith(word))}
    return any(name in {one + ending for ending in endings} for one in singular)


def _plain(name: str) -> str:
    return _PLAIN.sub("", name.lower())


def _unlike(one: Candidate, rows: int, matched: int) -> dict[str, Any]:
    return {
        "table": one.table.name,
        "column": one.column.name,
        "type": one.column.type.value,
        "to_table": one.to.name,
        "to_column": one.to_column.name,
        "to_type": one.to_column.type.value,
        "share": matched / rows,
    }


def _told(one: Candidate, rows: int, matched: int, far: Mapping[str, int], names: set[str]) -> dict[str, Any]:
    """Name it as rules read from the profiles: customers with purchases, purchases with stores."""
    table, to = one.table.name, one.to.name
    away = table if far.get(table, 0) >= far.get(to, 0) else to
    wanted = (away, f"{table} {one.column.name}"[:200], f"{table} {one.column.name} {to}"[:200])
    called = next((name for name in wanted if name not in names), wanted[-1])
    names.add(called)
    return {
        "name": called,
        "table": table,
        "column": one.column.name,
        "to_table": to,
        "to_column": one.to_column.name,
        "rows": rows,
        "matched": matched,
        "share": matched / rows,
    }
