"""Measures in the warehouse: each is a snapshot of its own, a value beside the text of a profile's key."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlglot import exp

from leleka.core.columns import NUMERIC, TEMPORAL, Catalogue, ColumnType
from leleka.core.measures.model import Measure, type_of
from leleka.errors import InvalidInput
from leleka.warehouse.engines.port import Engine, finite
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.sql.measures import PROFILE_ID, TYPES, VALUE, measure_sql
from leleka.warehouse.sql.scope import Scope
from leleka.warehouse.sql.tables import column, parquet

KIND: Final = "measures"
BARS: Final = 20
MOST_VALUES: Final = 8
_TABLE: Final = "measure"
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """How values are spread, in values of JSON.

    ``bars`` are how many values lie in each of as many equal parts from ``low`` to ``high``: numbers, or days since
    1970. ``top`` are the most frequent ones of others with how often each stands there, ``distinct`` is how many there
    are.
    """

    low: float | None = None
    high: float | None = None
    bars: Sequence[int] = ()
    top: Sequence[tuple[str, int]] = ()
    distinct: int | None = None

    def to_data(self) -> dict[str, Any]:
        return {
            "low": self.low,
            "high": self.high,
            "bars": list(self.bars),
            "top": [list(pair) for pair in self.top],
            "distinct": self.distinct,
        }


def evaluate(
    session: Engine, lake: Lake, name: str, measure: Measure, place: tuple[Catalogue, Scope], *, look: bool
) -> tuple[Snapshot, int, Shape]:
    """Write the values as a snapshot; return it with their number and, if one may ``look``, their shape.

    Raises ``InvalidInput`` MEASURE_TOO_LARGE where a sum of whole numbers has no place in its column.
    """
    catalogue, scope = place
    kind = type_of(measure)
    session.create_table(_TABLE, measure_sql(measure, catalogue, scope))
    try:
        _refuse_too_large(session, kind, name)
        typed = exp.alias_(exp.cast(column(VALUE), TYPES[kind]), VALUE, quoted=True)
        query = exp.select(column(PROFILE_ID), typed).from_(_TABLE).order_by(column(PROFILE_ID))
        with lake.write(KIND, name) as aside:
            filled = session.write(query, aside.file("values"))
        shape = spread(session, exp.to_table(_TABLE), kind) if look and filled else Shape()
    finally:
        session.drop_table(_TABLE)
    return lake.open(aside.reference), filled, shape


def _refuse_too_large(session: Engine, kind: ColumnType, name: str) -> None:
    if kind is not ColumnType.INTEGER:
        return
    fits = exp.TryCast(this=column(VALUE), to=exp.DataType.build(TYPES[kind]), safe=True)
    lost = exp.Is(this=fits, expression=exp.null())
    (number,) = session.row(exp.select(exp.Count(this=exp.Star())).from_(_TABLE).where(lost))
    if number:
        raise InvalidInput("MEASURE_TOO_LARGE", where=name, profiles=int(number))


def spread_of_column(session: Engine, source: Snapshot, name: str, kind: ColumnType) -> Shape:
    """Return how the values of a column of a source are spread; rows without one are left out."""
    known = exp.Not(this=exp.Is(this=column(name), expression=exp.Null()))
    values = (
        exp.select(exp.alias_(column(name), VALUE, quoted=True)).from_(parquet(source.files)).where(known)
    )
    return spread(session, values.subquery("values_of_column"), kind)


def spread(session: Engine, values: exp.Expr, kind: ColumnType) -> Shape:
    """Return how the values of a table, or of a query in its place, are spread."""
    return _bars(session, values, kind) if kind in NUMERIC | TEMPORAL else _top(session, values)


def end_of_bars(value: float, kind: ColumnType) -> str:
    """Return an end of the bars as somebody reads it."""
    if kind in TEMPORAL:
        return (_EPOCH + timedelta(days=int(value))).isoformat()
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _bars(session: Engine, values: exp.Expr, kind: ColumnType) -> Shape:
    value = _as_number(column(VALUE), kind)
    numbers = exp.select(exp.alias_(value, VALUE, quoted=True)).from_(values.copy()).subquery("numbers")
    known = finite(column(VALUE))
    ends = exp.select(exp.Min(this=column(VALUE)), exp.Max(this=column(VALUE)))
    low, high = session.row(ends.from_(numbers.copy()).where(known))
    if low is None:
        return Shape()
    width = (high - low) / BARS
    if not math.isfinite(width) or width <= 0:
        (filled,) = session.row(exp.select(exp.Count(this=exp.Star())).from_(values.copy()))
        return Shape(low, high, (int(filled),))
    place = exp.Floor(
        this=exp.Div(
            this=exp.paren(exp.Sub(this=column(VALUE), expression=_number(low))), expression=_number(width)
        )
    )
    counts = (
        exp.select(exp.alias_(place, "place", quoted=True), exp.alias_(exp.Count(this=exp.Star()), "times"))
        .from_(numbers)
        .where(known.copy())
        .group_by(exp.Literal.number(1))
    )
    bars = [0] * BARS
    for number, times in session.rows(counts):
        bars[min(int(number), BARS - 1)] += int(times)
    return Shape(low, high, tuple(bars))


def _top(session: Engine, values: exp.Expr) -> Shape:
    text = exp.alias_(exp.cast(column(VALUE), "varchar"), VALUE, quoted=True)
    times = exp.alias_(exp.Count(this=exp.Star()), "times", quoted=True)
    counts = exp.select(text, times).from_(values.copy()).group_by(exp.Literal.number(1))
    (distinct,) = session.row(exp.select(exp.Count(this=exp.Star())).from_(counts.subquery("counts")))
    order = (
        exp.Ordered(this=column("times"), desc=True, nulls_first=False),
        exp.Ordered(this=column(VALUE), desc=False, nulls_first=False),
    )
    first = exp.select(column(VALUE), column("times")).from_(counts.subquery("counts")).order_by(*order)
    rows = session.rows(first.limit(MOST_VALUES))
    return Shape(top=tuple((str(one), int(count)) for one, count in rows), distinct=int(distinct))


def _as_number(value: exp.Expr, kind: ColumnType) -> exp.Expr:
    if kind in NUMERIC:
        return exp.cast(value, "double")
    day, first = exp.cast(value, "date"), exp.cast(exp.Literal.string(_EPOCH.isoformat()), "date")
    return exp.cast(exp.DateDiff(this=day, expression=first, unit=exp.Var(this="DAY")), "double")


def _number(value: float) -> exp.Expr:
    return exp.cast(exp.Literal.string(repr(float(value))), "double")
