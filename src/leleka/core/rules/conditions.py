"""Reads one condition: its column, its operator and what it is compared with; problems are collected, not raised."""

from collections.abc import Mapping
from dataclasses import dataclass

from leleka.core.columns import NUMERIC, TEMPORAL, Column, ColumnType, Table
from leleka.core.rules.model import Comparison
from leleka.core.rules.operands import OtherColumn
from leleka.core.rules.operators import ALIASES, BESIDE, CASELESS, FLAGS, Operator
from leleka.core.rules.reading import NOTHING, Keys, Reading, nearest, quoted, shortened
from leleka.core.rules.values import kind_of, read_operand

_LONG_FORM = frozenset({"operator", "value"})


@dataclass(frozen=True, slots=True)
class Compared:
    """What stands left of an operator: its type, the operators it has, and the table of the row where it is a column's
    value; None where it is a measure of many rows.
    """

    type: ColumnType
    operators: tuple[Operator, ...]
    table: Table | None = None


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


def read_comparison(reading: Reading, data: Keys, left: Compared, where: str) -> Comparison | None:
    """Read the operator and its value from the remaining keys of a rule."""
    rest = {key: value for key, value in data.items() if key != "ignore case"}
    if "operator" in rest:
        if reading.unexpected(rest, _LONG_FORM, where):
            return None
        name, raw, place = rest["operator"], rest.get("value", NOTHING), f"{where}.value"
    elif len(rest) == 1:
        ((name, raw),) = rest.items()
        place = f"{where}.{name}"
    else:
        _report_count(reading, rest, where)
        return None
    operator = _read_operator(reading, name, left, where)
    if operator is None:
        return None
    comparison = Comparison(left.type, operator)
    if isinstance(raw, Mapping) and left.table is not None and operator in BESIDE:
        return _beside(reading, comparison, left.table, (raw, data, where, place))
    return _read_operand(reading, comparison, raw, (data, where, place))


def _report_count(reading: Reading, rest: Keys, where: str) -> None:
    if rest:
        given = [quoted(key) for key in list(rest)[:5]]
        reading.problem("RULE_SHAPE.operators", where, operators=given)
    else:
        reading.problem("RULE_SHAPE.no_operator", where)


def _read_operator(reading: Reading, name: object, left: Compared, where: str) -> Operator | None:
    if isinstance(name, str):
        if left.type is ColumnType.BOOLEAN and name == "is":
            return Operator.IS
        known = next((one for one in left.operators if one.value == name), None)
        operator = ALIASES[left.type].get(name) or known
        if operator in left.operators:
            return operator
    shown = quoted(name) if isinstance(name, str) else kind_of(name)
    near = nearest(name, left.operators) if isinstance(name, str) else ""
    allowed = [operator.value for operator in left.operators]
    reading.problem(
        "RULE_UNKNOWN_OPERATOR", where, name=shown, type=left.type.value, near=near, allowed=allowed
    )
    return None


def _beside(
    reading: Reading, comparison: Comparison, table: Table, place: tuple[Keys, Keys, str, str]
) -> Comparison | None:
    """Read the other column of the row that a value is compared with."""
    raw, data, where, value_at = place
    ignore_case = _ignore_case(reading, data, comparison, where)
    if set(raw) != {"column"}:
        reading.problem("RULE_SHAPE.beside", value_at)
        return None
    other = read_column(reading, table, raw["column"], f"{value_at}.column")
    if other is None:
        return None
    kinds = {comparison.type, other.type}
    if len(kinds) > 1 and not kinds <= NUMERIC and not kinds <= TEMPORAL:
        reading.problem("RULE_TYPE.beside", value_at, type=comparison.type.value, other=other.type.value)
        return None
    return Comparison(comparison.type, comparison.operator, OtherColumn(other), ignore_case)


def _read_operand(
    reading: Reading, comparison: Comparison, raw: object, place: tuple[Keys, str, str]
) -> Comparison | None:
    data, where, value_at = place
    column_type, operator = comparison.type, comparison.operator
    ignore_case = _ignore_case(reading, data, comparison, where)
    if column_type is ColumnType.BOOLEAN and operator is Operator.IS:
        return _read_truth(reading, raw, value_at)
    if raw is NOTHING:
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
    given = "nothing" if raw is NOTHING else kind_of(raw)
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
