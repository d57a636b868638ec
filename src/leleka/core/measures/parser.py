"""Parses measures as people write them, against the catalogue of columns, and reports all problems at once."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from leleka.core.columns import NUMERIC, TEMPORAL, Catalogue, Column, Table
from leleka.core.measures.expressions import FUNCTIONS, Names, read_expression
from leleka.core.measures.model import IN_ORDER, Aggregate, Aggregated, Measure
from leleka.core.rules.conditions import read_column
from leleka.core.rules.model import Hop, Rule
from leleka.core.rules.parser import read_rule
from leleka.core.rules.paths import MOST_HOPS, read_hop
from leleka.core.rules.reading import Keys, Reading
from leleka.core.rules.values import kind_of
from leleka.errors import InvalidInput

_AGGREGATES: Final = tuple(one.value for one in Aggregate)
_HEADS: Final = ("related", *FUNCTIONS)
_OF_NUMBERS: Final = frozenset({Aggregate.SUM, Aggregate.AVG})
_OF_ANYTHING: Final = frozenset({*IN_ORDER, Aggregate.MOST_FREQUENT})
_KNOWN: Final = frozenset({"related", "measure", "of", "by", "where", *_AGGREGATES})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a measure stands, and the names that are measures themselves."""

    where: str
    measures: Names

    def column(self, reading: Reading, table: Table, name: object, where: str) -> Column | None:
        if isinstance(name, str) and table.column(name) is None and name in self.measures:
            reading.problem("MEASURE_OF_MEASURE", where, name=name)
            return None
        return read_column(reading, table, name, where)


def parse(data: object, catalogue: Catalogue, where: str, measures: Collection[str] = ()) -> Measure:
    """Parse a measure; raise InvalidInput with all problems, with paths below ``where``.

    ``catalogue`` has the columns of files alone: ``measures`` are the names that mean one, for who tries to make a
    measure of a measure.
    """
    reading, place = Reading(catalogue), _Place(where, frozenset(measures))
    measure = _measure(reading, data, place)
    if measure is None or reading.problems:
        raise InvalidInput.of(reading.problems)
    return measure


def _measure(reading: Reading, data: object, place: _Place) -> Measure | None:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        reading.problem("MEASURE_SHAPE.mapping", place.where, got=kind_of(data))
        return None
    heads = [head for head in _HEADS if head in data]
    if len(heads) != 1:
        reading.problem("MEASURE_SHAPE.heads", place.where, heads=heads or list(_HEADS))
        return None
    if heads == ["related"]:
        return _aggregated(reading, data, place)
    return read_expression(reading, data, place.where, place.measures)


def _aggregated(reading: Reading, data: Keys, place: _Place) -> Aggregated | None:
    reading.unexpected(data, _KNOWN, place.where)
    path = _path(reading, data["related"], place)
    taken = _aggregate(reading, data, place.where)
    if path is None or taken is None:
        return None
    aggregate, of, of_at = taken
    table = reading.catalogue.tables[path[-1].table]
    column = _column(reading, table, aggregate, (of, of_at), place)
    by = _by(reading, data, table, aggregate, place)
    where = _where(reading, data, table, len(path), place)
    if (aggregate is not Aggregate.COUNT and column is None) or reading.problems:
        return None
    return Aggregated(path, aggregate, column, by, where)


def _path(reading: Reading, told: object, place: _Place) -> tuple[Hop, ...] | None:
    names = told if isinstance(told, list | tuple) else [told]
    if not 1 <= len(names) <= MOST_HOPS:
        reading.problem("MEASURE_SHAPE.path", f"{place.where}.related", most=MOST_HOPS)
        return None
    table, hops = reading.catalogue.profile_table, list[Hop]()
    for name in names:
        hop = read_hop(reading, name, table, f"{place.where}.related")
        if hop is None:
            return None
        hops.append(hop)
        table = reading.catalogue.tables[hop.table]
    return tuple(hops)


def _aggregate(reading: Reading, data: Keys, where: str) -> tuple[Aggregate, object, str] | None:
    """Return the aggregate, what it is taken of, and the path of that."""
    given = [name for name in _AGGREGATES if name in data]
    if "measure" in data and not given:
        name = data["measure"]
        if name in _AGGREGATES:
            return Aggregate(str(name)), data.get("of"), f"{where}.of"
    elif len(given) == 1 and "measure" not in data and "of" not in data:
        return Aggregate(given[0]), data[given[0]], f"{where}.{given[0]}"
    reading.problem("MEASURE_SHAPE.aggregate", where, aggregates=list(_AGGREGATES))
    return None


def _column(
    reading: Reading, table: Table, aggregate: Aggregate, told: tuple[object, str], place: _Place
) -> Column | None:
    name, where = told
    if aggregate is Aggregate.COUNT:
        if name not in {None, "rows"}:
            reading.problem("MEASURE_SHAPE.count", where)
        return None
    column = place.column(reading, table, name, where)
    allowed = NUMERIC if aggregate in _OF_NUMBERS else NUMERIC | TEMPORAL
    if column is None or aggregate in _OF_ANYTHING or column.type in allowed:
        return column
    kinds = sorted(kind.value for kind in allowed)
    reading.problem(
        "RULE_TYPE.measure", where, measure=aggregate.value, type=column.type.value, allowed=kinds
    )
    return None


def _by(reading: Reading, data: Keys, table: Table, aggregate: Aggregate, place: _Place) -> Column | None:
    where = f"{place.where}.by"
    if aggregate not in IN_ORDER:
        if "by" in data:
            reading.problem("MEASURE_SHAPE.not_by", where, aggregate=aggregate.value)
        return None
    if data.get("by") is None:
        reading.problem("MEASURE_SHAPE.by", where, aggregate=aggregate.value)
        return None
    column = place.column(reading, table, data["by"], where)
    allowed = NUMERIC | TEMPORAL
    if column is not None and column.type not in allowed:
        kinds = sorted(kind.value for kind in allowed)
        reading.problem("RULE_TYPE.measure", where, measure="by", type=column.type.value, allowed=kinds)
        return None
    return column


def _where(reading: Reading, data: Keys, table: Table, hops: int, place: _Place) -> Rule | None:
    if data.get("where") is None:
        return None
    return read_rule(reading, data["where"], table, f"{place.where}.where", hops)
