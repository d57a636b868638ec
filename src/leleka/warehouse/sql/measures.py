"""A measure as a query: the text of each profile's key beside its value."""

from collections.abc import Mapping
from typing import Final

from sqlglot import exp

from leleka.core.columns import Catalogue, ColumnType
from leleka.core.measures.model import (
    ZERO_OF_NONE,
    Aggregate,
    Aggregated,
    Apply,
    Coalesce,
    Concat,
    Expression,
    Function,
    Literal,
    Mapped,
    Measure,
    Scalar,
    Value,
    parts_of,
    type_of,
    type_of_scalar,
)
from leleka.core.rules.operators import BLANKS, DECIMALS
from leleka.warehouse.sql.comparisons import as_filter, comparable
from leleka.warehouse.sql.rules import condition_sql
from leleka.warehouse.sql.scope import Scope, hop_keys
from leleka.warehouse.sql.tables import column
from leleka.warehouse.sql.values import text_of

PROFILE_ID: Final = "profile_id"
VALUE: Final = "value"
TYPES: Final[Mapping[ColumnType, str]] = {
    ColumnType.TEXT: "varchar",
    ColumnType.INTEGER: "bigint",
    ColumnType.NUMBER: "double",
    ColumnType.DATE: "date",
    ColumnType.DATETIME: "timestamp",
    ColumnType.BOOLEAN: "boolean",
}
_SIMPLE: Final = {
    Aggregate.SUM: exp.Sum,
    Aggregate.AVG: exp.Avg,
    Aggregate.MIN: exp.Min,
    Aggregate.MAX: exp.Max,
}
_PARTS: Final = {
    Function.YEAR: exp.Year,
    Function.MONTH: exp.Month,
    Function.DAY: exp.Day,
}
_KEY, _BY, _TIMES, _PLACE = "key", "by", "times", "place"


def measure_sql(measure: Measure, catalogue: Catalogue, scope: Scope) -> exp.Select:
    """Return ``profile_id`` and ``value`` of every profile that has a value.

    A sum of whole numbers may be larger than a value of its column.
    """
    key = exp.cast(scope.column(catalogue.profile_table.primary_key or ""), "varchar")
    identity = exp.alias_(key, PROFILE_ID, quoted=True)
    profiles = scope.table(catalogue.profiles)
    if not isinstance(measure, Aggregated):
        value = _tidy(_expression(measure, scope), type_of(measure))
        rows = exp.select(identity, _as(value, VALUE)).from_(profiles)
        return _with_value(rows)
    found, here = _aggregated(measure, scope)
    value = column(VALUE, "found")
    if measure.aggregate in ZERO_OF_NONE:
        value = exp.func("coalesce", value, exp.Literal.number(0))
    on = exp.EQ(this=here, expression=column(_KEY, "found"))
    rows = exp.select(identity, _as(value, VALUE)).from_(profiles)
    return _with_value(rows.join(found.subquery("found"), on=on, join_type="left"))


def _with_value(rows: exp.Select) -> exp.Select:
    present = exp.not_(_is_null(column(VALUE)))
    return exp.select(column(PROFILE_ID), column(VALUE)).from_(rows.subquery("measured")).where(present)


def _aggregated(measure: Aggregated, scope: Scope) -> tuple[exp.Select, exp.Expr]:
    """Return the aggregates by the key of the first hop, and that key of a profile."""
    places = [scope.further(level) for level in range(len(measure.path) + 1)]
    here, there = hop_keys(measure.path[0], places[0], places[1])
    rows = exp.select(_as(there, _KEY)).from_(places[1].table(measure.path[0].table))
    for hop, outer, inner in zip(measure.path[1:], places[1:], places[2:], strict=False):
        one, other = hop_keys(hop, outer, inner)
        rows = rows.join(inner.table(hop.table), on=exp.EQ(this=one, expression=other), join_type="inner")
    rows = rows.where(exp.not_(_is_null(there)))
    last = places[-1]
    if measure.where is not None:
        rows = rows.where(as_filter(condition_sql(measure.where, last)))
    if measure.of is not None:
        rows = rows.select(_as(_tidy(last.column(measure.of.name), measure.of.type), VALUE))
    if measure.by is not None:
        rows = rows.select(_as(_tidy(last.column(measure.by.name), measure.by.type), _BY))
    return _grouped(measure, rows.subquery("found")), here


def _grouped(measure: Aggregated, rows: exp.Expr) -> exp.Select:
    if measure.of is None:
        counted = _as(exp.Count(this=exp.Star()), VALUE)
        return exp.select(column(_KEY), counted).from_(rows).group_by(column(_KEY))
    if measure.aggregate in _SIMPLE:
        value: exp.Expr = _SIMPLE[measure.aggregate](this=column(VALUE))
        if measure.aggregate is Aggregate.AVG or (
            measure.aggregate is Aggregate.SUM and measure.of.type is ColumnType.NUMBER
        ):
            value = exp.Round(this=value, decimals=exp.Literal.number(DECIMALS))
        return exp.select(column(_KEY), _as(value, VALUE)).from_(rows).group_by(column(_KEY))
    if measure.aggregate is Aggregate.MOST_FREQUENT:
        times = _as(exp.Count(this=exp.Star()), _TIMES)
        counts = exp.select(column(_KEY), column(VALUE), times).from_(rows)
        counts = counts.where(exp.not_(_is_null(column(VALUE))))
        counts = counts.group_by(column(_KEY), column(VALUE))
        return _first(counts, _TIMES, descending=True, value_descending=False)
    last = measure.aggregate is Aggregate.LAST
    present = exp.and_(exp.not_(_is_null(column(VALUE))), exp.not_(_is_null(column(_BY))))
    known = exp.select(column(_KEY), column(VALUE), column(_BY)).from_(rows).where(present)
    return _first(known, _BY, descending=last, value_descending=last)


