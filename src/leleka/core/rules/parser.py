"""Parses rules as people write them, against the catalogue, and reports all problems at once.

A part that is wrong is read as None, and the problems say why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from leleka.core.columns import NUMERIC, TEMPORAL, Catalogue, Column, ColumnType, Relationship, Table
from leleka.core.rules.conditions import Keys, Reading, quoted, read_column, read_comparison, shortened
from leleka.core.rules.model import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Hop,
    Joined,
    Measure,
    Not,
    Related,
    Rule,
    SetOperation,
)
from leleka.core.rules.operators import FLAGS, OPERATORS
from leleka.core.rules.values import kind_of
from leleka.errors import InvalidInput, Problem

DEEPEST = 50
MOST_HOPS = 10
MOST_CONDITIONS = 2_000
MOST_PROBLEMS = 100

_SETS = tuple(operation.value for operation in SetOperation)
_HEADS = ("all", "any", "not", *_SETS, "column", "related")
_MEASURES = tuple(measure.value for measure in Measure)
_FEWEST_SETS = 2


@dataclass(frozen=True, slots=True)
class _Place:
    """The parser's position: in the data, in the catalogue, and how deep."""

    where: str
    table: Table
    depth: int = 1
    hops: int = 0

    def inside(self, suffix: str) -> "_Place":
        return replace(self, where=self.where + suffix, depth=self.depth + 1)


def parse(data: object, catalogue: Catalogue, where: str = "rules") -> Rule:
    """Parse a rule in shorthand or long form; raise InvalidInput with all problems, with paths below
    ``where``.
    """
    reading = Reading(catalogue)
    rule = _rule(reading, data, _Place(where, catalogue.profile_table))
    if rule is None or reading.problems:
        raise InvalidInput.of(_first(reading.problems, where))
    return rule


def read_hop(reading: Reading, name: object, table: Table, where: str) -> Hop | None:
    """Read the relationship ``name`` as a way from the rows of ``table``."""
    return _hop(reading, name, _Place(where, table))


def read_rule(reading: Reading, data: object, table: Table, where: str, hops: int) -> Rule | None:
    """Read a rule on the rows of ``table``, to which ``hops`` relationships lead."""
    return _rule(reading, data, _Place(where, table, hops=hops))


def _first(problems: Sequence[Problem], where: str) -> Sequence[Problem]:
    """Return as many as somebody reads, and how many more there are: a list of the wrong type has one each."""
    left = len(problems) - MOST_PROBLEMS
    if left <= 0:
        return problems
    said = [*problems[:MOST_PROBLEMS], Problem.of("RULE_PROBLEMS_MORE", where, left=left)]
    # Where the reader gave up, that is what has to be mended first.
    return [*said, problems[-1]] if problems[-1].code == "RULE_TOO_LARGE" else said


def _rule(reading: Reading, data: object, place: _Place) -> Rule | None:
    if reading.too_large:
        return None
    if place.depth > DEEPEST:
        reading.problem("RULE_TOO_DEEP.nesting", place.where, most=DEEPEST)
    elif not _is_mapping(data):
        _report_shape(reading, data, place.where)
    else:
        heads = [head for head in _HEADS if head in data]
        if len(heads) == 1:
            return _headed(reading, heads[0], data, place)
        reading.problem("RULE_SHAPE.heads", place.where, heads=heads or _HEADS)
    _count(reading, place)
    return None


def _headed(reading: Reading, head: str, data: Keys, place: _Place) -> Rule | None:
    if head == "column":
        return _condition(reading, data, place)
    if head == "related":
        return _related(reading, data, place)
    if reading.unexpected(data, [head], place.where):
        _count(reading, place)
        return None
    if head == "not":
        inner = _rule(reading, data["not"], place.inside(".not"))
        return Not(inner) if inner else None
    return _group(reading, head, data[head], place)


def _group(reading: Reading, head: str, items: object, place: _Place) -> Rule | None:
    where = f"{place.where}.{head}"
    if head in _SETS and place.hops:
        reading.problem("RULE_SHAPE.sets_of_profiles", where, head=head)
    elif not isinstance(items, list | tuple):
        reading.problem("RULE_SHAPE.list", where, got=kind_of(items))
    elif not items:
        reading.problem("RULE_EMPTY_LIST.rules", where)
    elif head in _SETS and len(items) < _FEWEST_SETS:
        reading.problem("RULE_SHAPE.two_sets", where, head=head)
    else:
        read = [_rule(reading, item, place.inside(f".{head}[{n}]")) for n, item in enumerate(items)]
        rules = tuple(rule for rule in read if rule is not None)
        if len(rules) < len(items):
            return None
        if head in _SETS:
            return Joined(SetOperation(head), rules)
        return AllOf(rules) if head == "all" else AnyOf(rules)
    _count(reading, place)
    return None


def _condition(reading: Reading, data: Keys, place: _Place) -> Rule | None:
    _count(reading, place)
    column = read_column(reading, place.table, data["column"], f"{place.where}.column")
    if column is None:
        return None
    rest = {key: value for key, value in data.items() if key != "column"}
    comparison = read_comparison(reading, rest, column.type, OPERATORS[column.type], place.where)
    return Condition(place.table.name, column, comparison) if comparison else None


