"""The rules of a segment, as records: already validated, and independent of any engine.

Only ``parser.parse`` creates rules; ``to_data`` is its inverse. Both use the grammar of
``docs/reference/segments.md``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from leleka.core.columns import Column, ColumnType
from leleka.core.rules.operators import DAYS, Operator


class Measure(StrEnum):
    """What is required of the related rows that match."""

    EXISTS = "exists"
    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"


class SetOperation(StrEnum):
    UNION = "union"
    INTERSECT = "intersect"
    EXCEPT = "except"


Scalar: TypeAlias = str | int | float | date
Operand: TypeAlias = Scalar | tuple[Scalar, ...] | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator with its operand.

    The operand is a value of ``type``, a tuple of them (months: of whole numbers), a number of days, or None
    for an operator that needs none. A datetime is compared by its day in UTC: its values are dates.
    """

    type: ColumnType
    operator: Operator
    operand: Operand = None
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """The row's value in a column satisfies the comparison."""

    table: str
    column: Column
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Hop:
    """From a row to the rows of ``table`` whose ``there`` equals its ``here``."""

    relationship: str
    here: Column
    table: str
    there: Column


@dataclass(frozen=True, slots=True)
class Related:
    """Related rows that match ``where`` exist, or a measure of them satisfies the comparison.

    ``of`` is the measured column: None for ``exists`` and ``count``. ``comparison`` is None for ``exists``.
    """

    hop: Hop
    measure: Measure
    of: Column | None
    comparison: Comparison | None
    where: "Rule | None"


@dataclass(frozen=True, slots=True)
class AllOf:
    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    rule: "Rule"


@dataclass(frozen=True, slots=True)
class Joined:
    """Sets of profiles, combined; ``except`` subtracts all the others from the first."""

    operation: SetOperation
    rules: "tuple[Rule, ...]"


Rule: TypeAlias = Condition | Related | AllOf | AnyOf | Not | Joined


def walk(rule: Rule) -> Iterator[Rule]:
    """Yield the rule and every rule inside it, parents first."""
    yield rule
    for inner in _inside(rule):
        yield from walk(inner)


def columns_used(rule: Rule) -> frozenset[tuple[str, str]]:
    """Return the (table, column) pairs that the rule compares or measures, without the keys of
    relationships.
    """
    compared = {(part.table, part.column.name) for part in walk(rule) if isinstance(part, Condition)}
    measured = {
        (part.hop.table, part.of.name) for part in walk(rule) if isinstance(part, Related) and part.of
    }
    return frozenset(compared | measured)


def relationships_used(rule: Rule) -> frozenset[str]:
    return frozenset(part.hop.relationship for part in walk(rule) if isinstance(part, Related))


def uses_today(rule: Rule) -> bool:
    """Return whether the same data may give other members tomorrow."""
    return any(
        part.comparison is not None and part.comparison.operator in DAYS
        for part in walk(rule)
        if isinstance(part, Condition | Related)
    )


def to_data(rule: Rule) -> dict[str, object]:
    """Return the canonical long form in JSON types; equal rules give equal data, and ``parse`` accepts it."""
    match rule:
        case Condition():
            return {"column": rule.column.name, **_comparison_data(rule.comparison)}
        case Related():
            return _related_data(rule)
        case AllOf():
            return {"all": [to_data(inner) for inner in rule.rules]}
        case AnyOf():
            return {"any": [to_data(inner) for inner in rule.rules]}
        case Not():
            return {"not": to_data(rule.rule)}
        case Joined():
            return {rule.operation.value: [to_data(inner) for inner in rule.rules]}


def _inside(rule: Rule) -> tuple[Rule, ...]:
    match rule:
        case AllOf() | AnyOf() | Joined():
            return rule.rules
        case Not():
            return (rule.rule,)
        case Related():
            return (rule.where,) if rule.where else ()
        case Condition():
            return ()


def _related_data(rule: Related) -> dict[str, object]:
    data: dict[str, object] = {"related": rule.hop.relationship, "measure": rule.measure.value}
    if rule.of:
        data["of"] = rule.of.name
    if rule.comparison:
        data |= _comparison_data(rule.comparison)
    if rule.where:
        data["where"] = to_data(rule.where)
    return data


def _comparison_data(comparison: Comparison) -> dict[str, object]:
    data: dict[str, object] = {"operator": comparison.operator.value}
    operand = comparison.operand
    if isinstance(operand, tuple):
        data["value"] = [_json(value) for value in operand]
    elif operand is not None:
        data["value"] = _json(operand)
    if comparison.ignore_case:
        data["ignore case"] = True
    return data


def _json(value: Scalar) -> object:
    return value.isoformat() if isinstance(value, date) else value
