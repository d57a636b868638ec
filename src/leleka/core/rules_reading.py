"""Reads one mapping of a rule: its keys, its column, its operator; problems are collected, not raised."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from leleka.core.columns import Catalogue, Column, ColumnType, Table
from leleka.core.rules import Comparison
from leleka.core.rules_operators import ALIASES, CASELESS, FLAGS, Operator
from leleka.core.rules_values import kind_of, read_operand
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

    def problem(self, code: str, message: str, where: str, remedy: str = "") -> None:
        self.problems.append(Problem(code, message, where, remedy))

    def unknown(self, code: str, message: str, name: str, known: Iterable[str], where: str) -> None:
        self.problem(code, f"{message} {quoted(name)}.", where, did_you_mean(name, known))

    def unexpected(self, data: Keys, known: Iterable[str], where: str) -> bool:
        """Report the keys that are not ``known``."""
        allowed = list(known)
        extra = [key for key in data if key not in allowed]
        for key in extra:
            self.unknown("RULE_SHAPE", "Nothing here is called", key, allowed, where)
        return bool(extra)


def read_column(reading: Reading, table: Table, name: object, where: str) -> Column | None:
    if not isinstance(name, str):
        message = f"A column is named by its text, not by {kind_of(name)}."
        reading.problem("RULE_SHAPE", message, where, "Write the name in quotes.")
        return None
    column = table.column(name)
    if column is None:
        names = [known.name for known in table.columns]
        message = f"The table {quoted(table.name)} has no column"
        reading.unknown("RULE_UNKNOWN_COLUMN", message, name, names, where)
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


def did_you_mean(name: str, known: Iterable[str]) -> str:
    candidates = list(known)
    folded = [candidate for candidate in candidates if candidate.casefold() == name.strip().casefold()]
    close = folded or difflib.get_close_matches(name[:_LONGEST_NAME], candidates, n=1)
    return f"Did you mean {quoted(close[0])}?" if close else ""


def quoted(name: str) -> str:
    return f"'{name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + '…'}'"


def _report_count(reading: Reading, rest: Keys, where: str) -> None:
    if rest:
        message = (
            f"One rule has one operator; this one has {', '.join(quoted(key) for key in list(rest)[:5])}."
        )
        reading.problem("RULE_SHAPE", message, where, "Write two rules under 'all'.")
    else:
        reading.problem("RULE_SHAPE", "The rule has no operator.", where, "Write for example 'is: high'.")


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
    guess = did_you_mean(name, operators) if isinstance(name, str) else ""
    remedy = f"{guess} Allowed: {', '.join(operators)}.".lstrip()
    message = f"{shown} is no operator for {column_type.value}."
    reading.problem("RULE_UNKNOWN_OPERATOR", message, where, remedy)
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
        reading.problem("RULE_SHAPE", f"'{operator}' needs a value.", where, "Write 'value: …'.")
        return None
    operand, problems = read_operand(operator, column_type, raw, value_at)
    reading.problems += problems
    return None if problems else Comparison(column_type, operator, operand, ignore_case)


def _read_truth(reading: Reading, raw: object, where: str) -> Comparison | None:
    if isinstance(raw, bool):
        return Comparison(ColumnType.BOOLEAN, Operator.IS_TRUE if raw else Operator.IS_FALSE)
    given = "nothing" if raw is _NOTHING else kind_of(raw)
    reading.problem("RULE_TYPE", f"Expected true or false, got {given}.", where, "Write it without quotes.")
    return None


def _ignore_case(reading: Reading, data: Keys, comparison: Comparison, where: str) -> bool:
    if "ignore case" not in data:
        return False
    raw = data["ignore case"]
    if comparison.type is not ColumnType.TEXT or comparison.operator not in CASELESS:
        reading.problem(
            "RULE_SHAPE", f"'{comparison.operator}' has no case to ignore.", where, "Leave it out."
        )
    elif not isinstance(raw, bool):
        message = f"Expected true or false, got {kind_of(raw)}."
        reading.problem("RULE_TYPE", message, f"{where}.ignore case")
    return raw is True