def _related(reading: Reading, data: Keys, place: _Place) -> Rule | None:
    _count(reading, place)
    if place.hops == MOST_HOPS:
        reading.problem("RULE_TOO_DEEP.relationships", place.where, most=MOST_HOPS)
        return None
    hop = _hop(reading, data["related"], place)
    if hop is None:
        return None
    where = None
    if "where" in data:
        table = reading.catalogue.tables[hop.table]
        inside = replace(place.inside(".where"), table=table, hops=place.hops + 1)
        where = _rule(reading, data["where"], inside)
    measured = _measured(reading, data, hop, place)
    if measured is None or ("where" in data and where is None):
        return None
    measure, of, comparison, stands = measured
    rule = Related(hop, measure, of, comparison, where)
    return rule if stands else Not(rule)


def _hop(reading: Reading, name: object, place: _Place) -> Hop | None:
    where = f"{place.where}.related"
    here = place.table.name
    known = reading.catalogue.relationships
    found = known.get(name) if isinstance(name, str) else None
    if found is None or here not in {found.to_table, found.table}:
        shown = quoted(name) if isinstance(name, str) else kind_of(name)
        near = [other.name for other in known.values() if here in {other.to_table, other.table}]
        reading.problem("RULE_UNKNOWN_RELATIONSHIP", where, name=shown, table=shortened(here), known=near)
        return None
    ends = _ends(found, here)
    return _checked_hop(reading, found, ends, where)


def _ends(relationship: Relationship, here: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return (table, column) of this side and of the other; within one table it leads from one to many."""
    one = (relationship.to_table, relationship.to_column)
    many = (relationship.table, relationship.column)
    return (one, many) if here == relationship.to_table else (many, one)


def _checked_hop(
    reading: Reading, relationship: Relationship, ends: tuple[tuple[str, str], tuple[str, str]], where: str
) -> Hop | None:
    columns = []
    for table_name, column_name in ends:
        table = reading.catalogue.tables.get(table_name)
        column = table.column(column_name) if table else None
        if column is None:
            reading.problem(
                "RULE_UNKNOWN_RELATIONSHIP.column",
                where,
                name=shortened(relationship.name),
                column=shortened(column_name),
                table=shortened(table_name),
            )
            return None
        columns.append(column)
    return Hop(relationship.name, columns[0], ends[1][0], columns[1])


def _measured(
    reading: Reading, data: Keys, hop: Hop, place: _Place
) -> tuple[Measure, Column | None, Comparison | None, bool] | None:
    """Read measure, measured column and comparison; the last item is False for ``exists: false``."""
    rest = {key: value for key, value in data.items() if key not in {"related", "where"}}
    taken = _take_measure(reading, rest, place.where)
    if taken is None:
        return None
    measure, of, of_at = taken
    if measure is Measure.EXISTS:
        return _existence(reading, rest, of, place.where)
    if measure is Measure.COUNT:
        if of is not None and of != "rows":
            reading.problem("RULE_SHAPE.count", of_at)
            return None
        column, column_type = None, ColumnType.INTEGER
    else:
        column = _measured_column(reading, measure, reading.catalogue.tables[hop.table], (of, of_at))
        if column is None:
            return None
        column_type = ColumnType.NUMBER if measure is Measure.AVG else column.type
    operators = tuple(operator for operator in OPERATORS[column_type] if operator not in FLAGS)
    comparison = read_comparison(reading, rest, column_type, operators, place.where)
    return (measure, column, comparison, True) if comparison else None


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


def _existence(
    reading: Reading, rest: Keys, given: object, where: str
) -> tuple[Measure, None, None, bool] | None:
    if reading.unexpected(rest, [], where):
        return None
    if given is not None and not isinstance(given, bool):
        reading.problem("RULE_VALUE.exists", f"{where}.exists")
        return None
    return Measure.EXISTS, None, None, given is not False


def _measured_column(
    reading: Reading, measure: Measure, table: Table, of: tuple[object, str]
) -> Column | None:
    column = read_column(reading, table, *of)
    allowed = NUMERIC if measure in {Measure.SUM, Measure.AVG} else NUMERIC | TEMPORAL
    if column is None or column.type in allowed:
        return column
    reading.problem(
        "RULE_TYPE.measure", of[1], measure=measure.value, type=column.type.value, allowed=sorted(allowed)
    )
    return None


def _report_shape(reading: Reading, data: object, where: str) -> None:
    if isinstance(data, dict):
        reading.problem("RULE_SHAPE.key", where)
    else:
        reading.problem("RULE_SHAPE.rule", where, got=kind_of(data), is_list=isinstance(data, list | tuple))


def _count(reading: Reading, place: _Place) -> None:
    """Count everything that is not a group, right or wrong: YAML aliases can expand to more rules than there
    is time for.
    """
    reading.conditions += 1
    if reading.conditions > MOST_CONDITIONS and not reading.too_large:
        reading.too_large = True
        reading.problem("RULE_TOO_LARGE.conditions", place.where, most=MOST_CONDITIONS)


def _is_mapping(data: object) -> TypeGuard[Keys]:
    return isinstance(data, dict) and all(isinstance(key, str) for key in data)
