"""Reads rules about related rows: the path to them, which of them count, and what is measured of them."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from leleka.core.columns import NUMERIC, TEMPORAL, Column, ColumnType, Table
from leleka.core.rules.conditions import Compared, read_column, read_comparison
from leleka.core.rules.model import IN_ORDER, Measure, Not, Related, Rule, Step
from leleka.core.rules.operators import FLAGS, OPERATORS, RANKS, Operator
from leleka.core.rules.paths import MOST_HOPS, read_hop, read_rows_of
from leleka.core.rules.reading import NOTHING, Keys, Place, Reading
from leleka.errors import Problem

ReadRule: TypeAlias = Callable[[Reading, object, Place], Rule | None]

_MEASURES: Final = tuple(measure.value for measure in Measure)
_COUNTS: Final = frozenset({Measure.COUNT, Measure.COUNT_DISTINCT})
_OF_NUMBERS: Final = frozenset({Measure.SUM, Measure.AVG})
_OF_ANYTHING: Final = frozenset({*IN_ORDER, Measure.COUNT_DISTINCT})
_TRUTHS: Final = frozenset({Operator.IS_TRUE, Operator.IS_FALSE})


def read_related(reading: Reading, data: Keys, place: Place, read: ReadRule) -> Rule | None:
    """Read a rule about the rows that a path leads to; ``read`` reads the rules about these rows."""
    reading.count(place)
    before = len(reading.problems)
    head = "related" if "related" in data else "rows of"
    path = (
        _path(reading, data[head], place, read) if head == "related" else _found(reading, data[head], place)
    )
    if path is None:
        return None
    table = reading.catalogue.tables[path[-1].hop.table]
    if "where" in data:
        where = read(reading, data["where"], place.led(".where", table, len(path)))
        path = (*path[:-1], Step(path[-1].hop, where))
    rest = {key: value for key, value in data.items() if key not in {head, "where"}}
    taken = _take_measure(reading, rest, place.where)
    if taken is None:
        return None
    measure, of, of_at = taken
    if measure is Measure.EXISTS:
        stands = _existence(reading, rest, of, place.where)
        rule = Related(path, measure)
        return None if len(reading.problems) > before else rule if stands else Not(rule)
    by = _by(reading, rest, measure, table, place.where)
    column, compared = _measured(reading, measure, table, (of, of_at))
    comparison = read_comparison(reading, rest, compared, place.where) if compared else None
    return Related(path, measure, column, comparison, by) if len(reading.problems) == before else None


def _path(reading: Reading, told: object, place: Place, read: ReadRule) -> tuple[Step, ...] | None:
    names = told if isinstance(told, list | tuple) else [told]
    where = f"{place.where}.related"
    if not names:
        reading.problem("RULE_EMPTY_LIST.path", where)
        return None
    if place.hops + len(names) > MOST_HOPS:
        reading.problem("RULE_TOO_DEEP.relationships", place.where, most=MOST_HOPS)
        return None
    table, steps = place.table, list[Step]()
    for number, name in enumerate(names):
        here = f"{where}[{number}]" if isinstance(told, list | tuple) else where
        step = _step(reading, name, (table, here, number + 1), place, read)
        if step is None:
            return None
        steps.append(step)
        table = reading.catalogue.tables[step.hop.table]
    return tuple(steps)


def _step(
    reading: Reading, told: object, at: tuple[Table, str, int], place: Place, read: ReadRule
) -> Step | None:
    """Read a name, or a mapping of a name and the rule about the rows that it leads to."""
    table, where, hops = at
    if not isinstance(told, Mapping):
        hop = read_hop(reading, told, table, where)
        return Step(hop) if hop else None
    if set(told) != {"relationship", "where"}:
        reading.problem("RULE_SHAPE.step", where)
        return None
    hop = read_hop(reading, told["relationship"], table, f"{where}.relationship")
    if hop is None:
        return None
    led = place.led(f"{where.removeprefix(place.where)}.where", reading.catalogue.tables[hop.table], hops)
    return Step(hop, read(reading, told["where"], led))


def _found(reading: Reading, told: object, place: Place) -> tuple[Step, ...] | None:
    hops = read_rows_of(reading, told, place.table, f"{place.where}.rows of")
    if hops is not None and place.hops + len(hops) > MOST_HOPS:
        reading.problem("RULE_TOO_DEEP.relationships", place.where, most=MOST_HOPS)
        return None
    return None if hops is None else tuple(map(Step, hops))


def _take_measure(
    reading: Reading, rest: dict[str, object], where: str
) -> tuple[Measure, object, str] | None:
    """Take the measure and its column out of ``rest``, and return the path of the latter."""
    given = [name for name in _MEASURES if name in rest]
    if "measure" in rest and not given:
        name = rest.pop("measure")
        if name in _MEASURES:
            return Measure(str(name)), rest.pop("of", None), f"{where}.of"
    elif len(given) == 1 and "measure" not in rest:
        return Measure(given[0]), rest.pop(given[0]), f"{where}.{given[0]}"
    reading.problem("RULE_SHAPE.measure", where, measures=_MEASURES)
    return None


def _existence(reading: Reading, rest: Keys, given: object, where: str) -> bool:
    """Return whether rows must exist; false for ``exists: false``."""
    if not reading.unexpected(rest, [], where) and given is not None and not isinstance(given, bool):
        reading.problem("RULE_VALUE.exists", f"{where}.exists")
    return given is not False


def _by(
    reading: Reading, rest: dict[str, object], measure: Measure, table: Table, where: str
) -> Column | None:
    """Take the column that *first* and *last* are told by out of ``rest``."""
    told = rest.pop("by", NOTHING)
    if measure not in IN_ORDER:
        if told is not NOTHING:
            reading.problem("RULE_SHAPE.not_by", f"{where}.by", measure=measure.value)
        return None
    if told is NOTHING:
        reading.problem("RULE_SHAPE.by", where, measure=measure.value)
        return None
    return _column_of(reading, "by", NUMERIC | TEMPORAL, table, (told, f"{where}.by"))


def _measured(
    reading: Reading, measure: Measure, table: Table, of: tuple[object, str]
) -> tuple[Column | None, Compared | None]:
    """Return the measured column, and what its measure can be compared with."""
    if measure is Measure.COUNT:
        if of[0] is not None and of[0] != "rows":
            reading.problem("RULE_SHAPE.count", of[1])
            return None, None
        return None, _compared(ColumnType.INTEGER)
    if measure in _OF_ANYTHING:
        column = read_column(reading, table, *of)
    else:
        allowed = NUMERIC if measure in _OF_NUMBERS else NUMERIC | TEMPORAL
        column = _column_of(reading, measure.value, allowed, table, of)
    if column is None:
        return None, None
    if measure in _COUNTS:
        return column, _compared(ColumnType.INTEGER)
    return column, _compared(ColumnType.NUMBER if measure is Measure.AVG else column.type)


def _compared(kind: ColumnType) -> Compared:
    """Return what a measure of this type is compared with: rows without a value are no part of it."""
    excluded = (FLAGS - _TRUTHS) | RANKS
    return Compared(kind, tuple(one for one in OPERATORS[kind] if one not in excluded))


def _column_of(
    reading: Reading, measure: str, allowed: frozenset[ColumnType], table: Table, of: tuple[object, str]
) -> Column | None:
    column = read_column(reading, table, *of)
    if column is None or column.type in allowed:
        return column
    kinds = sorted(kind.value for kind in allowed)
    reading.problems.append(
        Problem.of("RULE_TYPE.measure", of[1], measure=measure, type=column.type.value, allowed=kinds)
    )
    return None
