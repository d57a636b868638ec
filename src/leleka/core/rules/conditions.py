"""Reads one mapping of a rule: its keys, its column, its operator; problems are collected, not raised."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from leleka.core.columns import Catalogue, Column, ColumnType, Table
from leleka.core.rules.model import Comparison
from leleka.core.rules.operators import ALIASES, CASELESS, FLAGS, Operator
from leleka.core.rules.values import kind_of, read_operand
from leleka.errors import Problem

Keys: TypeAlias = Mapping[str, object]

_LONG_FORM = frozenset({"operator", "value"})
_LONGEST_NAME = 60
_NOTHING = object()


@dataclass(slots=True)
class Reading:
    """The state of reading a rule: the catalogue, the problems so far, how much was read."""

    catalogue: Catalogue
    problems: list[Problem] = field(default_factory=list)
    conditions: int = 0
    too_large: bool = False

    def problem(self, key: str, where: str, **params: Any) -> None:
        self.problems.append(Problem(key, where, params))

    def unexpected(self, data: Keys, known: Iterable[str], where: str) -> bool:
        """Report the keys that are not ``known``."""
        allowed = list(known)
        extra = [key for key in data if key not in allowed]
        for key in extra:
            self.problem("RULE_SHAPE.unknown", where, name=shortened(key), near=nearest(key, allowed))
        return bool(extra)


def read_column(reading: Reading, table: Table, name: object, where: str) -> Column | None:
    if not isinstance(name, str):
        reading.problem("RULE_SHAPE.column_name", where, got=kind_of(name))
        return None
    column = table.column(name)
    if column is None:
        near = nearest(name, [known.name for known in table.columns])
        reading.problem(
            "RULE_UNKNOWN_COLUMN", where, table=shortened(table.name), name=shortened(name), near=near
        )
    return column


def read_comparison(
    reading: Reading, data: Keys, column_type: ColumnType, operators: tuple[Operator, ...], where: str
) -> Comparison | None:
    """Read the operator and its value from the remaining keys of a rule."""
    rest = {key: value for key, value in data.items() if key != "ignore case"}
    if "operator" in rest:
        if reading.unexpected(rest, _LONG_FORM, where):
            return None
        name, raw, place = rest["operator"], rest.get("value", _NOTHING), f"{where}.value"
    elif len(rest) == 1:
        ((name, raw),) = rest.items()
        place = f"{where}.{name}"
    else:
        _report_count(reading, rest, where)
        return None
    operator = _read_operator(reading, name, (column_type, operators), where)
    if operator is None:
        return None
    return _read_operand(reading, Comparison(column_type, operator), raw, (data, where, place))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was probably meant; "" where none is near."""
    candidates = list(known)
    folded = [candidate for candidate in candidates if candidate.casefold() == name.strip().casefold()]
    close = folded or difflib.get_close_matches(name[:_LONGEST_NAME], candidates, n=1)
    return shortened(close[0]) if close else ""


def quoted(name: str) -> str:
    return f"'{shortened(name)}'"


def shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"


def _report_count(reading: Reading, rest: Keys, where: str) -> None:
    if rest:
        given = [quoted(key) for key in list(rest)[:5]]
        reading.problem("RULE_SHAPE.operators", where, operators=given)
    else:
        reading.problem("RULE_SHAPE.no_operator", where)


def _read_operator(
    reading: Reading, name: object, allowed: tuple[ColumnType, tuple[Operator, ...]], where: str
) -> Operator | None:
    column_type, operators = allowed
    if isinstance(name, str):
        aliases = ALIASES[column_type]
        if column_type is ColumnType.BOOLEAN and name == "is":
            return Operator.IS
        operator = aliases.get(name) or next((known for known in operators if known.value == name), None)
        if operator in operators:
            return operator
    shown = quoted(name) if isinstance(name, str) else kind_of(name)
    near = nearest(name, operators) if isinstance(name, str) else ""
    allowed_here = [operator.value for operator in operators]
    reading.problem(
        "RULE_UNKNOWN_OPERATOR", where, name=shown, type=column_type.value, near=near, allowed=allowed_here
    )
    return None


def _read_operand(
    reading: Reading, comparison: Comparison, raw: object, place: tuple[Keys, str, str]
) -> Comparison | None:
    data, where, value_at = place
    column_type, operator = comparison.type, comparison.operator
    ignore_case = _ignore_case(reading, data, comparison, where)
    if column_type is ColumnType.BOOLEAN and operator is Operator.IS:
        return _read_truth(reading, raw, value_at)
    if raw is _NOTHING:
        if operator in FLAGS:
            return comparison
        reading.problem("RULE_SHAPE.value", where, operator=operator)
        return None
    operand, problems = read_operand(operator, column_type, raw, value_at)
    reading.problems += problems
    return None if problems else Comparison(column_type, operator, operand, ignore_case)


def _read_truth(reading: Reading, raw: object, where: str) -> Comparison | None:
    if isinstance(raw, bool):
        return Comparison(ColumnType.BOOLEAN, Operator.IS_TRUE if raw else Operator.IS_FALSE)
    given = "nothing" if raw is _NOTHING else kind_of(raw)
    reading.problem("RULE_TYPE.truth", where, got=given, unquote=True)
    return None


def _ignore_case(reading: Reading, data: Keys, comparison: Comparison, where: str) -> bool:
    if "ignore case" not in data:
        return False
    raw = data["ignore case"]
    if comparison.type is not ColumnType.TEXT or comparison.operator not in CASELESS:
        reading.problem("RULE_SHAPE.case", where, operator=comparison.operator.value)
    elif not isinstance(raw, bool):
        reading.problem("RULE_TYPE.truth", f"{where}.ignore case", got=kind_of(raw), unquote=False)
    return raw is True
