"""The meaning of rules, implemented a second time in plain Python: slow, obvious, and without SQL."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from leleka.core.rules.model import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Joined,
    Measure,
    Not,
    Related,
    Rule,
    SetOperation,
)
from leleka.core.rules.operators import BLANKS, DECIMALS, NEGATIONS, Operator

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]


def matches(rule: Rule, row: Row, rows: Rows, today: date) -> bool:
    match rule:
        case Condition():
            return compares(row[rule.column.name], rule.comparison, today)
        case Related():
            return _related(rule, row, rows, today)
        case AllOf():
            return all(matches(inner, row, rows, today) for inner in rule.rules)
        case AnyOf():
            return any(matches(inner, row, rows, today) for inner in rule.rules)
        case Not():
            return not matches(rule.rule, row, rows, today)
        case Joined():
            return _joined(rule, row, rows, today)


def compares(raw: Any, comparison: Comparison, today: date) -> bool:
    operator = comparison.operator
    if operator in NEGATIONS:
        opposite = Comparison(
            comparison.type, NEGATIONS[operator], comparison.operand, comparison.ignore_case
        )
        return not compares(raw, opposite, today)
    value = _value(raw)
    if operator is Operator.IS_EMPTY:
        return value is None or (isinstance(value, str) and not value.strip(BLANKS))
    if value is None:
        return False
    operand: Any = comparison.operand
    if comparison.ignore_case:
        value = lower(value)
        operand = tuple(map(lower, operand)) if isinstance(operand, tuple) else lower(operand)
    return _holds(operator, value, operand, today)


def lower(text: str) -> str:
    """Fold letter by letter, as DuckDB does: İ becomes i, and a last Σ becomes σ, not ς."""
    return "".join("i" if letter == "İ" else letter.lower() for letter in text)


def _value(raw: Any) -> Any:
    if isinstance(raw, float) and not math.isfinite(raw):
        return None
    return raw.date() if isinstance(raw, datetime) else raw


def _holds(operator: Operator, value: Any, operand: Any, today: date) -> bool:  # noqa: C901, PLR0911, PLR0912 - one line an operator
    match operator:
        case Operator.IS | Operator.EQUAL | Operator.ON:
            return bool(value == operand)
        case Operator.ANY_OF:
            return value in operand
        case Operator.CONTAINS:
            return operand in value
        case Operator.STARTS_WITH:
            return bool(value.startswith(operand))
        case Operator.ENDS_WITH:
            return bool(value.endswith(operand))
        case Operator.LESS | Operator.BEFORE:
            return bool(value < operand)
        case Operator.AT_MOST:
            return bool(value <= operand)
        case Operator.MORE | Operator.AFTER:
            return bool(value > operand)
        case Operator.AT_LEAST:
            return bool(value >= operand)
        case Operator.BETWEEN:
            return bool(operand[0] <= value <= operand[1])
        case Operator.IN_THE_LAST:
            return bool(today - timedelta(days=operand) < value <= today)
        case Operator.IN_THE_NEXT:
            return bool(today <= value < today + timedelta(days=operand))
        case Operator.MONTH_OF:
            return value.month in operand
        case Operator.IS_TRUE:
            return value is True
        case Operator.IS_FALSE:
            return value is False
    raise AssertionError(operator)


def _joined(rule: Joined, row: Row, rows: Rows, today: date) -> bool:
    found = [matches(inner, row, rows, today) for inner in rule.rules]
    if rule.operation is SetOperation.EXCEPT:
        return found[0] and not any(found[1:])
    return any(found) if rule.operation is SetOperation.UNION else all(found)


def _related(rule: Related, row: Row, rows: Rows, today: date) -> bool:
    key = row[rule.hop.here.name]
    found = [
        other
        for other in rows[rule.hop.table]
        if key is not None
        and other[rule.hop.there.name] is not None
        and str(other[rule.hop.there.name]) == str(key)
        and (rule.where is None or matches(rule.where, other, rows, today))
    ]
    if rule.comparison is None:
        return bool(found)
    if rule.of is None:
        return compares(len(found), rule.comparison, today)
    values = [value for other in found if (value := _value(other[rule.of.name])) is not None]
    if not values and rule.measure is not Measure.SUM:
        return False
    return compares(_measure(rule.measure, values), rule.comparison, today)


def _measure(measure: Measure, values: list[Any]) -> Any:
    match measure:
        case Measure.SUM:
            return round(sum(values), DECIMALS)
        case Measure.AVG:
            return round(sum(values) / len(values), DECIMALS)
        case Measure.MIN:
            return min(values)
        case _:
            return max(values)
