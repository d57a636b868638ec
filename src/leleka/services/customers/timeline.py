"""The rows that belong to a customer, of all tables that lead to the profiles, as one list by time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil
from typing import Any, Final

from leleka.core.columns import Table
from leleka.core.customers.columns import time_column
from leleka.core.customers.ways import Way, ways
from leleka.services.customers import indexing
from leleka.services.customers.contracts import RelatedRow, RelatedTable, Timeline
from leleka.services.customers.finding import Reader
from leleka.services.customers.origins import origin_of
from leleka.services.installation import lake_sessions
from leleka.services.sources import catalogue
from leleka.state.models import Source
from leleka.warehouse.customers import lookups
from leleka.warehouse.customers.lookups import Row
from leleka.warehouse.engines.port import Engine

MOST: Final = 300  # rows of a table: the last ones of it
A_PAGE: Final = 25
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows of a table; ``more``: it has more of them than are read."""

    source: Source
    table: Table
    rows: Sequence[Row]
    more: bool


def of(session: Engine, reader: Reader, row: Row, *, table: str, page: int) -> Timeline:
    """Return a page of the rows, of one table where it is named."""
    found = list(_found(session, reader.profiles, row))
    chosen = [one for one in found if table in {"", one.source.name}]
    entries = sorted(
        ((at, one, line) for one in chosen for at, line in _timed(one)),
        key=lambda entry: (entry[0], entry[2].number),
        reverse=True,
    )
    pages = max(1, ceil(len(entries) / A_PAGE))
    page = min(max(1, page), pages)
    shown = entries[(page - 1) * A_PAGE : page * A_PAGE]
    return Timeline(
        tuple(RelatedTable(one.source.name, len(one.rows), one.more, origin_of(one.source)) for one in found),
        table,
        tuple(_entry(reader, one, line) for _, one, line in shown),
        page,
        pages,
        reader.masked,
    )


def _found(session: Engine, profiles: str, row: Row) -> Iterator[_Found]:
    """Follow the ways from the customer's row, a table after the other."""
    known = catalogue.of_files()
    sources = {one.name: one for one in Source.objects.all()}
    parents: dict[str, list[Mapping[str, Any]]] = {profiles: [row.values]}
    numbers: dict[str, set[int]] = {}
    for way in ways(known):
        there = sources[way.table]
        keys = _keys(way, parents.get(way.parent, ()))
        if not keys or not lake_sessions.lake().is_sound(there.snapshot):
            continue
        found, known_rows = _rows(session, there, way, keys), numbers.setdefault(way.table, set())
        fresh = [one for one in found if one.number not in known_rows]
        known_rows |= {one.number for one in fresh}
        parents.setdefault(way.table, []).extend(one.values for one in fresh)
        if fresh:
            yield _Found(there, known.tables[way.table], fresh[:MOST], len(found) > MOST)


def _rows(session: Engine, source: Source, way: Way, keys: Sequence[str]) -> Sequence[Row]:
    """Return the last rows of a table that have one of these keys, one more than is shown where there are so many."""
    snapshot, key = lake_sessions.lake().open(source.snapshot), indexing.key_of(way)
    index = indexing.current(source, indexing.key_index(way))
    numbers = lookups.numbers_of(session, lookups.Keyed(snapshot, key, index), keys, MOST + 1)
    columns = [name for name, _ in source.columns]
    return lookups.rows(session, snapshot, numbers, columns, key)


def _keys(way: Way, rows: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """Return the texts of the keys by which rows belong to these of the parent."""
    values = [row.get(way.parent_column.name) for row in rows]
    as_number = indexing.key_of(way).as_number
    texts = [_text(float(value) if as_number else value) for value in values if value is not None]
    return list(dict.fromkeys(texts))


def _text(value: object) -> str:
    """Return a value as the engine writes it as a text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}".rstrip("0").rstrip(".")
    return str(value)


def _timed(found: _Found) -> Iterator[tuple[datetime, Row]]:
    name = time_column(found.table)
    for row in found.rows:
        yield _moment(row.values[name] if name else None), row


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return _NEVER


def _entry(reader: Reader, found: _Found, row: Row) -> RelatedRow:
    table, time = found.source.name, time_column(found.table)
    values = tuple(
        (name, text)
        for name, value in row.values.items()
        if name != time and (text := reader.text(name, value, table))
    )
    return RelatedRow(table, reader.text(time, row.values[time], table) if time else "", values)
