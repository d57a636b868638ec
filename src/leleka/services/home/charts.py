"""What the charts draw: figures over time, few enough to look at, each computed by a query of its own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from leleka.core.clock import current_clock, utc_now
from leleka.destinations.registry import find_spec
from leleka.engine.rate_limit import ImportLimiter, TimeScale
from leleka.errors import NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.exports.queries import find_by_id
from leleka.services.installation import configuration as installation_configuration
from leleka.services.segments import queries as segment_queries
from leleka.state.models import AttemptRow, Run, SegmentSize

YEAR: Final = timedelta(days=365)
RECENT: Final = timedelta(days=30)  # days of which every size counts; before them, one a day
_RUNS: Final = 100
_MINUTE: Final = 60
_SHORT_RUN: Final = 3 * _MINUTE  # seconds: of so short a run a point a minute would say nothing
_SHORT_STEP: Final = 10
_MOST_POINTS: Final = 400


@dataclass(frozen=True, slots=True)
class RunPoint:
    """How one ended run ended for its profiles."""

    run: int
    ended: datetime
    delivered: int
    rejected: int
    excluded: int


@dataclass(frozen=True, slots=True)
class Sent:
    """How many contacts left in each step of ``seconds``, at the step's beginning: counted, never extrapolated.
    ``allowed`` is how many the pace of the run's connection allows in a step, None where nothing limits it.
    """

    seconds: int
    points: Sequence[tuple[datetime, int]]
    allowed: float | None


def runs_of(actor: Actor, number: int) -> Sequence[RunPoint]:
    """Return the last 100 ended runs of an export within a year, the oldest first."""
    require(actor, Permission.SEE)
    rows = find_by_id(number).runs.filter(finished_at__gte=utc_now() - YEAR)
    newest = rows.order_by("-pk").values_list("pk", "finished_at", "counts")[:_RUNS]
    points = [_point(run, ended, counts) for run, ended, counts in newest if ended is not None]
    return sorted(points, key=lambda point: point.ended)


def _point(run: int, ended: datetime, counts: dict[str, Any]) -> RunPoint:
    return RunPoint(
        run,
        ended,
        counts.get("delivered", 0),
        sum(counts.get("rejected", {}).values()),
        sum(counts.get("excluded", {}).values()),
    )


def sizes_of(actor: Actor, number: int) -> Sequence[tuple[datetime, int]]:
    """Return the sizes of a segment over a year, the oldest first: all of the last 30 days, before them one a day."""
    require(actor, Permission.SEE)
    now = utc_now()
    rows = (
        segment_queries.find_by_id(number)
        .sizes.filter(evaluated_at__gte=now - YEAR)
        .order_by("evaluated_at", "pk")
    )
    return thinned(rows.values_list("evaluated_at", "size"), now)


def thinned(sizes: Iterable[tuple[datetime, int]], now: datetime) -> Sequence[tuple[datetime, int]]:
    """Leave of each day that is long ago the last size, and of what is left no more than can be seen."""
    old: dict[date, tuple[datetime, int]] = {}
    recent = []
    for moment, size in sizes:
        if moment < now - RECENT:
            old[moment.date()] = (moment, size)
        else:
            recent.append((moment, size))
    step = len(recent) // _MOST_POINTS + 1
    return [*old.values(), *recent[-1::-step][::-1]]


def sent_of(actor: Actor, number: int) -> Sent:
    """Return what a run sent, step by step, from its attempts. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    run = Run.objects.filter(pk=number).first()
    if run is None:
        raise NotFound("RUN_UNKNOWN", number=number)
    left = AttemptRow.objects.filter(batch__run=number).order_by("written_at")
    told = left.values_list("written_at", "batch__spans")
    sent = [(at, sum(last - first + 1 for first, last in spans)) for at, spans in told]
    if not sent:
        return Sent(_MINUTE, (), _allowed(run, _MINUTE))
    began, ended = sent[0][0], sent[-1][0]
    step = _step(ended - began)
    by_step: dict[int, int] = defaultdict(int)
    for at, rows in sent:
        by_step[int((at - began) // step)] += rows
    points = [
        (datetime.fromtimestamp(began + place * step, timezone.get_default_timezone()), by_step[place])
        for place in range(int((ended - began) // step) + 1)
    ]
    return Sent(step, points, _allowed(run, step))


def _step(seconds: float) -> int:
    if seconds < _SHORT_RUN:
        return _SHORT_STEP
    return _MINUTE * (int(seconds // _MINUTE) // _MOST_POINTS + 1)


def _allowed(run: Run, seconds: int) -> float | None:
    configuration = run.configuration
    spec = find_spec(configuration.type)
    if spec is None:
        return None
    tempo = TimeScale(installation_configuration.configuration().network.speed(configuration.host))
    pace = ImportLimiter(spec.limits, tempo, current_clock(), share=configuration.share)
    interval = pace.interval(spec.limits.rows)
    return spec.limits.rows * seconds / interval if interval else None


def prune_sizes() -> None:
    """Remove the sizes of more than a year ago, and of each day that is long ago all but the last."""
    now = utc_now()
    SegmentSize.objects.filter(evaluated_at__lt=now - YEAR).delete()
    kept: dict[tuple[int, date], int] = {}
    extra = []
    old = SegmentSize.objects.filter(evaluated_at__lt=now - RECENT).order_by("evaluated_at", "pk")
    for pk, segment, moment in old.values_list("pk", "segment_id", "evaluated_at").iterator():
        before = kept.get((segment, moment.date()))
        if before is not None:
            extra.append(before)
        kept[segment, moment.date()] = pk
    for first in range(0, len(extra), _MOST_POINTS):
        SegmentSize.objects.filter(pk__in=extra[first : first + _MOST_POINTS]).delete()
