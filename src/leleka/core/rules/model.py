"""The rules of a segment, as records: already validated, and independent of any engine.

Only ``parser.parse`` creates rules; ``writing.to_data`` is its inverse. Both use the grammar of
``docs/reference/segments.md``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from leleka.core.columns import Column, ColumnType
from leleka.core.rules.operands import Operand, OtherColumn, RelativeDay
from leleka.core.rules.operators import OF_TODAY, Operator


class Measure(StrEnum):
    """What is required of the related rows that match."""

    EXISTS = "exists"
    COUNT = "count"
    COUNT_DISTINCT = "count distinct"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    LAST = "last"


NOTE = "note"  # the key of what somebody wrote beside a rule
IN_ORDER = frozenset({Measure.FIRST, Measure.LAST})
ZERO_OF_NONE = frozenset({Measure.COUNT, Measure.COUNT_DISTINCT, Measure.SUM})


class SetOperation(StrEnum):
    UNION = "union"
    INTERSECT = "intersect"
    EXCEPT = "except"


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator with its operand.

    The operand is a value of ``type``, a tuple of them (months: of whole numbers), a number of days, or None
    for an operator that needs none; ``operands`` has the others. A datetime is compared by its day in UTC: its
    values are dates, or days told from today.
    """

    type: ColumnType
    operator: Operator
    operand: Operand = None
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """Any rule; ``note`` is what somebody wrote beside it, and makes no difference to what it matches."""

    note: str = field(default="", kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class Condition(Noted):
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
class Step:
    """One relationship of a path; only rows of its table that match ``where`` lead on, or count."""

    hop: Hop
    where: "Rule | None" = None


@dataclass(frozen=True, slots=True)
class Related(Noted):
    """Rows at the end of ``path`` exist, or a measure of them satisfies the comparison.

    A row counts once for each way that leads to it. ``of`` is the measured column: None for ``exists`` and
    ``count``. ``comparison`` is None for ``exists``. ``by`` is what *first* and *last* are told by.
    """

    path: tuple[Step, ...]
    measure: Measure
    of: Column | None = None
    comparison: Comparison | None = None
    by: Column | None = None

    @property
    def table(self) -> str:
        """Return the table whose rows are measured."""
        return self.path[-1].hop.table


@dataclass(frozen=True, slots=True)
class AllOf(Noted):
    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf(Noted):
    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class Not(Noted):
    rule: "Rule"


@dataclass(frozen=True, slots=True)
class Joined(Noted):
    """Sets of profiles, combined; ``except`` subtracts all the others from the first."""

    operation: SetOperation
    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class InSegment(Noted):
    """The profile is a member of another segment."""

    name: str


@dataclass(frozen=True, slots=True)
class InList(Noted):
    """The profile is in a list that somebody gave."""

    name: str


@dataclass(frozen=True, slots=True)
class RandomShare(Noted):
    """The profile falls between two hundredths of a percent, the second excluded; ``seed`` says of which shuffle."""

    seed: str
    first: int
    last: int


Rule: TypeAlias = Condition | Related | AllOf | AnyOf | Not | Joined | InSegment | InList | RandomShare


def walk(rule: Rule) -> Iterator[Rule]:
    """Yield the rule and every rule inside it, parents first."""
    yield rule
    for inner in inside(rule):
        yield from walk(inner)


def columns_used(rule: Rule) -> frozenset[tuple[str, str]]:
    """Return the (table, column) pairs that the rule compares or measures, without the keys of
    relationships.
    """
    found: set[tuple[str, str]] = set()
    for part in walk(rule):
        if isinstance(part, Condition):
            found.add((part.table, part.column.name))
            if isinstance(part.comparison.operand, OtherColumn):
                found.add((part.table, part.comparison.operand.column.name))
        elif isinstance(part, Related):
            found |= {(part.table, column.name) for column in (part.of, part.by) if column}
    return frozenset(found)


def relationships_used(rule: Rule) -> frozenset[str]:
    return frozenset(step.hop.relationship for step in _steps(rule))


def tables_used(rule: Rule) -> frozenset[str]:
    """Return the tables that the rule's relationships lead to."""
    return frozenset(step.hop.table for step in _steps(rule))


def segments_used(rule: Rule) -> frozenset[str]:
    return frozenset(part.name for part in walk(rule) if isinstance(part, InSegment))


def lists_used(rule: Rule) -> frozenset[str]:
    return frozenset(part.name for part in walk(rule) if isinstance(part, InList))


def uses_today(rule: Rule) -> bool:
    """Return whether the same data may give other members tomorrow."""
    return any(
        part.comparison is not None and _of_today(part.comparison)
        for part in walk(rule)
        if isinstance(part, Condition | Related)
    )


def inside(rule: Rule) -> tuple[Rule, ...]:
    """Return the rules directly inside a rule."""
    match rule:
        case AllOf() | AnyOf() | Joined():
            return rule.rules
        case Not():
            return (rule.rule,)
        case Related():
            return tuple(step.where for step in rule.path if step.where is not None)
        case Condition() | InSegment() | InList() | RandomShare():
            return ()


def _steps(rule: Rule) -> Iterator[Step]:
    for part in walk(rule):
        if isinstance(part, Related):
            yield from part.path


def _of_today(comparison: Comparison) -> bool:
    operand = comparison.operand
    days = operand if isinstance(operand, tuple) else (operand,)
    return comparison.operator in OF_TODAY or any(isinstance(day, RelativeDay) for day in days)
