"""Sources, profiles, measures and segments that could not be brought up to date; data older than promised, or less."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.refresh_graph import StepKind
from leleka.errors import Problem
from leleka.services.concerns.contracts import Concern, ConcernKind
from leleka.services.status import data_lines
from leleka.state.models import Source

_KINDS = {
    StepKind.SOURCE: ConcernKind.SOURCE,
    StepKind.PROFILES: ConcernKind.PROFILES,
    StepKind.MEASURE: ConcernKind.MEASURE,
    StepKind.SEGMENT: ConcernKind.SEGMENT,
}

_SHRINKS_TO: Final = 0.5  # of the rows: a file that was cut in half, or a filter that somebody set
_LEAST_LOSS: Final = 100  # rows; below that a share says little


def find(clock: Clock) -> Iterable[Concern]:
    for line in data_lines.failing():
        yield Concern(
            _KINDS[StepKind(line.kind)],
            f"{line.kind}:{line.of}",
            line.name,
            line.problems,
            line.finished_at,
        )
    yield from _stale(clock)
    yield from _shrunk()


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
    """Sources of which the last change took half of the rows or more, or all of them."""
    for source in Source.objects.filter(rows_before__gt=0).only("name", "rows", "rows_before", "changed_at"):
        before = source.rows_before or 0
        halved = source.rows <= before * _SHRINKS_TO and before - source.rows >= _LEAST_LOSS
        if halved or not source.rows:
            told = Problem.of("SOURCE_SHRUNK", rows=source.rows, before=before)
            yield Concern(ConcernKind.SHRUNK, f"source:{source.pk}", source.name, [told], source.changed_at)
