"""Judging the rows of a source by its expectations: how many break each of them, and which are the first of those."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlglot import exp

from leleka.core.columns import Table
from leleka.core.quality.model import Expectation, Kind
from leleka.warehouse.engines.port import Engine, counted
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.sql.expectations import TIMES, Moment, broken, is_repeated, newest, repeated
from leleka.warehouse.sql.tables import column, count_where, parquet

__all__ = ("Finding", "Moment", "examples", "judge")
_NUMBER: Final = "leleka_place"
_KEY: Final = "leleka_key"
_VALUE: Final = "leleka_value"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one expectation: how many rows break it; of a freshness, the newest value that is not ahead."""

    rows: int = 0
    newest: date | datetime | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A row that breaks an expectation: its number in the order in which rows were read, from 1, its key and value."""

    number: int
    key: Any
    value: Any


def judge(
    session: Engine, rows: Snapshot, table: Table, expectations: Sequence[Expectation], moment: Moment
) -> tuple[int, Sequence[Finding]]:
    """Return how many rows there are, and what was found of each expectation, in one query.

    Those of the number of rows, and of the time of files, find nothing in the rows.
    """
    asked = [_asked(rows, table, one, moment) for one in expectations]
    columns = [exp.Count(this=exp.Star()), *(one for one in asked if one is not None)]
    total, *found = session.row(exp.select(*columns).from_(parquet(rows.files)))
    values = iter(found)
    return int(total), [
        Finding() if query is None else _finding(one, next(values))
        for one, query in zip(expectations, asked, strict=True)
    ]


def examples(
    session: Engine, rows: Snapshot, table: Table, one: Expectation, *, moment: Moment, most: int
) -> Sequence[Example]:
    """Return the first rows that break an expectation."""
    wanted = is_repeated(rows.files, table, one) if one.kind is Kind.UNIQUE else broken(table, one, moment)
    key = column(table.primary_key) if table.primary_key else exp.null()
    names = dict.fromkeys((*one.columns, table.primary_key or one.column))
    numbered = exp.select(
        *map(column, names),
        exp.alias_(counted(exp.Literal.number(1)), _NUMBER, quoted=True),
    ).from_(parquet(rows.files))
    query = (
        exp.select(
            column(_NUMBER),
            exp.alias_(key, _KEY, quoted=True),
            exp.alias_(column(one.column), _VALUE, quoted=True),
        )
        .from_(numbered.subquery("numbered"))
        .where(wanted)
        .order_by(column(_NUMBER))
        .limit(most)
    )
    return [Example(int(number), told, value) for number, told, value in session.rows(query)]


def _asked(rows: Snapshot, table: Table, one: Expectation, moment: Moment) -> exp.Expr | None:
    if one.kind is Kind.ROWS or not one.column:
        return None
    if one.kind is Kind.FRESH:
        return newest(table, one.column, moment)
    if one.kind is Kind.UNIQUE:
        values = repeated(rows.files, table, one).subquery("repeated")
        return exp.select(exp.Sum(this=column(TIMES))).from_(values).subquery()
    return count_where(broken(table, one, moment))


def _finding(one: Expectation, value: Any) -> Finding:
    return Finding(newest=value) if one.kind is Kind.FRESH else Finding(rows=int(value or 0))
