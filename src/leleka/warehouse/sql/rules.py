"""A rule as a condition on one row, built as expressions: values are literals, names are quoted."""

from sqlglot import exp

from leleka.core.rules.model import (
    AllOf,
    AnyOf,
    Condition,
    InList,
    InSegment,
    Joined,
    Not,
    RandomShare,
    Related,
    Rule,
    SetOperation,
)
from leleka.core.rules.operands import OtherColumn, Share
from leleka.core.rules.operators import NEGATIONS
from leleka.warehouse.sql import profile_sets
from leleka.warehouse.sql.comparisons import beside_sql, comparable, comparison_sql, two_valued
from leleka.warehouse.sql.ranks import rank_sql
from leleka.warehouse.sql.related import related_sql
from leleka.warehouse.sql.scope import Scope


def condition_sql(rule: Rule, scope: Scope) -> exp.Expr:  # noqa: PLR0911 - one line a rule
    """Return the rule as a condition on the row at ``scope``; it is TRUE or FALSE, never NULL."""
    match rule:
        case Condition():
            return _compared(rule, scope)
        case Related():
            return related_sql(rule, scope, condition_sql)
        case AllOf():
            return _and(rule.rules, scope)
        case AnyOf():
            return _or(rule.rules, scope)
        case Not():
            return exp.not_(condition_sql(rule.rule, scope), copy=False)
        case Joined():
            return _joined(rule, scope)
        case InSegment():
            return profile_sets.in_segment(rule, scope)
        case InList():
            return profile_sets.in_list(rule, scope)
        case RandomShare():
            return profile_sets.in_share(rule, scope)


def _compared(rule: Condition, scope: Scope) -> exp.Expr:
    value = comparable(scope.column(rule.column.name), rule.column.type)
    operand = rule.comparison.operand
    if isinstance(operand, Share):
        return two_valued(rank_sql(value, rule, operand, scope))
    if not isinstance(operand, OtherColumn):
        return comparison_sql(value, rule.comparison, scope.today)
    other = comparable(scope.column(operand.column.name), operand.column.type)
    positive = NEGATIONS.get(rule.comparison.operator)
    compared = two_valued(beside_sql(value, rule.comparison, other, positive))
    return compared if positive is None else exp.not_(compared, copy=False)


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
