"""Sources, profiles, measures and segments that could not be brought up to date; data older than promised, or less."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.quality.model import has_lost_rows
from leleka.core.refresh_graph import StepKind
from leleka.errors import Problem
from leleka.services.concerns.contracts import Concern, ConcernKind
from leleka.services.quality import records
from leleka.services.status import data_lines
from leleka.state.models import Source, SourceQuality

_KINDS = {
    StepKind.SOURCE: ConcernKind.SOURCE,
    StepKind.PROFILES: ConcernKind.PROFILES,
    StepKind.MEASURE: ConcernKind.MEASURE,
    StepKind.SEGMENT: ConcernKind.SEGMENT,
}


def find(clock: Clock) -> Iterable[Concern]:
    failing = list(data_lines.failing())
    for line in failing:
        yield Concern(
            _KINDS[StepKind(line.kind)],
            f"{line.kind}:{line.of}",
            line.name,
            line.problems,
            line.finished_at,
        )
    told = {line.of for line in failing if line.kind == StepKind.SOURCE}
    yield from _held(told)
    yield from _stale(clock)
    yield from _shrunk()


def _held(told: Collection[int]) -> Iterable[Concern]:
    """Sources of which a reading waits for somebody's word, where no refresh says so: a run or a file brought it."""
    rows = SourceQuality.objects.exclude(held={}).exclude(pk__in=told).select_related("source")
    for row in rows.order_by("source__name"):
        problems = [one.problem for one in records.failing(row) if one.problem]
        name = row.source.name
        yield Concern(ConcernKind.SOURCE, f"source:{row.pk}", name, problems, row.judged_at)


def _stale(clock: Clock) -> Iterable[Concern]:
    """Sources with a ``max_age`` whose contents have not changed for longer."""
    now = utc_now(clock)
    for source in Source.objects.only("name", "spec", "changed_at").order_by("name"):
        hours = source.spec.get("max_age_hours")
        if not hours or source.changed_at is None:
            continue
        stale_at = source.changed_at + timedelta(hours=hours)
        if stale_at < now:
            told = Problem.of("SOURCE_STALE", age=(now - source.changed_at) // timedelta(hours=1), most=hours)
            yield Concern(ConcernKind.STALE, f"source:{source.pk}", source.name, [told], stale_at)


def _shrunk() -> Iterable[Concern]:
    """Sources of which the last change took half of the rows or more, or all of them, and nobody said it is right."""
    accepted = set(SourceQuality.objects.exclude(accepted="").values_list("accepted", flat=True))
    for source in Source.objects.filter(rows_before__gt=0).defer("spec", "columns"):
        before = source.rows_before or 0
        if has_lost_rows(source.rows, before) and source.snapshot not in accepted:
            told = Problem.of("SOURCE_SHRUNK", rows=source.rows, before=before)
            yield Concern(ConcernKind.SHRUNK, f"source:{source.pk}", source.name, [told], source.changed_at)
