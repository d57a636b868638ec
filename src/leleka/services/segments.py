"""Segments: what there is, how many are in them, who for example."""

from leleka.core.ports import Clock
from leleka.core.rules_parsing import parse
from leleka.errors import NotFound
from leleka.services import catalogue, refreshing, store
from leleka.services.contracts import SegmentView
from leleka.state.models import Segment
from leleka.warehouse import segments


def list_segments() -> list[SegmentView]:
    return [_view(segment) for segment in Segment.objects.prefetch_related("exports").order_by("name")]


def show_segment(name: str, clock: Clock, sample: int) -> tuple[SegmentView, list[dict[str, object]]]:
    """Evaluate a segment over the sources as last refreshed; give it with ``sample`` whole profiles."""
    segment = _find(name)
    known, files = catalogue.current(), catalogue.snapshot_files()
    with store.session() as session:
        refreshing.refresh_segments(session, clock, _nobody, [segment])
        rule = parse(segment.rules, known, f"segment {name}, rules")
        query = segments.compile_rule(rule, known, files, refreshing.today(clock))
        members = segments.sample(session, query, known, files, sample) if sample else []
    return _view(segment), members


def refresh_segment(name: str, clock: Clock, say: refreshing.Say) -> SegmentView:
    """Read the sources that changed and evaluate one segment. Raises ``NotFound``."""
    segment = _find(name)
    with store.session() as session:
        refreshing.refresh_sources(session, say)
        refreshing.refresh_segments(session, clock, say, [segment])
    return _view(segment)


def _find(name: str) -> Segment:
    segment = Segment.objects.prefetch_related("exports").filter(name=name).first()
    if segment is None:
        names = ", ".join(Segment.objects.order_by("name").values_list("name", flat=True))
        remedy = f"There are: {names}." if names else "Apply a definitions file first."
        raise NotFound("SEGMENT_UNKNOWN", f"There is no segment {name!r}.", remedy=remedy)
    return segment


def _view(segment: Segment) -> SegmentView:
    return SegmentView(
        name=segment.name,
        size=segment.size,
        evaluated_at=segment.evaluated_at,
        exports=tuple(sorted(export.name for export in segment.exports.all())),
        rules=segment.rules,
    )


def _nobody(_: str) -> None:
    """Nobody looks on."""
