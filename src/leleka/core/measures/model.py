"""Measures as records: columns of the profiles that are derived from related rows, or from other columns of a profile.

Only ``parser.parse`` creates them, already validated; ``to_data`` is its inverse. Both use the grammar of
``docs/reference/measures.md``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from leleka.core.columns import NUMERIC, Column, ColumnType
from leleka.core.rules.model import Condition, Hop, Rule, columns_used, uses_today, walk
from leleka.core.rules.model import Related as RelatedRule
from leleka.core.rules.model import tables_used as tables_of_rule
from leleka.core.rules.writing import to_data as rule_data


class Aggregate(StrEnum):
    """What becomes of the related rows."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    LAST = "last"
    MOST_FREQUENT = "most frequent"


class Function(StrEnum):
    """What becomes of one value."""

    LOWER = "lower"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    WEEKDAY = "weekday"  # 1 is Monday


IN_ORDER: Final = frozenset({Aggregate.FIRST, Aggregate.LAST})
ZERO_OF_NONE: Final = frozenset({Aggregate.COUNT, Aggregate.SUM})
Scalar: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Aggregated:
    """An aggregate of the rows at the end of ``path`` that match ``where``.

    A row counts once for each way that leads to it. ``of`` is None for a count; ``by`` is what *first* and *last* are
    told by, None for the others.
    """

    path: tuple[Hop, ...]
    aggregate: Aggregate
    of: Column | None = None
    by: Column | None = None
    where: Rule | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    value: Scalar


@dataclass(frozen=True, slots=True)
class Value:
    """The profile's value in a column."""

    column: Column


@dataclass(frozen=True, slots=True)
class Concat:
    """The texts of its parts, one after the other; no value where all columns in it are empty."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Coalesce:
    """The first of its parts that has a value."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Apply:
    function: Function
    part: "Expression"


@dataclass(frozen=True, slots=True)
class Mapped:
    """What stands in ``pairs`` beside the text of a value, else ``otherwise``."""

    part: "Expression"
    pairs: tuple[tuple[str, Scalar], ...]
    otherwise: Scalar | None = None


Expression: TypeAlias = Literal | Value | Concat | Coalesce | Apply | Mapped
Measure: TypeAlias = Aggregated | Expression


def type_of(measure: Measure) -> ColumnType:
    """Return the type of the values."""
    match measure:
        case Aggregated():
            return _aggregated_type(measure)
        case Literal():
            return type_of_scalar(measure.value)
        case Value():
            return measure.column.type
        case Apply():
            return ColumnType.TEXT if measure.function is Function.LOWER else ColumnType.INTEGER
        case Concat() | Coalesce() | Mapped():
            return _type_of_several(measure)


def _type_of_several(measure: Concat | Coalesce | Mapped) -> ColumnType:
    if isinstance(measure, Concat):
        return ColumnType.TEXT
    if isinstance(measure, Coalesce):
        types = [type_of(part) for part in measure.parts]
    else:
        results = [result for _, result in measure.pairs]
        results += [] if measure.otherwise is None else [measure.otherwise]
        types = [type_of_scalar(one) for one in results]
    return common_type(types) or ColumnType.TEXT


def type_of_scalar(value: Scalar) -> ColumnType:
    if isinstance(value, bool):
        return ColumnType.BOOLEAN
    if isinstance(value, int):
        return ColumnType.INTEGER
    return ColumnType.NUMBER if isinstance(value, float) else ColumnType.TEXT


def common_type(types: list[ColumnType]) -> ColumnType | None:
    """Return the type that values of all these types have; None where there is none."""
    found = set(types)
    if len(found) == 1:
        return next(iter(found))
    return ColumnType.NUMBER if found and found <= NUMERIC else None


def parts_of(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and everything inside it."""
    yield expression
    match expression:
        case Concat() | Coalesce():
            inner: tuple[Expression, ...] = expression.parts
        case Apply() | Mapped():
            inner = (expression.part,)
        case _:
            inner = ()
    for part in inner:
        yield from parts_of(part)


def made_of(measure: Measure, profiles: str) -> frozenset[tuple[str, str]]:
    """Return the (table, column) pairs whose values can be read from those of the measure."""
    if isinstance(measure, Aggregated):
        return frozenset({(measure.path[-1].table, measure.of.name)} if measure.of else ())
    return frozenset((profiles, part.column.name) for part in parts_of(measure) if isinstance(part, Value))


def compared_columns(measure: Measure) -> frozenset[tuple[str, str]]:
    """Return the (table, column) pairs that its conditions look at, without the keys of relationships."""
    where = measure.where if isinstance(measure, Aggregated) else None
    return columns_used(where) if where else frozenset()


def tables_used(measure: Measure, profiles: str) -> frozenset[str]:
    tables = {profiles}
    if isinstance(measure, Aggregated):
        tables |= {hop.table for hop in measure.path}
        if measure.where:
            tables |= tables_of_rule(measure.where)
    return frozenset(tables)


def changes_daily(measure: Measure) -> bool:
    """Return whether the same data may give other values tomorrow."""
    return isinstance(measure, Aggregated) and measure.where is not None and uses_today(measure.where)


def conditions_of(measure: Aggregated) -> int:
    """Return how many conditions its rows have to match."""
    if measure.where is None:
        return 0
    return sum(isinstance(part, Condition | RelatedRule) for part in walk(measure.where))


def to_data(measure: Measure) -> dict[str, object]:
    """Return the canonical form in JSON types; equal measures give equal data, and ``parse`` accepts it."""
    if isinstance(measure, Aggregated):
        return _aggregated_data(measure)
    data = _part_data(measure)
    return data if isinstance(data, dict) else {"text": data}


def _aggregated_type(measure: Aggregated) -> ColumnType:
    if measure.of is None:
        return ColumnType.INTEGER
    return ColumnType.NUMBER if measure.aggregate is Aggregate.AVG else measure.of.type


def _aggregated_data(measure: Aggregated) -> dict[str, object]:
    data: dict[str, object] = {
        "related": [hop.relationship for hop in measure.path],
        "measure": measure.aggregate.value,
    }
    if measure.of:
        data["of"] = measure.of.name
    if measure.by:
        data["by"] = measure.by.name
    if measure.where:
        data["where"] = rule_data(measure.where)
    return data


def _part_data(part: Expression) -> object:
    match part:
        case Literal():
            return part.value
        case Value():
            return {"column": part.column.name}
        case Concat():
            return {"concat": [_part_data(inner) for inner in part.parts]}
        case Coalesce():
            return {"coalesce": [_part_data(inner) for inner in part.parts]}
        case Apply():
            return {part.function.value: _part_data(part.part)}
        case Mapped():
            data = {"map": _part_data(part.part), "values": dict(part.pairs)}
            return data if part.otherwise is None else {**data, "else": part.otherwise}
