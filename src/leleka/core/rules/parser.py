"""Parses rules as people write them, against the catalogue, and reports all problems at once.

A part that is wrong is read as None, and the problems say why.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeGuard

from leleka.core.columns import Catalogue, ColumnType, Table
from leleka.core.rules.conditions import Compared, read_column, read_comparison
from leleka.core.rules.model import NOTE, AllOf, AnyOf, Condition, Joined, Not, Rule, SetOperation
from leleka.core.rules.operators import OPERATORS
from leleka.core.rules.profile_sets import SETS_OF_PROFILES, read_profile_set
from leleka.core.rules.reading import Keys, Place, Reading
from leleka.core.rules.related import read_related
from leleka.core.rules.values import kind_of, read_scalar
from leleka.errors import InvalidInput, Problem

DEEPEST = 50
MOST_PROBLEMS = 100
LONGEST_NOTE = 500  # characters

_SETS = tuple(operation.value for operation in SetOperation)
_RELATED = ("related", "rows of")
_HEADS = ("all", "any", "not", *_SETS, "column", *_RELATED, *SETS_OF_PROFILES)
_FEWEST_SETS = 2


def parse(data: object, catalogue: Catalogue, where: str = "rules") -> Rule:
    """Parse a rule in shorthand or long form; raise InvalidInput with all problems, with paths below
    ``where``.
    """
    reading = Reading(catalogue)
    rule = _rule(reading, data, Place(where, catalogue.profile_table))
    if rule is None or reading.problems:
        raise InvalidInput.of(_first(reading.problems, where))
    return rule


def read_rule(reading: Reading, data: object, table: Table, where: str, hops: int) -> Rule | None:
    """Read a rule on the rows of ``table``, to which ``hops`` relationships lead."""
    return _rule(reading, data, Place(where, table, hops=hops, of_profiles=False))


def _first(problems: Sequence[Problem], where: str) -> Sequence[Problem]:
    """Return as many as somebody reads, and how many more there are: a list of the wrong type has one each."""
    left = len(problems) - MOST_PROBLEMS
    if left <= 0:
        return problems
    said = [*problems[:MOST_PROBLEMS], Problem.of("RULE_PROBLEMS_MORE", where, left=left)]
    # Where the reader gave up, that is what has to be mended first.
    return [*said, problems[-1]] if problems[-1].code == "RULE_TOO_LARGE" else said


def _rule(reading: Reading, data: object, place: Place) -> Rule | None:
    if reading.too_large:
        return None
    if place.depth > DEEPEST:
        reading.problem("RULE_TOO_DEEP.nesting", place.where, most=DEEPEST)
    elif not _is_mapping(data):
        _report_shape(reading, data, place.where)
    else:
        heads = [head for head in _HEADS if head in data]
        if len(heads) == 1:
            rule = _headed(reading, heads[0], {key: one for key, one in data.items() if key != NOTE}, place)
            return _noted(reading, rule, data.get(NOTE), f"{place.where}.{NOTE}")
        reading.problem("RULE_SHAPE.heads", place.where, heads=heads or _HEADS)
    reading.count(place)
    return None


def _noted(reading: Reading, rule: Rule | None, note: object, where: str) -> Rule | None:
    """Return the rule with what is written beside it."""
    if note is None:
        return rule
    read = read_scalar(ColumnType.TEXT, note, where)
    if isinstance(read, Problem):
        reading.problems.append(read)
        return None
    text = str(read).strip()
    if len(text) > LONGEST_NOTE:
        reading.problem("RULE_VALUE.note", where, most=LONGEST_NOTE)
        return None
    return replace(rule, note=text) if rule else None


def _headed(reading: Reading, head: str, data: Keys, place: Place) -> Rule | None:
    if head == "column":
        return _condition(reading, data, place)
    if head in _RELATED:
        return read_related(reading, data, place, _rule)
    if reading.unexpected(data, [head], place.where):
        reading.count(place)
        return None
    if head in SETS_OF_PROFILES:
        return read_profile_set(reading, head, data[head], place)
    if head == "not":
        inner = _rule(reading, data["not"], place.inside(".not"))
        return Not(inner) if inner else None
    return _group(reading, head, data[head], place)


def _group(reading: Reading, head: str, items: object, place: Place) -> Rule | None:
    where = f"{place.where}.{head}"
    if head in _SETS and not place.of_profiles:
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
    reading.count(place)
    return None


def _condition(reading: Reading, data: Keys, place: Place) -> Rule | None:
    reading.count(place)
    column = read_column(reading, place.table, data["column"], f"{place.where}.column")
    if column is None:
        return None
    rest = {key: value for key, value in data.items() if key != "column"}
    left = Compared(column.type, OPERATORS[column.type], place.table)
    comparison = read_comparison(reading, rest, left, place.where)
    return Condition(place.table.name, column, comparison) if comparison else None


def _report_shape(reading: Reading, data: object, where: str) -> None:
    if isinstance(data, dict):
        reading.problem("RULE_SHAPE.key", where)
    else:
        reading.problem("RULE_SHAPE.rule", where, got=kind_of(data), is_list=isinstance(data, list | tuple))


def _is_mapping(data: object) -> TypeGuard[Keys]:
    return isinstance(data, dict) and all(isinstance(key, str) for key in data)
