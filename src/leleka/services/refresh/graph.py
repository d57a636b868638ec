"""The refresh chain as the state has it: what there is to bring up to date, and what that needs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from leleka.core.clock import current_clock
from leleka.core.columns import Catalogue
from leleka.core.data_matching import LeaverPolicy
from leleka.core.measures.model import tables_used as tables_of_measure
from leleka.core.measures.parser import parse as parse_measure
from leleka.core.refresh_graph import Key, Node, StepKind, walk
from leleka.core.rules.model import Rule, columns_used, segments_used, tables_used
from leleka.core.rules.parser import parse
from leleka.errors import InvalidInput, LelekaError, NotFound
from leleka.services.exports.schedule_setting import OFF, SYSTEM
from leleka.services.installation.local_day import today
from leleka.services.segments import timing
from leleka.services.segments.resting import refuse_inactive, resting
from leleka.services.sources import catalogue
from leleka.state.models import Export, Measure, Segment, Source

EVERYTHING: Final = "everything"
SEGMENTS: Final = "segments"
PROFILES: Final[Key] = (StepKind.PROFILES, 0)
DATA: Final = "data"
SOURCES: Final = "sources"


def nodes() -> Sequence[Node]:
    """Return all that can be refreshed with what it needs."""
    sources = list(Source.objects.order_by("name"))
    keys = {source.name: (StepKind.SOURCE, source.pk) for source in sources}
    profiles = frozenset(keys[source.name] for source in sources if source.is_profiles)
    return [
        *(Node(StepKind.SOURCE, source.pk, source.name) for source in sources),
        *([Node(StepKind.PROFILES, 0, "", profiles)] if profiles else []),
        *_measures(keys),
        *_segments(keys),
        *_exports(),
    ]


def nodes_of(scope: str) -> Sequence[Node]:
    """Return what a refresh of this scope may be about: all but segments that are inactive, and those whose schedule
    has not come to a day of theirs, unless the scope is that segment.
    """
    day = today(current_clock())
    kept = {
        (StepKind.SEGMENT, row.pk)
        for row in Segment.objects.all()
        if not row.active or (scope != f"{StepKind.SEGMENT}:{row.pk}" and not timing.is_due(row, day))
    }
    return [node for node in nodes() if node.key not in kept]


def wanted(scope: str) -> Sequence[Key]:
    """Return what a refresh of this scope is to bring up to date. Raises ``NotFound`` and ``InvalidInput``, and
    ``Conflict`` of an inactive segment.

    Everything is what the system's schedule refreshes: exports with a schedule of their own, or none, are not in it.
    Data is everything but the exports.
    """
    segments = _keys(StepKind.SEGMENT, Segment.objects.values_list("pk", flat=True))
    measures = _keys(StepKind.MEASURE, Measure.objects.values_list("pk", flat=True))
    if scope == SEGMENTS:
        return segments
    sources = _keys(StepKind.SOURCE, Source.objects.values_list("pk", flat=True))
    if scope == SOURCES:
        return [*sources, PROFILES]
    if scope in {EVERYTHING, DATA}:
        following = (
            Export.objects.filter(schedule__policy=SYSTEM) if scope == EVERYTHING else Export.objects.none()
        )
        exports = _keys(StepKind.EXPORT, following.values_list("pk", flat=True))
        return [*sources, PROFILES, *measures, *segments, *exports]
    kind, _, number = scope.partition(":")
    models = {
        StepKind.SOURCE.value: Source,
        StepKind.MEASURE.value: Measure,
        StepKind.SEGMENT.value: Segment,
        StepKind.EXPORT.value: Export,
    }
    if kind not in models or not number.isdecimal():
        raise InvalidInput("SCOPE_UNKNOWN", where="scope", scope=scope[:50])
    row = models[kind]._default_manager.filter(pk=int(number)).first()
    if row is None:
        raise NotFound(_UNKNOWN[StepKind(kind)])
    if isinstance(row, Segment):
        refuse_inactive(row)
    return [(StepKind(kind), int(number))]


def sources_of(keys: Iterable[Key]) -> frozenset[int]:
    """Return the sources that these depend on. Where rules no longer fit the columns, these are all: which they mean
    shows when those are read.
    """
    found = walk(nodes(), keys)
    if any(node.unsure for node in found):
        return frozenset(Source.objects.values_list("pk", flat=True))
    return frozenset(node.id for node in found if node.kind is StepKind.SOURCE)


_UNKNOWN: Final = {
    StepKind.SOURCE: "SOURCE_UNKNOWN",
    StepKind.MEASURE: "MEASURE_UNKNOWN",
    StepKind.SEGMENT: "SEGMENT_UNKNOWN",
    StepKind.EXPORT: "EXPORT_UNKNOWN",
}


def is_off(export: Export) -> bool:
    return bool(export.schedule["policy"] == OFF)


def _keys(kind: StepKind, numbers: Iterable[int]) -> Sequence[Key]:
    return [(kind, number) for number in numbers]


def _measures(sources: Mapping[str, Key]) -> Iterable[Node]:
    try:
        known = catalogue.of_files()
    except LelekaError:
        known = None  # without profiles there is nothing to calculate; its step says so
    for row in Measure.objects.order_by("name"):
        tables = _tables_of_measure(row, known) if known else None
        told = tables if tables is not None else {known.profiles} if known else ()
        needs = {sources[table] for table in told if table in sources}
        yield Node(StepKind.MEASURE, row.pk, row.name, frozenset(needs), unsure=tables is None)


def _tables_of_measure(row: Measure, known: Catalogue) -> Iterable[str] | None:
    """Return the tables that a measure is made of; None where they are gone: its step says which."""
    try:
        return tables_of_measure(parse_measure(row.definition, known, row.name), known.profiles)
    except LelekaError:
        return None


def _segments(sources: Mapping[str, Key]) -> Iterable[Node]:
    try:
        known = catalogue.current()
    except LelekaError:
        known = None  # without profiles no segment can be evaluated; its step says so
    rows = list(Segment.objects.order_by("name"))
    others: Mapping[str, Key] = {row.name: (StepKind.SEGMENT, row.pk) for row in rows}
    keys = {StepKind.SOURCE: sources, StepKind.MEASURE: _measure_keys(), StepKind.SEGMENT: others}
    for row in rows:
        rule = _rule_of(row, known) if known else None
        needs = _needs_of(rule, known.profiles, keys) if known else ()
        yield Node(StepKind.SEGMENT, row.pk, row.name, frozenset(needs), unsure=rule is None)


def _rule_of(segment: Segment, known: Catalogue) -> Rule | None:
    """Return the rules of a segment; None where they no longer fit the columns: its step says which."""
    try:
        return parse(segment.rules, known, f"segment {segment.name}, rules")
    except LelekaError:
        return None


def _needs_of(rule: Rule | None, profiles: str, keys: Mapping[StepKind, Mapping[str, Key]]) -> set[Key]:
    asked = {StepKind.SOURCE: {profiles}}
    if rule is not None:
        asked[StepKind.SOURCE] |= tables_used(rule)
        asked[StepKind.MEASURE] = {column for table, column in columns_used(rule) if table == profiles}
        asked[StepKind.SEGMENT] = set(segments_used(rule))
    return {keys[kind][name] for kind, names in asked.items() for name in names if name in keys[kind]}


def _measure_keys() -> Mapping[str, Key]:
    return {name: (StepKind.MEASURE, pk) for pk, name in Measure.objects.values_list("pk", "name")}


def _exports() -> Iterable[Node]:
    rows = list(Export.objects.select_related("connection").prefetch_related("segments").order_by("name"))
    by_list: dict[tuple[int, str], set[Key]] = {}
    at_rest = resting()  # an export that waits because of these keeps no other one to its list from running
    for row in rows:
        if row.connection is not None:
            shared = by_list.setdefault((row.connection.account_id, row.target), set())
            awake = [one for one in row.segments.all() if one.name not in at_rest]
            shared.update((StepKind.SEGMENT, segment.pk) for segment in awake)
    measures = _measure_keys()
    for row in rows:
        own = {(StepKind.SEGMENT, segment.pk) for segment in row.segments.all()}
        if row.connection is not None and row.leavers["policy"] != LeaverPolicy.KEEP:
            # Who is in a segment of another export to the same list has not left it: that must be known, too.
            own |= by_list[row.connection.account_id, row.target]
        mapped = {line["column"] for line in row.matching.get("lines", ())}
        own |= {measures[name] for name in mapped if name in measures}
        yield Node(StepKind.EXPORT, row.pk, row.name, frozenset(own | {PROFILES}))
