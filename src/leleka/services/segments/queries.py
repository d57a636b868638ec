"""Segments: what there is, how many are in them, who for example."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Final

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from leleka.core.column_classes import mask_value
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.refresh_graph import StepKind
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data
from leleka.core.schedules.recurrence import segment_to_data
from leleka.errors import Conflict, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet, sees_personal, shown_names
from leleka.services.access.edit_guards import out_of_reach
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.installation import lake_sessions
from leleka.services.paging import Columns, Listed, ListQuery, after, contains, page_of
from leleka.services.refresh import graph as refresh_graph
from leleka.services.segments import evaluation as segment_evaluation
from leleka.services.segments.contracts import SegmentView
from leleka.services.segments.resting import refuse_inactive, resting
from leleka.services.segments.rule_masking import rule_masking
from leleka.services.segments.timing import schedule_of
from leleka.services.segments.usage import exports_fed, references
from leleka.services.segments.warnings import stopped_by, warnings_of
from leleka.services.sources import catalogue, column_classes
from leleka.services.sources import loading as source_loading
from leleka.services.translation import in_all_languages, remarks_in_this_language, rule_in_this_language
from leleka.state.case_folding import Folded
from leleka.state.models import Export, Segment
from leleka.warehouse import segments

_EXPORTS: Final = Prefetch(
    "exports", Export.objects.select_related("connection").only("name", "connection__audience")
)
_SHOWN: Final = 20
_ACTIVE: Final = "active"
_STATES: Final = (_ACTIVE, "inactive")
_OF_THE_READER: Final = frozenset(
    {"locked_by", "rules", "sentences", "remarks", "stops", "warnings"}
)  # what depends on who looks


def list_segments(actor: Actor) -> list[SegmentView]:
    require(actor, Permission.SEE)
    return _views(actor, list(Segment.objects.order_by("name")))


def find_segments(actor: Actor, wanted: ListQuery, tag: str = "", state: str = "") -> Listed[SegmentView]:
    """Return a page of segments, looked for by name; of those with a tag, and of those that are ``active`` or
    ``inactive``.
    """
    require(actor, Permission.SEE)
    columns: Columns = {"name": Folded("name"), "size": "size", "evaluated_at": "evaluated_at"}
    rows = _narrowed(tag, state)
    found = page_of(rows, wanted, columns, contains(wanted.text, "name"), partial(_views, actor))
    return replace(found, all=Segment.objects.count())


def segments_after(
    actor: Actor, number: int, limit: int, tag: str = "", state: str = ""
) -> Sequence[SegmentView]:
    """Return segments as they were made, from behind the one of this id; narrowed like ``find_segments``."""
    require(actor, Permission.SEE)
    return _views(actor, after(_narrowed(tag, state), number, limit))


def _narrowed(tag: str, state: str) -> QuerySet[Segment]:
    rows = Segment.objects.filter(tags__name=tag) if tag else Segment.objects.all()
    return rows.filter(active=state == _ACTIVE) if state in _STATES else rows


def chosen_segments(actor: Actor, numbers: Sequence[int]) -> Sequence[SegmentView]:
    """Return segments by name, each with the exports that would not run without it."""
    require(actor, Permission.SEE)
    rows = list(Segment.objects.filter(pk__in=numbers).order_by("name"))
    return [replace(view, stops=stopped_by(view.name)) for view in _views(actor, rows)]


def segment(actor: Actor, number: int) -> SegmentView:
    require(actor, Permission.SEE)
    return _in_words(actor, find_by_id(number))


def show_segment(
    actor: Actor, name: str, clock: Clock, sample: int
) -> tuple[SegmentView, list[dict[str, object]]]:
    """Evaluate a segment over the sources as last refreshed; return it with ``sample`` whole profiles, which are
    masked for whoever may not see personal data. To see them unmasked is audited.
    """
    require(actor, Permission.SEE)
    row, members = _sampled(name, clock, sample)
    view = _in_words(actor, row)
    if not sees_personal(actor):
        return view, _masked(members)
    _record_seen(actor, name, len(members))
    return view, members


def first_members(name: str, clock: Clock, *, masked: bool) -> dict[str, Any]:
    """Evaluate a segment and return its size and first members, for ``seen``."""
    row, members = _sampled(name, clock, _SHOWN)
    if masked:
        members = _masked(members)
    columns = list(members[0]) if members else []
    # Numbers beyond JavaScript's, dates and the like are shown as they are written.
    values = [[None if value is None else str(value) for value in one.values()] for one in members]
    size = row.size
    return {"id": row.pk, "size": size, "columns": columns, "members": values, "masked": masked}


def seen(actor: Actor, name: str, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``first_members`` found to whoever looks now: their right, and what is known of the columns, may be
    another than when they asked.
    """
    if sees_personal(actor):
        if not result["masked"]:
            _record_seen(actor, name, len(result["members"]))
        return dict(result)
    columns = result["columns"]
    members = _masked([dict(zip(columns, one, strict=True)) for one in result["members"]])
    values = [list(one.values()) for one in members]
    return {**result, "columns": shown_names(columns), "members": values, "masked": True}


