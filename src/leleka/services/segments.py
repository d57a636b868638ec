"""Segments: what there is, how many are in them, who for example."""

from leleka.core.email import mask
from leleka.core.ports import Clock
from leleka.core.rules_parsing import parse
from leleka.errors import NotFound
from leleka.services import catalogue, refreshing, store
from leleka.services.audit import Actor
from leleka.services.contracts import SegmentView
from leleka.services.permissions import Permission, allows, require
from leleka.state.models import Segment
from leleka.warehouse import segments


def list_segments(actor: Actor) -> list[SegmentView]:
    require(actor, Permission.SEE)
    return [_view(row) for row in Segment.objects.prefetch_related("exports").order_by("name")]


def segment(actor: Actor, number: int) -> SegmentView:
    require(actor, Permission.SEE)
    return _view(by_number(number))


def show_segment(
    actor: Actor, name: str, clock: Clock, sample: int
) -> tuple[SegmentView, list[dict[str, object]]]:
    """Evaluate a segment over the sources as last refreshed; give it with ``sample`` whole profiles, which are
    masked for whoever may not see personal data.
    """
    require(actor, Permission.SEE)
    row = _find(name)
    known, files = catalogue.current(), catalogue.snapshot_files()
    with store.session() as session:
        refreshing.refresh_segments(session, clock, _nobody, [row])
        rule = parse(row.rules, known, f"segment {name}, rules")
        query = segments.compile_rule(rule, known, files, refreshing.today(clock))
        members = segments.sample(session, query, known, files, sample) if sample else []
    if not allows(actor, Permission.SEE_PERSONAL):
        key = known.profile_table.primary_key
        members = [
            {name: value if name == key else _masked(value) for name, value in one.items()} for one in members
        ]
    return _view(row), members


def _masked(value: object) -> object:
    """Show that there is something, and of text how it begins."""
    if value is None or value == "":
        return value
    if isinstance(value, str):
        return mask(value) if "@" in value else f"{value[0]}***"
    return "***"


def refresh_segment(name: str, clock: Clock, say: refreshing.Say) -> SegmentView:
    """Read the sources that changed and evaluate one segment. Raises ``NotFound``."""
    row = _find(name)
    with store.session() as session:
        refreshing.refresh_sources(session, say)
        refreshing.refresh_segments(session, clock, say, [row])
    return _view(row)


def by_number(number: int) -> Segment:
    """Raises ``NotFound``."""
    row = Segment.objects.prefetch_related("exports").filter(pk=number).first()
    if row is None:
        raise NotFound("SEGMENT_UNKNOWN", "There is no such segment.")
    return row


def _find(name: str) -> Segment:
    row = Segment.objects.prefetch_related("exports").filter(name=name).first()
    if row is None:
        names = ", ".join(Segment.objects.order_by("name").values_list("name", flat=True))
        remedy = f"There are: {names}." if names else "Apply a definitions file first."
        raise NotFound("SEGMENT_UNKNOWN", f"There is no segment {name!r}.", remedy=remedy)
    return row


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


def _nobody(_: str) -> None:
    """Nobody looks on."""
