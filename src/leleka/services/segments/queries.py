"""Segments: what there is, how many are in them, who for example."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import Prefetch, prefetch_related_objects

from leleka.core.email import mask, mask_within
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.rules.parser import parse
from leleka.errors import NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, allows, require
from leleka.services.audit.log import record
from leleka.services.installation import lake_sessions
from leleka.services.paging import Columns, Listed, ListQuery, after, contains, page_of
from leleka.services.segments import evaluation as segment_evaluation
from leleka.services.segments.contracts import SegmentView
from leleka.services.sources import catalogue
from leleka.services.sources import loading as source_loading
from leleka.state.case_folding import Folded
from leleka.state.models import Export, Segment
from leleka.warehouse import segments

_EXPORTS: Final = Prefetch("exports", Export.objects.only("name"))
_SHOWN: Final = 20


def list_segments(actor: Actor) -> list[SegmentView]:
    require(actor, Permission.SEE)
    return _views(list(Segment.objects.order_by("name")))


def find_segments(actor: Actor, wanted: ListQuery) -> Listed[SegmentView]:
    """Return a page of segments, looked for by name."""
    require(actor, Permission.SEE)
    columns: Columns = {"name": Folded("name"), "size": "size", "evaluated_at": "evaluated_at"}
    return page_of(Segment.objects.all(), wanted, columns, contains(wanted.text, "name"), _views)


def segments_after(actor: Actor, number: int, limit: int) -> Sequence[SegmentView]:
    """Return segments as they were made, from behind the one of this id."""
    require(actor, Permission.SEE)
    return _views(after(Segment.objects.all(), number, limit))


def segment(actor: Actor, number: int) -> SegmentView:
    require(actor, Permission.SEE)
    return _view(find_by_id(number))


def show_segment(
    actor: Actor, name: str, clock: Clock, sample: int
) -> tuple[SegmentView, list[dict[str, object]]]:
    """Evaluate a segment over the sources as last refreshed; return it with ``sample`` whole profiles, which are
    masked for whoever may not see personal data. To see them unmasked is audited.
    """
    require(actor, Permission.SEE)
    row, members = _sampled(name, clock, sample)
    if not allows(actor, Permission.SEE_PERSONAL):
        return _view(row), [_masked_member(one, _key()) for one in members]
    _record_seen(actor, name, len(members))
    return _view(row), members


def first_members(name: str, clock: Clock, *, masked: bool) -> Mapping[str, object]:
    """Evaluate a segment and return its size and first members, for ``seen``."""
    row, members = _sampled(name, clock, _SHOWN)
    key = _key()
    if masked:
        members = [_masked_member(one, key) for one in members]
    columns = list(members[0]) if members else []
    # Numbers beyond JavaScript's, dates and the like are shown as they are written.
    values = [[None if value is None else str(value) for value in one.values()] for one in members]
    size = row.size
    return {"id": row.pk, "size": size, "columns": columns, "members": values, "key": key, "masked": masked}


def seen(actor: Actor, name: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``first_members`` found to whoever looks now: their right may be another than when they asked."""
    if result["masked"]:
        return dict(result)
    if allows(actor, Permission.SEE_PERSONAL):
        _record_seen(actor, name, len(result["members"]))
        return dict(result)
    columns, key = result["columns"], result["key"]
    members = [_masked_member(dict(zip(columns, one, strict=True)), key) for one in result["members"]]
    return {**result, "members": [list(one.values()) for one in members], "masked": True}


def count_rules(rules: object, clock: Clock) -> int:
    """Count who matches rules that need not be saved, in the sources as last read."""
    known = catalogue.current()
    with lake_sessions.session() as session:
        query = segments.compile_rule(
            parse(rules, known, "rules"), known, catalogue.snapshot_files(), segment_evaluation.today(clock)
        )
        return segments.count(session, query)


def _sampled(name: str, clock: Clock, sample: int) -> tuple[Segment, list[dict[str, object]]]:
    row = find_by_name(name)
    known, files = catalogue.current(), catalogue.snapshot_files()
    with lake_sessions.page_session() as session:
        segment_evaluation.refresh_segments(session, clock, _nobody, [row])
        found = lake_sessions.lake().open(row.snapshot)
        return row, segments.sample(session, found, known, files, sample) if sample else []


def _record_seen(actor: Actor, name: str, rows: int) -> None:
    if rows:
        record(actor, "segment members seen", name, {"rows": rows, "offset": 0})


def _key() -> str:
    return catalogue.current().profile_table.primary_key or ""


def _masked_member(member: Mapping[str, object], key: str) -> dict[str, object]:
    """The key tells one from another, and is shown unless it is an address itself."""
    return {
        name: mask_within(str(value)) if name == key and value is not None else _masked(value)
        for name, value in member.items()
    }


def _masked(value: object) -> object:
    """Show that there is something, and of text how it begins."""
    if value is None or value == "":
        return value
    if isinstance(value, str):
        return mask(value) if "@" in value else f"{value[0]}***"
    return "***"


def refresh_segment(name: str, clock: Clock, say: source_loading.Say) -> SegmentView:
    """Read the sources that changed and evaluate one segment. Raises ``NotFound``."""
    row = find_by_name(name)
    with lake_sessions.session() as session:
        source_loading.refresh_sources(session, say)
        segment_evaluation.refresh_segments(session, clock, say, [row])
    return _view(row)


def find_by_id(number: int) -> Segment:
    """Raises ``NotFound``."""
    row = Segment.objects.prefetch_related(_EXPORTS).filter(pk=number).first()
    if row is None:
        raise NotFound("SEGMENT_UNKNOWN")
    return row


def find_by_name(name: str) -> Segment:
    row = Segment.objects.prefetch_related(_EXPORTS).filter(name=name).first()
    if row is None:
        known = list(Segment.objects.order_by("name").values_list("name", flat=True))
        raise NotFound("SEGMENT_UNKNOWN.listed", name=name, known=known)
    return row


def _views(rows: Sequence[Segment]) -> list[SegmentView]:
    prefetch_related_objects(rows, _EXPORTS)
    return [_view(row) for row in rows]


def _view(row: Segment) -> SegmentView:
    return SegmentView(
        name=row.name,
        size=row.size,
        evaluated_at=row.evaluated_at,
        exports=tuple(sorted(export.name for export in row.exports.all())),
        rules=row.rules,
        id=row.pk,
        managed_by_file=row.managed_by_file,
        version=row.version,
    )


def _nobody(_: Message) -> None:
    """Nobody looks on."""