def _first(rows: exp.Select, by: str, *, descending: bool, value_descending: bool) -> exp.Select:
    """Return one row of each key; of those that are equal in ``by`` the value decides, so that it stays the same."""
    order = exp.Order(
        expressions=[
            exp.Ordered(this=column(by), desc=descending, nulls_first=False),
            exp.Ordered(this=column(VALUE), desc=value_descending, nulls_first=False),
        ]
    )
    place = exp.Window(this=exp.RowNumber(), partition_by=[column(_KEY)], order=order)
    placed = exp.select(column(_KEY), column(VALUE), _as(place, _PLACE)).from_(rows.subquery("known"))
    first = exp.EQ(this=column(_PLACE), expression=exp.Literal.number(1))
    return exp.select(column(_KEY), column(VALUE)).from_(placed.subquery("placed")).where(first)


def _expression(part: Expression, scope: Scope) -> exp.Expr:
    match part:
        case Literal():
            return _literal(part.value)
        case Value():
            return _tidy(scope.column(part.column.name), part.column.type)
        case Concat():
            return _concat(part, scope)
        case Coalesce():
            kind = type_of(part)
            parts = [_expression(inner, scope) for inner in part.parts]
            return exp.func("coalesce", *(exp.cast(one, TYPES[kind]) for one in parts))
        case Apply():
            return _applied(part, scope)
        case Mapped():
            return _mapped(part, scope)


def _concat(part: Concat, scope: Scope) -> exp.Expr:
    texts, present = list[exp.Expr](), list[exp.Expr]()
    for inner in part.parts:
        if isinstance(inner, Literal):  # as it stands there: its spaces are meant
            literal = _literal(inner.value)
            texts.append(literal if isinstance(inner.value, str) else text_of(literal, type_of(inner)))
            continue
        text = text_of(_expression(inner, scope), type_of(inner))
        texts.append(exp.func("coalesce", text, exp.Literal.string("")))
        if any(isinstance(one, Value) for one in parts_of(inner)):
            present.append(exp.not_(_is_null(text.copy())))
    whole = exp.Concat(expressions=texts, safe=False, coalesce=False) if len(texts) > 1 else texts[0]
    return exp.Case(ifs=[exp.If(this=exp.or_(*present), true=_tidy(whole, ColumnType.TEXT))])


def _applied(part: Apply, scope: Scope) -> exp.Expr:
    value = _expression(part.part, scope)
    if part.function is Function.LOWER:
        return exp.Lower(this=value)
    day = comparable(value, ColumnType.DATETIME)  # of an instant its day in UTC, as rules compare it
    found = _weekday(day) if part.function is Function.WEEKDAY else _PARTS[part.function](this=day)
    return exp.cast(found, TYPES[ColumnType.INTEGER])


def _weekday(day: exp.Expr) -> exp.Expr:
    """Count from a Monday: what SQLGlot says to Spark for the ISO day of the week is another day."""
    monday = exp.cast(exp.Literal.string("1970-01-05"), "date")
    days = exp.DateDiff(this=day, expression=monday, unit=exp.Var(this="DAY"))
    week = exp.Literal.number(7)
    left = exp.paren(exp.Add(this=exp.Mod(this=days, expression=week), expression=week.copy()))
    place = exp.paren(exp.Mod(this=left, expression=week.copy()))
    return exp.Add(this=place, expression=exp.Literal.number(1))


def _mapped(part: Mapped, scope: Scope) -> exp.Expr:
    text = text_of(_expression(part.part, scope), type_of(part.part))
    kind = TYPES[type_of(part)]
    ifs = [
        exp.If(
            this=exp.EQ(this=text.copy(), expression=exp.Literal.string(key)),
            true=exp.cast(_literal(value), kind),
        )
        for key, value in part.pairs
    ]
    if part.otherwise is None:
        return exp.Case(ifs=ifs)
    return exp.Case(ifs=ifs, default=exp.cast(_literal(part.otherwise), kind))


def _literal(value: Scalar) -> exp.Expr:
    if isinstance(value, str):
        return exp.Literal.string(value)
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    # Through text, which is exact for floats and has room for the smallest integer.
    return exp.cast(exp.Literal.string(repr(value)), TYPES[type_of_scalar(value)])


def _tidy(value: exp.Expr, kind: ColumnType) -> exp.Expr:
    """Return a value, NULL where it is none: a text of blanks, a float that is not finite."""
    if kind is ColumnType.TEXT:
        trimmed = exp.Trim(this=value, expression=exp.Literal.string(BLANKS))
        return exp.Nullif(this=trimmed, expression=exp.Literal.string(""))
    return comparable(value, kind) if kind is ColumnType.NUMBER else value


def _as(value: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(value, name, quoted=True)


def _is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value.copy(), expression=exp.null())
