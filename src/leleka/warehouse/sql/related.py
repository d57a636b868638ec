"""Rules about related rows.

They are reached by ``key IN (SELECT …)`` that mentions nothing of the outside: DuckDB runs each as one hash join. A
measure that also holds for no rows at all (``count < 3``) is asked the other way round: the key is not among those for
which it fails.
"""

import operator as python
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from sqlglot import exp

from leleka.core.columns import Column, ColumnType
from leleka.core.rules.model import (
    IN_ORDER,
    ZERO_OF_NONE,
    AllOf,
    Comparison,
    Measure,
    Related,
    Rule,
    Step,
)
from leleka.core.rules.operators import DECIMALS, NEGATIONS, Operator
from leleka.warehouse.sql.comparisons import (
    as_filter,
    comparable,
    comparison_sql,
    is_empty_sql,
    two_valued,
)
from leleka.warehouse.sql.scope import Scope, hop_keys, is_there
from leleka.warehouse.sql.tables import column

ConditionSql: TypeAlias = Callable[[Rule, Scope], exp.Expr]

_AGGREGATES: Final = {
    Measure.SUM: exp.Sum,
    Measure.AVG: exp.Avg,
    Measure.MIN: exp.Min,
    Measure.MAX: exp.Max,
}
_HOLDS: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = {
    Operator.EQUAL: python.eq,
    Operator.LESS: python.lt,
    Operator.AT_MOST: python.le,
    Operator.MORE: python.gt,
    Operator.AT_LEAST: python.ge,
    Operator.ANY_OF: lambda zero, values: zero in values,
    Operator.BETWEEN: lambda zero, ends: ends[0] <= zero <= ends[1],
}
_KEY, _VALUE, _BY, _PLACE = "key", "value", "by", "place"


def related_sql(rule: Related, scope: Scope, condition: ConditionSql) -> exp.Expr:
    """Return the rule as a condition on the row at ``scope``; ``condition`` says the rules about its rows."""
    if rule.comparison is None:
        return _exists(rule.path, scope, condition)
    here, there, rows = _rows(rule.path, scope, condition)
    last = scope.further(len(rule.path))
    if rule.measure in IN_ORDER:
        found = _first(rule, rows.select(_as(there, _KEY)), last)
        return _is_in(
            here, found.where(as_filter(comparison_sql(column(_VALUE), rule.comparison, scope.today)))
        )
    holds = _measure_holds(rule, rule.comparison, last)
    groups = rows.select(there).group_by(there.copy(), copy=False)
    if not _holds_for_no_rows(rule.measure, rule.comparison):
        return _is_in(here, groups.having(as_filter(holds), copy=False))
    fails = groups.having(exp.not_(holds, copy=False), copy=False)
    return exp.not_(_is_in(here, fails), copy=False)


def measured_sql(rule: Related, scope: Scope, condition: ConditionSql) -> exp.Select:
    """Return the query of what the rule measures of the rows that belong to the one profile of ``scope``: one value, of
    *exists* how many rows there are. Where there are none it may have no row.
    """
    _, there, rows = _rows(rule.path, scope, condition)
    last = scope.further(len(rule.path))
    if rule.measure in IN_ORDER:
        return _first(rule, rows.select(_as(there, _KEY)), last).select(column(_VALUE), append=False)
    if rule.of is None:
        return rows.select(exp.Count(this=exp.Star()))
    return rows.select(_aggregate(rule.measure, rule.of, last))


def _exists(path: tuple[Step, ...], scope: Scope, condition: ConditionSql) -> exp.Expr:
    """Ask for each step among the rows of the one before: no rows are multiplied on the way."""
    first, *further = path
    if further:
        rest = Related(tuple(further), Measure.EXISTS)
        where = rest if first.where is None else AllOf((first.where, rest))
        first = replace(first, where=where)
    here, there, rows = _rows((first,), scope, condition)
    return _is_in(here, rows.select(there))


