"""A rule as a condition on one row, built as expressions: values are literals, names are quoted.

Related rows are reached by ``key IN (SELECT …)`` that mentions nothing of the outside: DuckDB runs each as
one hash join. A measure that also holds for no rows at all (``count < 3``) is asked the other way round: the
key is not among those for which it fails.
"""

import operator as python
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlglot import exp

from leleka.core.columns import NUMERIC, Column, ColumnType
from leleka.core.rules.model import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Hop,
    Joined,
    Measure,
    Not,
    Related,
    Rule,
    SetOperation,
)
from leleka.core.rules.operators import DECIMALS, NEGATIONS, Operator
from leleka.warehouse.sql.comparisons import comparable, comparison_sql, two_valued
from leleka.warehouse.sql.tables import column, with_measures

_AGGREGATES = {
    Measure.SUM: exp.Sum,
    Measure.AVG: exp.Avg,
    Measure.MIN: exp.Min,
    Measure.MAX: exp.Max,
}
_HOLDS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: python.eq,
    Operator.LESS: python.lt,
    Operator.AT_MOST: python.le,
    Operator.MORE: python.gt,
    Operator.AT_LEAST: python.ge,
    Operator.ANY_OF: lambda zero, values: zero in values,
    Operator.BETWEEN: lambda zero, ends: ends[0] <= zero <= ends[1],
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures that are columns of the table of profiles: their files by name, and the key they are found by."""

    table: str = ""
    key: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a condition stands: the files behind the tables, today, and how many queries are around it."""

    tables: Mapping[str, str]
    today: date
    level: int = 0
    measured: Measured = field(default_factory=Measured)

    @property
    def alias(self) -> str:
        return f"t{self.level}"

    def column(self, name: str) -> exp.Column:
        # Always with the table: a column missing from a file must fail, not be found in the query outside.
        return column(name, self.alias)

    def table(self, name: str) -> exp.Expr:
        measures = self.measured.files if name == self.measured.table else {}
        return with_measures(self.tables[name], self.measured.key, measures, self.alias)


def condition_sql(rule: Rule, scope: Scope) -> exp.Expr:
    """Return the rule as a condition on the row at ``scope``; it is TRUE or FALSE, never NULL."""
    match rule:
        case Condition():
            value = comparable(scope.column(rule.column.name), rule.column.type)
            return comparison_sql(value, rule.comparison, scope.today)
        case Related():
            return _related(rule, scope)
        case AllOf():
            return _and(rule.rules, scope)
        case AnyOf():
            return _or(rule.rules, scope)
        case Not():
            return exp.not_(condition_sql(rule.rule, scope), copy=False)
        case Joined():
            return _joined(rule, scope)


def _and(rules: tuple[Rule, ...], scope: Scope) -> exp.Expr:
    return exp.and_(*(condition_sql(rule, scope) for rule in rules), copy=False)


def _or(rules: tuple[Rule, ...], scope: Scope) -> exp.Expr:
    return exp.or_(*(condition_sql(rule, scope) for rule in rules), copy=False)


def _joined(rule: Joined, scope: Scope) -> exp.Expr:
    # Sets of the profiles of one table are conditions on its rows: one scan instead of one for each set.
    if rule.operation is SetOperation.UNION:
        return _or(rule.rules, scope)
    if rule.operation is SetOperation.INTERSECT:
        return _and(rule.rules, scope)
    minus = exp.not_(_or(rule.rules[1:], scope), copy=False)
    return exp.and_(condition_sql(rule.rules[0], scope), minus, copy=False)


def _related(rule: Related, scope: Scope) -> exp.Expr:
    if rule.comparison is None:
        return _key_in(rule, scope, None)
    inner = replace(scope, level=scope.level + 1)
    holds = _measure_holds(rule, rule.comparison, inner)
    if not _holds_for_no_rows(rule.measure, rule.comparison):
        return _key_in(rule, scope, holds)
    return exp.not_(_key_in(rule, scope, exp.not_(holds, copy=False)), copy=False)


def _key_in(rule: Related, scope: Scope, having: exp.Expr | None) -> exp.Expr:
    inner = replace(scope, level=scope.level + 1)
    here, there = _keys(rule, scope, inner)
    present = exp.not_(exp.Is(this=there.copy(), expression=exp.null()), copy=False)
    conditions = [present] if rule.where is None else [present, condition_sql(rule.where, inner)]
    query = exp.select(there).from_(inner.table(rule.hop.table)).where(*conditions, copy=False)
    if having is not None:
        query = query.group_by(there.copy(), copy=False).having(having, copy=False)
    return two_valued(exp.In(this=here, query=exp.Subquery(this=query)))


def _keys(rule: Related, outer: Scope, inner: Scope) -> tuple[exp.Expr, exp.Expr]:
    return hop_keys(rule.hop, outer, inner)


def hop_keys(hop: Hop, outer: Scope, inner: Scope) -> tuple[exp.Expr, exp.Expr]:
    """Return the two keys of a hop, as values that can be compared."""
    here, there = hop.here, hop.there
    keys = outer.column(here.name), inner.column(there.name)
    if here.type is there.type or {here.type, there.type} <= NUMERIC:
        return keys
    return exp.cast(keys[0], "varchar"), exp.cast(keys[1], "varchar")


def _measure_holds(rule: Related, comparison: Comparison, inner: Scope) -> exp.Expr:
    if rule.of is None:
        return comparison_sql(exp.Count(this=exp.Star()), comparison, inner.today)
    value = _aggregate(rule.measure, rule.of, inner)
    if rule.measure is Measure.SUM:
        return comparison_sql(exp.func("coalesce", value, exp.Literal.number(0)), comparison, inner.today)
    # Over no values there is no average, and no comparison holds: not even "is not".
    present = exp.not_(exp.Is(this=value.copy(), expression=exp.null()), copy=False)
    return exp.and_(present, comparison_sql(value, comparison, inner.today), copy=False)


def _aggregate(measure: Measure, of: Column, inner: Scope) -> exp.Expr:
    value = _AGGREGATES[measure](this=comparable(inner.column(of.name), of.type))
    floats = measure is Measure.AVG or (measure is Measure.SUM and of.type is ColumnType.NUMBER)
    return exp.Round(this=value, decimals=exp.Literal.number(DECIMALS)) if floats else value


def _holds_for_no_rows(measure: Measure, comparison: Comparison) -> bool:
    if measure not in {Measure.COUNT, Measure.SUM}:
        return False
    positive = NEGATIONS.get(comparison.operator)
    if positive is not None:
        return not _HOLDS[positive](0, comparison.operand)
    return _HOLDS[comparison.operator](0, comparison.operand)
