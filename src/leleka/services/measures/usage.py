"""Who uses a measure: segments in their rules, exports in their data matching."""

from collections.abc import Mapping, Sequence
from typing import Any

from leleka.state.models import Export, RelationshipRow, Segment, Source


def users_of(name: str) -> Sequence[str]:
    """Return the names of the segments and exports that use a measure."""
    segments = [row.name for row in Segment.objects.order_by("name") if _asks(row.rules, name)]
    exports = [
        row.name
        for row in Export.objects.order_by("name")
        if name in {line["column"] for line in row.matching.get("lines", ())}
    ]
    return [*segments, *exports]


def _asks(rules: Mapping[str, Any], name: str) -> bool:
    """Look at rules as they are stored: those that no longer fit the columns still use what they name."""
    ends = {row.name: (row.table, row.to_table) for row in RelationshipRow.objects.all()}
    profiles = Source.objects.filter(is_profiles=True).values_list("name", flat=True).first() or ""

    def asks(rule: Any, table: str) -> bool:
        if isinstance(rule, list):
            return any(asks(one, table) for one in rule)
        if not isinstance(rule, Mapping):
            return False
        if "related" in rule:
            one, other = ends.get(str(rule["related"]), ("", ""))
            there = other if one == table else one
            measured = there == profiles and rule.get("of") == name
            return measured or asks(rule.get("where"), there)
        if "column" in rule:
            return table == profiles and rule["column"] == name
        return any(asks(inner, table) for inner in rule.values())

    return asks(rules, profiles)


def exports_fed(name: str) -> Sequence[Export]:
    """Return the exports that send a measure, or whoever a segment finds by it."""
    segments = {row.pk for row in Segment.objects.all() if _asks(row.rules, name)}
    rows = Export.objects.select_related("connection").prefetch_related("segments").order_by("name")
    return [
        row
        for row in rows
        if name in {line["column"] for line in row.matching.get("lines", ())}
        or segments & {segment.pk for segment in row.segments.all()}
    ]