def _rows(
    path: tuple[Step, ...], scope: Scope, condition: ConditionSql
) -> tuple[exp.Expr, exp.Expr, exp.Select]:
    """Return the key here, that of the first step's rows, and the rows at the end of the path: one for each way."""
    inner = scope.further()
    here, there = hop_keys(path[0].hop, scope, inner)
    rows = exp.select().from_(inner.table(path[0].hop.table))
    conditions = [is_there(there)]
    if scope.only and not scope.level:
        own = exp.select(here.copy()).from_(scope.table(scope.measured.table)).where(scope.is_only)
        conditions.append(exp.In(this=there.copy(), query=exp.Subquery(this=own)))
    for place, step in enumerate(path):
        at = scope.further(place + 1)
        if place:
            one, other = hop_keys(step.hop, scope.further(place), at)
            on = exp.EQ(this=one, expression=other)
            rows = rows.join(at.table(step.hop.table), on=on, join_type="inner", copy=False)
        if step.where is not None:
            conditions.append(as_filter(condition(step.where, at)))
    return here, there, rows.where(*conditions, copy=False)


def _is_in(here: exp.Expr, keys: exp.Select) -> exp.Expr:
    return two_valued(exp.In(this=here, query=exp.Subquery(this=keys)))


def _first(rule: Related, rows: exp.Select, last: Scope) -> exp.Select:
    """Return the first or last row of each key; of those that are equal the value decides, so that it stays the same.

    Rows without a value do not count, nor do those without what they are ordered by.
    """
    of, by = rule.of, rule.by
    if of is None or by is None:
        raise TypeError("first and last are of a column, by a column")
    value = comparable(last.column(of.name), of.type)
    order = last.column(by.name)
    ordered = comparable(order, by.type) if by.type is ColumnType.NUMBER else order
    rows = rows.select(_as(value, _VALUE), _as(ordered, _BY)).where(_has_value(of, value), is_there(ordered))
    descending = rule.measure is Measure.LAST
    ends = [exp.Ordered(this=column(name), desc=descending, nulls_first=False) for name in (_BY, _VALUE)]
    place = exp.Window(this=exp.RowNumber(), partition_by=[column(_KEY)], order=exp.Order(expressions=ends))
    placed = exp.select(column(_KEY), column(_VALUE), _as(place, _PLACE)).from_(rows.subquery("known"))
    first = exp.EQ(this=column(_PLACE), expression=exp.Literal.number(1))
    return exp.select(column(_KEY)).from_(placed.subquery("placed")).where(first)


def _has_value(of: Column, value: exp.Expr) -> exp.Expr:
    return exp.not_(is_empty_sql(value.copy(), of.type), copy=False)


def _measure_holds(rule: Related, comparison: Comparison, last: Scope) -> exp.Expr:
    if rule.of is None:
        return comparison_sql(exp.Count(this=exp.Star()), comparison, last.today)
    value = _aggregate(rule.measure, rule.of, last)
    if rule.measure is Measure.SUM:
        return comparison_sql(exp.func("coalesce", value, exp.Literal.number(0)), comparison, last.today)
    if rule.measure is Measure.COUNT_DISTINCT:
        return comparison_sql(value, comparison, last.today)
    # Over no values there is no average, and no comparison holds: not even "is not".
    return exp.and_(is_there(value), comparison_sql(value, comparison, last.today), copy=False)


def _aggregate(measure: Measure, of: Column, last: Scope) -> exp.Expr:
    read = comparable(last.column(of.name), of.type)
    if measure is Measure.COUNT_DISTINCT:
        present = exp.Case(ifs=[exp.If(this=_has_value(of, read), true=read)])
        return exp.Count(this=exp.Distinct(expressions=[present]))
    value = _AGGREGATES[measure](this=read)
    floats = measure is Measure.AVG or (measure is Measure.SUM and of.type is ColumnType.NUMBER)
    return exp.Round(this=value, decimals=exp.Literal.number(DECIMALS)) if floats else value


def _holds_for_no_rows(measure: Measure, comparison: Comparison) -> bool:
    if measure not in ZERO_OF_NONE:
        return False
    positive = NEGATIONS.get(comparison.operator)
    if positive is not None:
        return not _HOLDS[positive](0, comparison.operand)
    return _HOLDS[comparison.operator](0, comparison.operand)


def _as(value: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(value, name, quoted=True)
