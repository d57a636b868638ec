"""One comparison as an expression: a value of a row, or a measure of rows, against an operand.

Every expression is TRUE or FALSE, never NULL: so NOT of it is its exact complement.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TypeAlias

from sqlglot import exp

from leleka.core.columns import TEMPORAL, ColumnType
from leleka.core.rules.model import Comparison
from leleka.core.rules.operands import (
    Operand,
    OtherColumn,
    Period,
    Scalar,
    Share,
    anniversaries,
    day_of,
    days_of,
)
from leleka.core.rules.operators import BLANKS, NEGATIONS, Operator
from leleka.warehouse.engines.port import finite

Compare: TypeAlias = Callable[[exp.Expr, Comparison, date], exp.Expr]

# A longer list is joined as a table: DuckDB compares an IN list value by value, a minute for 100,000 of them.
_LONGEST_IN = 32

_TYPES = {
    ColumnType.TEXT: "varchar",
    ColumnType.INTEGER: "bigint",
    ColumnType.NUMBER: "double",
    ColumnType.DATE: "date",
    ColumnType.DATETIME: "date",
    ColumnType.BOOLEAN: "boolean",
}


def comparison_sql(value: exp.Expr, comparison: Comparison, today: date) -> exp.Expr:
    """Compare ``value``, which went through ``comparable``; the result is TRUE or FALSE."""
    positive = NEGATIONS.get(comparison.operator)
    if positive is None:
        return two_valued(_COMPARE[comparison.operator](value, comparison, today))
    return exp.not_(two_valued(_COMPARE[positive](value, comparison, today)), copy=False)


def is_empty_sql(value: exp.Expr, column_type: ColumnType) -> exp.Expr:
    return _empty(value, Comparison(column_type, Operator.IS_EMPTY), date.min)


def beside_sql(
    value: exp.Expr, comparison: Comparison, other: exp.Expr, positive: Operator | None
) -> exp.Expr:
    """Compare two values of a row; unknown where one of them is missing. A negation is made of its ``positive``."""
    node = _NODES[positive or comparison.operator]
    return node(this=_cased(value, comparison), expression=_cased(other, comparison))


def comparable(value: exp.Expr, column_type: ColumnType) -> exp.Expr:
    """Return the value as rules compare it: a datetime is its UTC day, NaN and infinity are no value."""
    if column_type is ColumnType.NUMBER:
        return exp.Case(ifs=[exp.If(this=finite(value.copy()), true=value)])
    if column_type is ColumnType.DATETIME:
        return exp.cast(value, "date")
    return value


def two_valued(condition: exp.Expr) -> exp.Expr:
    """Make unknown FALSE."""
    return exp.func("coalesce", condition, exp.false())


def as_filter(condition: exp.Expr) -> exp.Expr:
    """Return a condition as what filters rows or groups may have it: unknown keeps none there either, and an engine may
    skip what it need not read and join where it would have to compare.
    """
    whole = exp.Paren(this=condition)
    waiting: list[exp.Expr] = [whole]
    while waiting:  # a list, since rules may be nested deeper than Python calls
        one = waiting.pop()
        for name in ("this", "expression"):
            part = one.args.get(name)
            while isinstance(part, exp.Coalesce) and part.expressions == [exp.false()]:
                part = part.this
                part = exp.paren(part, copy=False) if isinstance(part, exp.Connector) else part
                one.set(name, part)
            if isinstance(part, exp.And | exp.Or | exp.Paren):
                waiting.append(part)
    found: exp.Expr = whole.this
    return found.pop()


def _literal(value: Scalar, column_type: ColumnType, today: date) -> exp.Expr:
    if column_type in TEMPORAL:
        value = day_of(value, today)
    # Through text, which is exact for floats and has room for the smallest integer.
    literal = exp.Literal.string(_text(value))
    return literal if column_type is ColumnType.TEXT else exp.cast(literal, _TYPES[column_type])


def _text(value: Scalar) -> str:
    if isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, date) else repr(value)


def _one(operand: Operand) -> Scalar:
    if operand is None or isinstance(operand, tuple | OtherColumn | Share):
        raise TypeError("the operand of this operator is one value")
    return operand


def _many(operand: Operand) -> tuple[Scalar, ...]:
    if not isinstance(operand, tuple):
        raise TypeError("the operand of this operator is several values")
    return operand


def _cased(text: exp.Expr, comparison: Comparison) -> exp.Expr:
    # The engine folds both sides: its lower() and Python's disagree about the Turkish İ and the last Σ.
    return exp.Lower(this=text) if comparison.ignore_case else text


def _binary(node: type[exp.Expr]) -> Compare:
    def compare(value: exp.Expr, comparison: Comparison, today: date) -> exp.Expr:
        other = _literal(_one(comparison.operand), comparison.type, today)
        return node(this=_cased(value, comparison), expression=_cased(other, comparison))

    return compare


def _any_of(value: exp.Expr, comparison: Comparison, today: date) -> exp.Expr:
    values = _many(comparison.operand)
    this = _cased(value, comparison)
    if len(values) <= _LONGEST_IN:
        listed = [_cased(_literal(item, comparison.type, today), comparison) for item in values]
        return exp.In(this=this, expressions=listed)
    item: exp.Expr = exp.column("value", table="listed", quoted=True)
    if comparison.type is not ColumnType.TEXT:
        item = exp.cast(item, _TYPES[comparison.type])
    texts = exp.Array(expressions=[exp.Literal.string(_text(item)) for item in values])
    alias = exp.TableAlias(
        this=exp.to_identifier("listed", quoted=True), columns=[exp.to_identifier("value", quoted=True)]
    )
    unnested = exp.Unnest(expressions=[texts], alias=alias)
    query = exp.select(_cased(item, comparison)).from_(unnested, copy=False)
    return exp.In(this=this, query=exp.Subquery(this=query))


def _between(value: exp.Expr, comparison: Comparison, today: date) -> exp.Expr:
    low, high = (_literal(end, comparison.type, today) for end in _many(comparison.operand))
    return exp.Between(this=value, low=low, high=high)


def _in_the_last(value: exp.Expr, comparison: Comparison, today: date) -> exp.Expr:
    return _days(value, today - _span(comparison) + timedelta(days=1), today)


def _in_the_next(value: exp.Expr, comparison: Comparison, today: date) -> exp.Expr:
    return _days(value, today, today + _span(comparison) - timedelta(days=1))


def _span(comparison: Comparison) -> timedelta:
    return timedelta(days=int(str(_one(comparison.operand))))


def _days(value: exp.Expr, first: date, last: date) -> exp.Expr:
    ends = [_literal(day, ColumnType.DATE, last) for day in (first, last)]
    return exp.Between(this=value, low=ends[0], high=ends[1])


def _period(offset: int) -> Compare:
    def compare(value: exp.Expr, comparison: Comparison, today: date) -> exp.Expr:
        return _days(value, *days_of(Period(str(comparison.operand)), offset, today))

    return compare


def _anniversary(value: exp.Expr, comparison: Comparison, today: date) -> exp.Expr:
    ends = anniversaries(_span(comparison).days, today)
    if ends is None:
        return exp.not_(exp.Is(this=value, expression=exp.null()), copy=False)
    hundred = exp.Literal.number(100)
    number = exp.Add(
        this=exp.Mul(this=exp.Month(this=value), expression=hundred), expression=exp.Day(this=value.copy())
    )
    low, high = (month * 100 + day for month, day in ends)
    first = exp.GTE(this=number, expression=exp.Literal.number(low))
    last = exp.LTE(this=number.copy(), expression=exp.Literal.number(high))
    return exp.and_(first, last) if low <= high else exp.or_(first, last)


def _month_of(value: exp.Expr, comparison: Comparison, _today: date) -> exp.Expr:
    months = [exp.Literal.number(int(str(month))) for month in _many(comparison.operand)]
    return exp.In(this=exp.Month(this=value), expressions=months)


def _empty(value: exp.Expr, comparison: Comparison, _today: date) -> exp.Expr:
    missing = exp.Is(this=value, expression=exp.null())
    if comparison.type is not ColumnType.TEXT:
        return missing
    trimmed = exp.Trim(this=value.copy(), expression=exp.Literal.string(BLANKS))
    return exp.or_(missing, exp.EQ(this=trimmed, expression=exp.Literal.string("")))


def _true(value: exp.Expr, _comparison: Comparison, _today: date) -> exp.Expr:
    return value


def _false(value: exp.Expr, _comparison: Comparison, _today: date) -> exp.Expr:
    return exp.not_(value)


_NODES: Mapping[Operator, type[exp.Expr]] = {
    Operator.IS: exp.EQ,
    Operator.EQUAL: exp.EQ,
    Operator.LESS: exp.LT,
    Operator.AT_MOST: exp.LTE,
    Operator.MORE: exp.GT,
    Operator.AT_LEAST: exp.GTE,
    Operator.ON: exp.EQ,
    Operator.BEFORE: exp.LT,
    Operator.AFTER: exp.GT,
    Operator.ON_OR_BEFORE: exp.LTE,
    Operator.ON_OR_AFTER: exp.GTE,
}

_COMPARE: Mapping[Operator, Compare] = {
    Operator.IS: _binary(exp.EQ),
    Operator.ANY_OF: _any_of,
    Operator.CONTAINS: _binary(exp.Contains),
    Operator.STARTS_WITH: _binary(exp.StartsWith),
    Operator.ENDS_WITH: _binary(exp.EndsWith),
    Operator.EQUAL: _binary(exp.EQ),
    Operator.LESS: _binary(exp.LT),
    Operator.AT_MOST: _binary(exp.LTE),
    Operator.MORE: _binary(exp.GT),
    Operator.AT_LEAST: _binary(exp.GTE),
    Operator.BETWEEN: _between,
    Operator.ON_OR_BEFORE: _binary(exp.LTE),
    Operator.ON_OR_AFTER: _binary(exp.GTE),
    Operator.ON: _binary(exp.EQ),
    Operator.BEFORE: _binary(exp.LT),
    Operator.AFTER: _binary(exp.GT),
    Operator.IN_THE_LAST: _in_the_last,
    Operator.IN_THE_NEXT: _in_the_next,
    Operator.IN_THIS: _period(0),
    Operator.IN_THE_PREVIOUS: _period(-1),
    Operator.IN_THE_FOLLOWING: _period(1),
    Operator.MONTH_OF: _month_of,
    Operator.ANNIVERSARY: _anniversary,
    Operator.IS_TRUE: _true,
    Operator.IS_FALSE: _false,
    Operator.IS_EMPTY: _empty,
}