def long_form(actor: Actor, rules: object) -> dict[str, object]:
    """Return rules as they are stored: the canonical form. Raises ``InvalidInput`` with all problems."""
    require(actor, Permission.EDIT_SEGMENTS)
    return to_data(parse(rules, catalogue.current(), "rules"))


def count_rules(rules: object, clock: Clock) -> int:
    """Count who matches rules that need not be saved, in the sources as last read."""
    known = catalogue.current()
    rule = parse(rules, known, "rules")
    with lake_sessions.session() as session:
        evaluation = segment_evaluation.Evaluation(session, clock, _nobody, known=known, after_reading=False)
        _, query = evaluation.asked(rule, "rules")
        return segments.count(session, query)


def _sampled(name: str, clock: Clock, sample: int) -> tuple[Segment, list[dict[str, object]]]:
    row = find_by_name(name)
    files = catalogue.snapshot_files()
    with lake_sessions.small_session() as session:
        segment_evaluation.refresh_segments(session, clock, _nobody, [row], after_reading=False)
        if not row.active and not row.snapshot:
            raise Conflict("SEGMENT_INACTIVE.never", name=name)
        found = lake_sessions.lake().open(row.snapshot)
        if not sample:
            return row, []
        measures = catalogue.measure_files()
        known = catalogue.calculated()
        return row, segments.sample(session, found, known, files, sample, measures=measures)


def _record_seen(actor: Actor, name: str, rows: int) -> None:
    if rows:
        record(actor, "segment members seen", name, {"rows": rows, "offset": 0})


def _masked(members: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Mask each value by the class of its column."""
    classes, table = column_classes.current(), catalogue.current().profiles
    return [
        {name: mask_value(classes.of(table, name), value) for name, value in one.items()} for one in members
    ]


def refresh_segment(name: str, clock: Clock, say: source_loading.Say) -> Mapping[str, object]:
    """Read the sources that changed and evaluate one segment; return its view without what depends on who looks, for
    ``refreshed``. Raises ``NotFound``, and ``Conflict`` of an inactive one.
    """
    row = find_by_name(name)
    refuse_inactive(row)
    with lake_sessions.session() as session:
        needed = refresh_graph.sources_of([(StepKind.SEGMENT, row.pk)])
        source_loading.refresh_sources(session, say, needed)
        segment_evaluation.refresh_segments(session, clock, say, [row], by_hand=True)
    shown = asdict(_view(Actor.worker("worker"), row))
    return {name: value for name, value in shown.items() if name not in _OF_THE_READER}


def refreshed(actor: Actor, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``refresh_segment`` found as somebody may read it, also what an older version stored."""
    return discreet(actor, {name: value for name, value in result.items() if name not in _OF_THE_READER})


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


def _views(actor: Actor, rows: Sequence[Segment]) -> list[SegmentView]:
    """Return what an actor may see of segments: the rules of those without values that tell of a person."""
    prefetch_related_objects(rows, _EXPORTS, "tags")
    named, at_rest = (references(), resting()) if rows else ({}, {})
    views = [
        replace(_view(actor, row, named), rests_on=tuple(sorted(at_rest.get(row.name, set()) - {row.name})))
        for row in rows
    ]
    if not sees_personal(actor):
        masked = rule_masking(column_classes.current())
        views = discreet(actor, [replace(view, rules=masked(view.rules)) for view in views])
    return list(views)


def _in_words(actor: Actor, row: Segment) -> SegmentView:
    """Return what an actor may see of one segment, with its rules in words: those of many would take long."""
    (view,) = _views(actor, [row])
    stops = stopped_by(row.name)
    return replace(
        view,
        stops=stops,
        warnings=warnings_of(row, stops),
        sentences=in_all_languages(lambda: rule_in_this_language(view.rules)),
        remarks=in_all_languages(lambda: remarks_in_this_language(row.rules, view.rules)),
    )


def _view(actor: Actor, row: Segment, named: Mapping[str, frozenset[str]] | None = None) -> SegmentView:
    """``named`` are the segments that each segment's rules name, where they are at hand."""
    named = references() if named is None else named
    users = tuple(user for user, inner in named.items() if row.name in inner)
    return SegmentView(
        name=row.name,
        size=row.size,
        evaluated_at=row.evaluated_at,
        exports=tuple(sorted(export.name for export in row.exports.all())),
        rules=row.rules,
        id=row.pk,
        managed_by_file=row.managed_by_file,
        version=row.version,
        locked_by=out_of_reach(actor, exports_fed([row.name]) if users else row.exports.all()),
        segments=users,
        active=row.active,
        state_since=row.state_since,
        activate_at=row.activate_at,
        deactivate_at=row.deactivate_at,
        schedule=segment_to_data(schedule_of(row)),
        tags=tuple(sorted(tag.name for tag in row.tags.all())),
    )


def _nobody(_: Message) -> None:
    """Nobody looks on."""
