"""The meaning of rules, implemented a second time in plain Python: slow, obvious, and without SQL."""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from leleka.core.rules.model import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    InList,
    InSegment,
    Joined,
    Measure,
    Not,
    RandomShare,
    Related,
    Rule,
    SetOperation,
    Step,
)
from leleka.core.rules.operands import OtherColumn, RelativeDay, Share
from leleka.core.rules.operators import BLANKS, DECIMALS, NEGATIONS, Operator
from tests.fakes.segment_tables import BOOK, LISTED, MEMBERS

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]


def matches(rule: Rule, row: Row, rows: Rows, today: date) -> bool:  # noqa: PLR0911 - one line a rule
    match rule:
        case Condition():
            return _condition(rule, row, rows, today)
        case InSegment():
            return row["Id"] in MEMBERS[rule.name]
        case InList():
            return (row["Id"] if rule.name == "Never" else BOOK.get(row["Id"])) in LISTED[rule.name]
        case RandomShare():
            drawn = hashlib.md5(f"{rule.seed}:{row['Id']}".encode(), usedforsecurity=False).hexdigest()
            return rule.first <= int(drawn[:8], 16) * 10_000 / 2**32 < rule.last
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


def _condition(rule: Condition, row: Row, rows: Rows, today: date) -> bool:
    comparison = rule.comparison
    if isinstance(comparison.operand, Share):
        top = comparison.operator is Operator.IN_THE_TOP
        value = _value(row[rule.column.name])
        values = [known for one in rows[rule.table] if (known := _value(one[rule.column.name])) is not None]
        better = sum(one > value if top else one < value for one in values) if value is not None else 0
        amount = comparison.operand.amount
        most = math.ceil(len(values) * amount / 10_000) if comparison.operand.of_all else amount
        return value is not None and better < most
    if isinstance(comparison.operand, OtherColumn):
        other = _value(row[comparison.operand.column.name])
        if other is None:
            return comparison.operator in NEGATIONS
        comparison = Comparison(comparison.type, comparison.operator, other, comparison.ignore_case)
    return compares(row[rule.column.name], comparison, today)


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
    if isinstance(operand, RelativeDay):
        operand = today + timedelta(days=operand.days)
    if isinstance(operand, tuple):
        operand = tuple(
            today + timedelta(days=one.days) if isinstance(one, RelativeDay) else one for one in operand
        )
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


def _holds(operator: Operator, value: Any, operand: Any, today: date) -> bool:  # noqa: C901, PLR0911 - one line an operator
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
        case Operator.AT_MOST | Operator.ON_OR_BEFORE:
            return bool(value <= operand)
        case Operator.MORE | Operator.AFTER:
            return bool(value > operand)
        case Operator.AT_LEAST | Operator.ON_OR_AFTER:
            return bool(value >= operand)
        case Operator.BETWEEN:
            return bool(operand[0] <= value <= operand[1])
        case Operator.IS_TRUE:
            return value is True
        case Operator.IS_FALSE:
            return value is False
    return _day_holds(operator, value, operand, today)


def _day_holds(operator: Operator, value: date, operand: Any, today: date) -> bool:  # noqa: PLR0911 - one line an operator
    match operator:
        case Operator.IN_THE_LAST:
            return bool(today - timedelta(days=operand) < value <= today)
        case Operator.IN_THE_NEXT:
            return bool(today <= value < today + timedelta(days=operand))
        case Operator.IN_THIS:
            return _period(value, operand) == _period(today, operand)
        case Operator.IN_THE_PREVIOUS:
            return _period(value, operand) == _period(today, operand) - 1
        case Operator.IN_THE_FOLLOWING:
            return _period(value, operand) == _period(today, operand) + 1
        case Operator.ANNIVERSARY:
            return any(_birthday(value, today + timedelta(days=day)) for day in range(operand))
        case Operator.MONTH_OF:
            return value.month in operand
    raise AssertionError(operator)


def _period(day: date, period: str) -> int:
    """Return the number of the day's week, month, quarter or year, counted from the beginning of the calendar."""
    match period:
        case "week":
            return (day.toordinal() - 1) // 7  # 1 January of the year 1 was a Monday
        case "month":
            return day.year * 12 + day.month
        case "quarter":
            return day.year * 4 + (day.month - 1) // 3
    return day.year


def _birthday(born: date, day: date) -> bool:
    if (born.month, born.day) == (day.month, day.day):
        return True
    last_of_february = day.month == 2 and (day + timedelta(days=1)).month == 3
    return (born.month, born.day) == (2, 29) and last_of_february


def _joined(rule: Joined, row: Row, rows: Rows, today: date) -> bool:
    found = [matches(inner, row, rows, today) for inner in rule.rules]
    if rule.operation is SetOperation.EXCEPT:
        return found[0] and not any(found[1:])
    return any(found) if rule.operation is SetOperation.UNION else all(found)


def _related(rule: Related, row: Row, rows: Rows, today: date) -> bool:
    found = list(_led(rule.path, row, rows, today))
    if rule.comparison is None:
        return bool(found)
    if rule.of is None:
        return compares(len(found), rule.comparison, today)
    known = [(other, value) for other in found if (value := _value(other[rule.of.name])) is not None]
    if rule.measure in {Measure.COUNT_DISTINCT, Measure.FIRST, Measure.LAST}:
        known = [
            (other, value) for other, value in known if not isinstance(value, str) or value.strip(BLANKS)
        ]
    if rule.by is not None:
        by = rule.by.name
        ordered = sorted((other[by], value) for other, value in known if _value(other[by]) is not None)
        if not ordered:
            return False
        return compares(ordered[-1 if rule.measure is Measure.LAST else 0][1], rule.comparison, today)
    values = [value for _, value in known]
    if not values and rule.measure not in {Measure.SUM, Measure.COUNT_DISTINCT}:
        return False
    return compares(_measure(rule.measure, values), rule.comparison, today)


def _led(path: Sequence[Step], row: Row, rows: Rows, today: date) -> Iterator[Row]:
    """Yield the rows at the end of a path, one for each way."""
    if not path:
        yield row
        return
    step, *further = path
    key = row[step.hop.here.name]
    for other in rows[step.hop.table]:
        there = other[step.hop.there.name]
        if key is None or there is None or str(there) != str(key):
            continue
        if step.where is None or matches(step.where, other, rows, today):
            yield from _led(further, other, rows, today)


def _measure(measure: Measure, values: list[Any]) -> Any:
    match measure:
        case Measure.COUNT_DISTINCT:
            return len(set(values))
        case Measure.SUM:
            return round(sum(values), DECIMALS)
        case Measure.AVG:
            return round(sum(values) / len(values), DECIMALS)
        case Measure.MIN:
            return min(values)
        case _:
            return max(values)
