"""Expectations as conditions over the rows of a source: which rows break them.

A cell is empty where it has no value, blank text, or a number that is none (NaN, an infinity). Only an expectation that
a column is filled is broken by empty cells; the others leave them out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlglot import exp

from leleka.core.columns import ColumnType, Table
from leleka.core.quality.model import TODAY, Expectation, Kind, Scalar
from leleka.warehouse.engines.port import finite
from leleka.warehouse.sql.tables import column, parquet
from leleka.warehouse.sql.values import text_of

TIMES: Final = "times"
_VALUE: Final = "value"
_DAY: Final = timedelta(days=1)
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a reading is judged: the instant in UTC without a zone, and the day it is in the installation."""

    now: datetime
    today: date


def empty(table: Table, name: str) -> exp.Expr:
    """Return the condition that a cell is empty."""
    kind = type_of(table, name)
    if kind is ColumnType.NUMBER:
        known = exp.Coalesce(this=finite(column(name)), expressions=[exp.false()])
        return exp.Not(this=known)
    value = text_of(column(name), kind) if kind is ColumnType.TEXT else column(name)
    return exp.Is(this=value, expression=exp.null())


def broken(table: Table, one: Expectation, moment: Moment) -> exp.Expr:
    """Return the condition of the rows that break an expectation of single cells."""
    is_empty = empty(table, one.column)
    if one.kind is Kind.FILLED:
        return is_empty
    if one.kind is Kind.VALUES:
        kind = type_of(table, one.column)
        listed = column(one.column).isin(*(_literal(value, kind) for value in one.values))
        return exp.and_(exp.Not(this=is_empty), exp.Not(this=exp.paren(listed)))
    outside = exp.or_(*_outside(table, one, moment))
    return exp.and_(exp.Not(this=is_empty), exp.paren(outside))


def filled(table: Table, one: Expectation) -> exp.Expr:
    """Return the condition that a row has a value in each of the columns."""
    return exp.and_(*(exp.Not(this=empty(table, name)) for name in one.columns))


def is_repeated(files: str, table: Table, one: Expectation) -> exp.Expr:
    """Return the condition of the rows whose values another one has, too."""
    several = repeated(files, table, one).subquery("repeated")
    values = compared(table, one)
    query = exp.select(*(column(f"{_VALUE}_{place}") for place in range(len(values)))).from_(several)
    here = exp.Tuple(expressions=values) if one.beside else values[0]
    return exp.and_(filled(table, one), exp.In(this=here, query=query.subquery()))


def compared(table: Table, one: Expectation) -> list[exp.Expr]:
    """Return the values of a row that are unique together, as they are compared: letter for letter, as keys are."""
    texts = [name for name in one.columns if type_of(table, name) is ColumnType.TEXT]
    folded = frozenset(texts if one.ignore_case else ())
    return [exp.Lower(this=column(name)) if name in folded else column(name) for name in one.columns]


def repeated(files: str, table: Table, one: Expectation) -> exp.Select:
    """Return the query of the values that stand in several rows, each with how many these are. A row in which one of
    them is empty has none.
    """
    rows = exp.Count(this=exp.Star())
    values = compared(table, one)
    named = [exp.alias_(value, f"{_VALUE}_{place}", quoted=True) for place, value in enumerate(values)]
    return (
        exp.select(*named, exp.alias_(rows, TIMES, quoted=True))
        .from_(parquet(files))
        .where(filled(table, one))
        .group_by(*(value.copy() for value in values))
        .having(exp.GT(this=rows.copy(), expression=exp.Literal.number(1)))
    )


def newest(table: Table, name: str, moment: Moment) -> exp.Expr:
    """Return the aggregate of the newest value that does not lie ahead: one far ahead would hide that nothing comes."""
    kind = type_of(table, name)
    last = _literal((moment.today if kind is ColumnType.DATE else moment.now).isoformat(), kind)
    known = exp.case().when(exp.LTE(this=column(name), expression=last), column(name))
    return exp.Max(this=known)


def type_of(table: Table, name: str) -> ColumnType:
    """Return the type of a column that is there."""
    found = table.column(name)
    if found is None:
        raise LookupError("the table has no such column")
    return found.type


def _outside(table: Table, one: Expectation, moment: Moment) -> Sequence[exp.Expr]:
    kind, value, found = type_of(table, one.column), column(one.column), list[exp.Expr]()
    low, high = _end(one.low, moment), _end(one.high, moment)
    if low is not None:
        least = math.ceil(float(low)) if kind is ColumnType.INTEGER else low
        found.append(exp.LT(this=value, expression=_literal(least, kind)))
    if high is None:
        return found
    if kind is ColumnType.DATETIME and len(str(high)) == len("2026-01-31"):
        # The whole of the last day is within, by its hours in UTC as rules have it. What has happened by now is never
        # after today, though west of Greenwich it is tomorrow in UTC in the evening.
        after = datetime.combine(date.fromisoformat(str(high)) + _DAY, time())
        if one.high == TODAY:
            after = max(after, moment.now + _INSTANT)
        return [*found, exp.GTE(this=value.copy(), expression=_literal(after.isoformat(" "), kind))]
    most = math.floor(float(high)) if kind is ColumnType.INTEGER else high
    return [*found, exp.GT(this=value.copy(), expression=_literal(most, kind))]


def _end(end: Scalar | None, moment: Moment) -> Scalar | None:
    return moment.today.isoformat() if end == TODAY else end


def _literal(value: Scalar, kind: ColumnType) -> exp.Expr:
    if kind is ColumnType.BOOLEAN:
        return exp.true() if value else exp.false()
    if kind is ColumnType.INTEGER and float(value) == math.floor(float(value)):
        return exp.cast(exp.Literal.string(str(int(value))), "bigint")
    if kind in {ColumnType.INTEGER, ColumnType.NUMBER}:
        return exp.cast(exp.Literal.string(repr(float(value))), "double")
    text = exp.Literal.string(str(value))
    if kind is ColumnType.TEXT:
        return text
    return exp.cast(text, "date" if kind is ColumnType.DATE else "timestamp")
