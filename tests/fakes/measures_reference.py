"""The meaning of measures, implemented a second time in plain Python: slow, obvious, and without SQL."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from leleka.core.columns import ColumnType
from leleka.core.measures.model import (
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
    Value,
    parts_of,
    type_of,
)
from leleka.core.rules.model import Hop
from leleka.core.rules.operators import BLANKS, DECIMALS
from tests.fakes.rules_reference import Row, Rows, lower, matches


def value_of(measure: Measure, row: Row, rows: Rows, today: date) -> Any:
    """Return the value of one profile; None where it has none."""
    if not isinstance(measure, Aggregated):
        return tidy(_expression(measure, row))
    found = [
        other
        for other in _reached(measure.path, row, rows)
        if measure.where is None or matches(measure.where, other, rows, today)
    ]
    if measure.of is None:
        return len(found)
    if measure.by is not None:
        return _in_order(measure, found)
    values = [value for other in found if (value := tidy(other[measure.of.name])) is not None]
    if measure.aggregate is Aggregate.SUM:
        return _rounded(sum(values))
    return _of(measure.aggregate, values) if values else None


def tidy(raw: Any) -> Any:
    if isinstance(raw, str):
        return raw.strip(BLANKS) or None
    return None if isinstance(raw, float) and not math.isfinite(raw) else raw


def _reached(path: Sequence[Hop], row: Row, rows: Rows) -> Iterator[Row]:
    hop, rest = path[0], path[1:]
    key = row[hop.here.name]
    for other in rows[hop.table]:
        there = other[hop.there.name]
        if key is not None and there is not None and str(there) == str(key):
            if rest:
                yield from _reached(rest, other, rows)
            else:
                yield other


def _in_order(measure: Aggregated, found: Sequence[Row]) -> Any:
    assert measure.of is not None
    assert measure.by is not None
    pairs = [(tidy(other[measure.by.name]), tidy(other[measure.of.name])) for other in found]
    known = [pair for pair in pairs if None not in pair]
    if not known:
        return None
    return (max if measure.aggregate is Aggregate.LAST else min)(known)[1]


def _of(aggregate: Aggregate, values: Sequence[Any]) -> Any:
    match aggregate:
        case Aggregate.AVG:
            return _rounded(sum(values) / len(values))
        case Aggregate.MIN:
            return min(values)
        case Aggregate.MAX:
            return max(values)
        case _:
            counts = Counter(values)
            return min(value for value, times in counts.items() if times == max(counts.values()))


def _rounded(value: Any) -> Any:
    return round(value, DECIMALS) if isinstance(value, float) else value


def _expression(part: Expression, row: Row) -> Any:
    match part:
        case Literal():
            return part.value
        case Value():
            return tidy(row[part.column.name])
        case Concat():
            return _concat(part, row)
        case Coalesce():
            values = (_expression(inner, row) for inner in part.parts)
            first = next((value for value in values if value is not None), None)
            return float(first) if first is not None and type_of(part) is ColumnType.NUMBER else first
        case Apply():
            return _applied(part.function, _expression(part.part, row))
        case Mapped():
            return _mapped(part, row)


def _concat(part: Concat, row: Row) -> Any:
    texts, present = [], False
    for inner in part.parts:
        value = _expression(inner, row)
        text = value if isinstance(inner, Literal) and isinstance(value, str) else text_of(value)
        if text is not None and any(isinstance(one, Value) for one in parts_of(inner)):
            present = True
        texts.append(text or "")
    return tidy("".join(texts)) if present else None


def _mapped(part: Mapped, row: Row) -> Any:
    found = dict(part.pairs).get(text_of(_expression(part.part, row)) or "\0", part.otherwise)
    return float(found) if found is not None and type_of(part) is ColumnType.NUMBER else found


def _applied(function: Function, value: Any) -> Any:
    if value is None:
        return None
    if function is Function.LOWER:
        return lower(value)
    return value.isoweekday() if function is Function.WEEKDAY else getattr(value, function.value)


def text_of(value: Any) -> str | None:
    """Return the text of a value as it is sent."""
    value = tidy(value)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = f"{round(Decimal(repr(value)), DECIMALS):f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return str(value)
