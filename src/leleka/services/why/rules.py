"""Which parts of a segment's rules hold for a profile now, and on what value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from leleka.core.column_classes import ColumnClass
from leleka.core.rules.model import (
    Condition,
    InList,
    InSegment,
    Measure,
    RandomShare,
    Related,
    Rule,
    columns_used,
)
from leleka.core.rules.writing import to_data
from leleka.errors import LelekaError, Problem
from leleka.services.builder import tree
from leleka.services.builder.asking import Asking, asking
from leleka.services.builder.tree import Node
from leleka.services.customers.finding import Reader
from leleka.services.segments.rule_masking import rule_masking
from leleka.services.sources import catalogue
from leleka.services.translation import part_in_this_language
from leleka.services.why import words
from leleka.services.why.contracts import Said, WhyRule
from leleka.state.models import Segment
from leleka.warehouse.customers import standing

_WHERE: Final = "rules"
_STEP: Final = re.compile(r"\.([a-z]+)|\[(\d+)\]")
_COUNTS: Final = frozenset({Measure.EXISTS, Measure.COUNT, Measure.COUNT_DISTINCT})


@dataclass(frozen=True, slots=True)
class Judged:
    """What holds of a segment's rules. ``failing`` is the part that keeps somebody out, with its value where there is
    one; ``problem`` is why nothing can be said.
    """

    holds: bool
    parts: Sequence[WhyRule] = ()
    failing: Said = field(default_factory=dict)
    value: Said = field(default_factory=dict)
    problem: Problem | None = None


def judged(reader: Reader, segments: Sequence[Segment], profile: str) -> dict[int, Judged]:
    """Return by number what holds of these segments for a profile, by the sources as they were read last.

    Raises ``Conflict``, ``Unavailable``.
    """
    known = catalogue.current()
    found = dict[int, Judged]()
    with asking(known, exact=True) as asked:
        for row in segments:
            node = tree.read(row.rules, known, _WHERE)
            if node.rule is None:
                found[row.pk] = Judged(holds=False, problem=_problem_of(node))
                continue
            try:
                asked.bring_measures([node.rule])
                found[row.pk] = _Judge(reader, asked, node, node.rule, profile).judged()
            except LelekaError as error:
                found[row.pk] = Judged(holds=False, problem=error.problems[0])
    return found


class _Judge:
    def __init__(self, reader: Reader, asked: Asking, node: Node, rule: Rule, profile: str) -> None:
        self._reader, self._asked, self._node, self._rule, self._profile = reader, asked, node, rule, profile
        self._known = asked.ground.catalogue
        stored = to_data(rule)
        self._stored = rule_masking(reader.classes)(stored) if reader.masked else stored
        self._holds = dict[str, bool]()
        columns = sorted(name for table, name in columns_used(rule) if table == self._known.profiles)
        self._values = standing.values(asked.session, asked.ground, profile, rule, columns)

    def judged(self) -> Judged:
        leaves = [
            (one.path, one.rule) for one in tree.walk(self._node) if not one.how and one.rule is not None
        ]
        rules = [rule for _, rule in leaves]
        told = standing.holding(self._asked.session, self._asked.ground, self._profile, self._rule, rules)
        self._holds |= {path: holds for (path, _), holds in zip(leaves, told, strict=True)}
        holds = self._fill(self._node)
        parts = tuple(self._parts(self._node, 0))
        if holds:
            return Judged(holds=True, parts=parts)
        by_path = {one.path: one for one in parts}
        failing = self._failing(self._node)
        inner = failing.inside[0] if failing.how == "not" else failing
        return Judged(False, parts, self._said(failing), by_path[inner.path].value)

    def _fill(self, node: Node) -> bool:
        if node.how:
            inside = [self._fill(one) for one in node.inside]
            self._holds[node.path] = _of_group(node.how, inside)
        return self._holds[node.path]

    def _failing(self, node: Node) -> Node:
        """Return the innermost part that alone keeps somebody out: the first, where there are several."""
        failing = [one for one in node.inside if not self._holds[one.path]]
        if node.how in {"all", "intersect"} or (node.how and len(node.inside) == 1 and node.how != "not"):
            return self._failing(failing[0])
        if node.how == "except" and not self._holds[node.inside[0].path]:
            return self._failing(node.inside[0])
        return node

    def _parts(self, node: Node, depth: int) -> list[WhyRule]:
        said = words.told(f"WHY_RULES.{node.how}") if node.how else self._said(node)
        value = words.NOTHING if node.how or node.rule is None else self._value(node.rule)
        own = WhyRule(node.path, depth, node.how, said, self._holds[node.path], value)
        return [own, *(part for one in node.inside for part in self._parts(one, depth + 1))]

    def _said(self, node: Node) -> Said:
        rule = _at(self._stored, node.path)
        return words.in_words(lambda: part_in_this_language(rule))

    def _value(self, rule: Rule) -> Said:
        match rule:
            case Condition():
                return self._shown(self._known.profiles, rule.column.name, self._values[rule.column.name])
            case Related():
                found = standing.measured(self._asked.session, self._asked.ground, self._profile, rule)
                if rule.measure in _COUNTS:
                    return words.value(found, counted=True)
                return self._shown(rule.table, rule.of.name if rule.of else "", found, counted=True)
            case InSegment() | InList() | RandomShare() | _:
                return words.NOTHING

    def _shown(self, table: str, column: str, found: object, *, counted: bool = False) -> Said:
        harmless = self._reader.classes.of(table, column) is ColumnClass.HARMLESS
        if not self._reader.masked or harmless or found is None:
            return words.value(found, counted=counted)
        return words.same(self._reader.text(column, found, table))


def _of_group(how: str, inside: Sequence[bool]) -> bool:
    if how == "not":
        return not inside[0]
    if how == "except":
        return inside[0] and not any(inside[1:])
    return all(inside) if how in {"all", "intersect"} else any(inside)


def _at(rules: Mapping[str, Any], path: str) -> Any:
    """Return the part of stored rules at a path of the tree."""
    found: Any = rules
    for name, place in _STEP.findall(path.removeprefix(_WHERE)):
        found = found[name] if name else found[int(place)]
    return found


def _problem_of(node: Node) -> Problem:
    return next(problem for one in tree.walk(node) for problem in one.problems)
