"""A source that is read by what changed: the rows that came join those that were there, by the key.

Rows that are gone at the source stay until it is read whole again: nothing that came says which they are.
"""

from datetime import date, datetime, timedelta
from typing import Final

from sqlglot import exp

from leleka.core.columns import Column, ColumnType, Table
from leleka.errors import NeedsAttention
from leleka.warehouse.engines.port import Engine, StorageError
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.sql.tables import column, parquet

_OVERLAP: Final = timedelta(minutes=15)
_OVERLAP_DATES: Final = timedelta(days=1)
_OVERLAP_NUMBERS: Final = 1_000


def new_rows(session: Engine, table: Table, before: Snapshot, came: Snapshot) -> int:
    """Return how many of the rows that came differ from what is there: those at the last mark come every time."""
    differing = exp.except_(_rows(table, came), _rows(table, before))
    return int(session.row(exp.select(exp.Count(this=exp.Star())).from_(differing.subquery("differing")))[0])


def merge(
    session: Engine, lake: Lake, table: Table, before: Snapshot, came: Snapshot
) -> tuple[Snapshot, int]:
    """Return the snapshot of ``before`` with the rows that came in place of those with the same key."""
    key = table.primary_key or ""
    same = exp.EQ(this=column(key, "came"), expression=column(key, "before"))
    replaced = exp.select(exp.Literal.number(1)).from_(parquet(came.files, "came")).where(same)
    kept = _rows(table, before, "before").where(exp.Not(this=exp.Exists(this=replaced)))
    try:
        with lake.write("sources", table.name) as snapshot:
            rows = session.write(exp.union(kept, _rows(table, came), distinct=False), snapshot.file("rows"))
    except (StorageError, OSError) as error:
        raise NeedsAttention("LAKE_UNWRITABLE", where=table.name) from error
    return lake.open(snapshot.reference), rows


def mark(session: Engine, snapshot: Snapshot, by: Column, began: datetime) -> str:
    """Return from where the next reading goes on, as text: a whole number, or a date or moment in ISO form; "" of none.

    It lies before the greatest value, as what was written earlier may be committed later; rows that come twice are
    merged. What lies after ``began``, the start of the reading, does not count: a date far ahead would hide what comes.
    """
    rows = exp.select(exp.cast(exp.Max(this=column(by.name)), "VARCHAR")).from_(parquet(snapshot.files))
    if by.type is not ColumnType.INTEGER:
        latest = exp.cast(exp.Literal.string(began.strftime("%Y-%m-%d %H:%M:%S")), "TIMESTAMP")
        rows = rows.where(exp.LTE(this=exp.cast(column(by.name), "TIMESTAMP"), expression=latest))
    (found,) = session.row(rows)
    return _earlier(str(found), by.type) if found is not None else ""


def _earlier(value: str, kind: ColumnType) -> str:
    if kind is ColumnType.INTEGER:
        return str(int(value) - _OVERLAP_NUMBERS)
    if kind is ColumnType.DATE:
        return (date.fromisoformat(value) - _OVERLAP_DATES).isoformat()
    return (datetime.fromisoformat(value) - _OVERLAP).isoformat(" ")


def _rows(table: Table, snapshot: Snapshot, alias: str | None = None) -> exp.Select:
    return exp.select(*(column(one.name, alias) for one in table.columns)).from_(
        parquet(snapshot.files, alias)
    )
