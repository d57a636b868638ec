"""Who uses a measure: segments in their rules, exports in their data matching."""

from collections.abc import Mapping, Sequence
from typing import Any

from leleka.core.rules.stored import asks_column
from leleka.services.segments.usage import with_users
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
    return asks_column(rules, profiles, ends, (profiles, name))


def exports_fed(name: str) -> Sequence[Export]:
    """Return the exports that send a measure, or whoever a segment finds by it."""
    asking = with_users(row.name for row in Segment.objects.all() if _asks(row.rules, name))
    segments = set(Segment.objects.filter(name__in=asking).values_list("pk", flat=True))
    rows = Export.objects.select_related("connection").prefetch_related("segments").order_by("name")
    return [
        row
        for row in rows
        if name in {line["column"] for line in row.matching.get("lines", ())}
        or segments & {segment.pk for segment in row.segments.all()}
    ]
