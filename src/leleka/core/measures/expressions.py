"""Reads expressions over the columns of one profile; problems are collected, not raised."""

import math
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Final, TypeAlias

from leleka.core.columns import TEMPORAL, ColumnType
from leleka.core.measures.model import (
    Apply,
    Coalesce,
    Concat,
    Expression,
    Function,
    Literal,
    Mapped,
    Scalar,
    Value,
    common_type,
    parts_of,
    type_of,
    type_of_scalar,
)
from leleka.core.rules.conditions import read_column
from leleka.core.rules.reading import Keys, Reading
from leleka.core.rules.values import kind_of

Names: TypeAlias = AbstractSet[str]

DEEPEST: Final = 10
MOST_PARTS: Final = 100
MOST_PAIRS: Final = 1_000
LONGEST_TEXT: Final = 1_000  # characters
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_FUNCTIONS: Final = tuple(function.value for function in Function)
FUNCTIONS: Final = ("concat", "coalesce", *_FUNCTIONS, "map")
_HEADS: Final = ("column", "text", *FUNCTIONS)


def read_expression(reading: Reading, data: object, where: str, measures: Names) -> Expression | None:
    """Read an expression that has at least one column in it."""
    found = _Expressions(reading, measures).read(data, where, 1)
    if found is not None and not _has_column(found):
        reading.problem("MEASURE_SHAPE.no_column", where)
        return None
    return found


class _Expressions:
    """Reads parts within parts."""

    def __init__(self, reading: Reading, measures: Names) -> None:
        self._reading = reading
        self._measures = measures

    def read(self, data: object, where: str, depth: int) -> Expression | None:
        if depth > DEEPEST:
            self._reading.problem("MEASURE_TOO_DEEP", where, most=DEEPEST)
            return None
        if isinstance(data, str | int | float):
            return self._literal(data, where)
        if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
            self._reading.problem("MEASURE_SHAPE.part", where, got=kind_of(data))
            return None
        heads = [head for head in _HEADS if head in data]
        if len(heads) != 1:
            self._reading.problem("MEASURE_SHAPE.heads", where, heads=heads or list(_HEADS))
            return None
        return self._headed(heads[0], data, where, depth)

    def _headed(self, head: str, data: Keys, where: str, depth: int) -> Expression | None:
        known = {"map", "values", "else"} if head == "map" else {head}
        if self._reading.unexpected(data, known, where):
            return None
        inside = f"{where}.{head}"
        if head == "column":
            return self._column(data[head], inside)
        if head == "text":
            return self._literal(data[head], inside)
        if head in {"concat", "coalesce"}:
            return self._of_many(head, data[head], inside, depth)
        part = self.read(data[head], inside, depth + 1)
        if head == "map":
            return self._mapped(part, data, where)
        return self._applied(Function(head), part, inside)

    def _column(self, name: object, where: str) -> Value | None:
        table = self._reading.catalogue.profile_table
        if isinstance(name, str) and table.column(name) is None and name in self._measures:
            self._reading.problem("MEASURE_OF_MEASURE", where, name=name)
            return None
        column = read_column(self._reading, table, name, where)
        return Value(column) if column else None

    def _literal(self, told: object, where: str) -> Literal | None:
        value = self._scalar(told, where)
        return None if value is None else Literal(value)

    def _of_many(self, head: str, told: object, where: str, depth: int) -> Expression | None:
        if not isinstance(told, list | tuple) or not 1 <= len(told) <= MOST_PARTS:
            self._reading.problem("MEASURE_SHAPE.parts", where, head=head, most=MOST_PARTS)
            return None
        read = [self.read(one, f"{where}[{number}]", depth + 1) for number, one in enumerate(told)]
        parts = tuple(part for part in read if part is not None)
        if len(parts) < len(read):
            return None
        if head == "concat":
            if any(_has_column(part) for part in parts):
                return Concat(parts)
            self._reading.problem("MEASURE_SHAPE.no_column", where)
            return None
        types = [type_of(part) for part in parts]
        if common_type(types) is None:
            kinds = sorted({kind.value for kind in types})
            self._reading.problem("MEASURE_TYPE.coalesce", where, types=kinds)
            return None
        return Coalesce(parts)

    def _applied(self, function: Function, part: Expression | None, where: str) -> Expression | None:
        if part is None:
            return None
        allowed = {ColumnType.TEXT} if function is Function.LOWER else TEMPORAL
        kind = type_of(part)
        if kind in allowed:
            return Apply(function, part)
        kinds = sorted(one.value for one in allowed)
        self._reading.problem(
            "RULE_TYPE.measure", where, measure=function.value, type=kind.value, allowed=kinds
        )
        return None

    def _mapped(self, part: Expression | None, data: Keys, where: str) -> Expression | None:
        told = data.get("values")
        if not isinstance(told, dict) or not 1 <= len(told) <= MOST_PAIRS:
            self._reading.problem("MEASURE_SHAPE.values", f"{where}.values", most=MOST_PAIRS)
            return None
        pairs = [
            (_key_text(key), self._scalar(value, f"{where}.values[{number}]"))
            for number, (key, value) in enumerate(told.items())
        ]
        otherwise = None
        if data.get("else") is not None:
            otherwise = self._scalar(data["else"], f"{where}.else")
            if otherwise is None:
                return None
        known = tuple((key, value) for key, value in pairs if value is not None)
        if part is None or len(known) < len(pairs):
            return None
        results = [value for _, value in known] + ([] if otherwise is None else [otherwise])
        types = [type_of_scalar(value) for value in results]
        if common_type(types) is None:
            kinds = sorted({kind.value for kind in types})
            self._reading.problem("MEASURE_TYPE.map", f"{where}.values", types=kinds)
            return None
        return Mapped(part, known, otherwise)

    def _scalar(self, told: object, where: str) -> Scalar | None:
        if isinstance(told, str):
            # What no destination takes, and no engine stores, is refused here and not by half of them.
            if len(told) <= LONGEST_TEXT and "\0" not in told and _is_unicode(told):
                return told
            self._reading.problem("MEASURE_SHAPE.text", where, most=LONGEST_TEXT)
            return None
        if isinstance(told, bool):
            return told
        if isinstance(told, int) and _SMALLEST <= told <= _LARGEST:
            return told
        if isinstance(told, float) and math.isfinite(told):
            return told
        self._reading.problem("MEASURE_SHAPE.scalar", where, got=kind_of(told))
        return None


def _has_column(expression: Expression) -> bool:
    return any(isinstance(part, Value) for part in parts_of(expression))


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _key_text(key: object) -> str:
    """Return what YAML read as a number, a date or a truth as the text that such a value has when it is sent."""
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, datetime):
        return f"{key:%Y-%m-%dT%H:%M:%SZ}"
    return key.isoformat() if isinstance(key, date) else str(key)
