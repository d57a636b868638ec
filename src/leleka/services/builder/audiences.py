"""Whom segments and exports select, by the saved rules of a segment and by others."""

from collections.abc import Mapping, Sequence
from typing import Any

from leleka.core.rules.model import InSegment
from leleka.services.builder import tree
from leleka.services.builder.asking import Asking
from leleka.services.builder.sets import Found, combined
from leleka.services.builder.tree import Node
from leleka.services.segments.resting import causes, resting
from leleka.services.segments.usage import with_users
from leleka.state.models import Export, Segment


class Audiences:
    """Sets of profiles. What is made of the segment follows the rules that are drafted for it; everything else is what
    it is.
    """

    def __init__(self, asked: Asking, row: Segment, drafted: Mapping[str, Any]) -> None:
        self._asked, self._drafted_of = asked, row.name
        users = Segment.objects.filter(name__in=with_users([row.name]))
        self._rules = dict(users.values_list("name", "rules"))
        self._draft = drafted
        self._at_rest = resting()
        self._found: dict[tuple[str, bool], int] = {}
        self._segments: dict[int, tuple[str, ...]] = {}

    def of_segment(self, name: str, *, drafted: bool) -> int:
        """Return the members of a segment."""
        drafted = drafted and name in self._rules
        if (name, drafted) not in self._found:
            self._found[name, drafted] = self._members(name, drafted=drafted)
        return self._found[name, drafted]

    def of_export(self, export: Export, *, drafted: bool) -> int:
        """Return whom an export selects."""
        bits = 0
        for name in self.segments_of(export):
            bits |= self.of_segment(name, drafted=drafted)
        return bits

    def beside(self, export: Export, *, drafted: bool) -> int:
        """Return whom the other exports to the same list select: they have not left it. Segments that rest count with
        their last members, if they have any.
        """
        if export.connection is None:
            return 0
        others = Export.objects.filter(connection__account=export.connection.account_id, target=export.target)
        bits = 0
        for other in others.exclude(pk=export.pk).order_by("name"):
            for name in self.segments_of(other):
                if name not in self._at_rest or self._has_members(name):
                    bits |= self.of_segment(name, drafted=drafted)
        return bits

    def paused_by(self, export: Export) -> Sequence[str]:
        """Return the inactive segments because of which an export does not run at all."""
        return causes(self.segments_of(export), self._at_rest)

    def segments_of(self, export: Export) -> Sequence[str]:
        if export.pk not in self._segments:
            names = export.segments.order_by("name").values_list("name", flat=True)
            self._segments[export.pk] = tuple(names)
        return self._segments[export.pk]

    def _has_members(self, name: str) -> bool:
        return Segment.objects.filter(name=name).exclude(snapshot="").exists()

    def _members(self, name: str, *, drafted: bool) -> int:
        if name in self._at_rest and name != self._drafted_of:
            row = Segment.objects.filter(name=name).exclude(snapshot="").first()
            return self._asked.members(name, row.snapshot) if row else 0
        if name not in self._rules:
            return self._fitting(Node("rules", "", InSegment(name)), drafted=False).bits
        rules = self._draft if drafted and name == self._drafted_of else self._rules[name]
        node = tree.read(rules, self._asked.ground.catalogue, f"segment {name}, rules")
        tree.refuse(node)
        return self._of(node, drafted=drafted).bits

    def _of(self, node: Node, *, drafted: bool) -> Found:
        if not node.how:
            return self._fitting(node, drafted=drafted)
        inside = [self._of(one, drafted=drafted) for one in node.inside]
        return combined(node.how, inside, self._asked.profiles)

    def _fitting(self, node: Node, *, drafted: bool) -> Found:
        rule = node.rule
        if rule is None:
            raise LookupError("rules that are wrong were refused before")
        if isinstance(rule, InSegment) and rule.name in self._rules:
            return Found(self.of_segment(rule.name, drafted=drafted), exact=True)
        self._asked.bring_measures([rule])
        return self._asked.fitting(rule, exact=True)
