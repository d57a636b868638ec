"""Who uses a measure: segments in their rules, exports in their data matching."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from leleka.core.rules.stored import asks_column
from leleka.services.segments.usage import with_users
from leleka.state.models import Export, RelationshipRow, Segment, Source


def users_of(name: str) -> Sequence[str]:
    """Return the names of the segments and exports that use a measure."""
    exports = Export.objects.order_by("name").values_list("name", "matching")
    return [*_asking(name), *(export for export, matching in exports if _matches(matching, name))]


def exports_fed(name: str) -> Sequence[Export]:
    """Return the exports that send a measure, or whoever a segment finds by it."""
    told = Export.objects.values_list("pk", "matching")
    sending = [number for number, matching in told if _matches(matching, name)]
    fed = Q(pk__in=sending) | Q(segments__name__in=with_users(_asking(name)))
    return list(Export.objects.filter(fed).select_related("connection").distinct().order_by("name"))


def _asking(name: str) -> list[str]:
    """Look at rules as they are stored: those that no longer fit the columns still use what they name."""
    ends = {row.name: (row.table, row.to_table) for row in RelationshipRow.objects.all()}
    profiles = Source.objects.filter(is_profiles=True).values_list("name", flat=True).first() or ""
    told = Segment.objects.order_by("name").values_list("name", "rules")
    return [segment for segment, rules in told if asks_column(rules, profiles, ends, (profiles, name))]


def _matches(matching: Mapping[str, Any], name: str) -> bool:
    return name in {line["column"] for line in matching.get("lines", ())}
