"""Home: what needs attention, what runs next, what ran last, sizes at a glance. A fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Max, Sum

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.errors import Problem
from leleka.messages.stored import problem_of
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, allows, require
from leleka.services.connections import queries as connection_queries
from leleka.services.monitoring import workers as monitoring_workers
from leleka.services.runs.contracts import RunView
from leleka.services.runs.queries import views_of
from leleka.services.schedules import queries as schedule_queries
from leleka.services.schedules.queries import Upcoming
from leleka.state.models import Connection, Export, Run, RunStatus, Segment, SegmentSize, Source

_EACH: Final = 5  # of one kind are told one by one; how many more there are, in a number
_LAST: Final = 10
_NEXT: Final = 10
_SEGMENTS: Final = 12
_WEEK: Final = timedelta(days=7)
_LOOK_BACK: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that waits for somebody. ``kind`` is *worker*, *connection*, *confirmation*, *failed* or *detached*;
    ``id`` is of the connection, the run, or the export.
    """

    kind: str
    id: int = 0
    name: str = ""
    problem: Problem | None = None
    text: str = ""
    text_told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Concerns:
    """Those of one kind: the first few, and how many there are in all."""

    kind: str
    shown: Sequence[Concern]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.shown)


@dataclass(frozen=True, slots=True)
class SizeLine:
    """A segment's size, how it changed since a week ago (None where nothing is known of then), and the way there."""

    id: int
    name: str
    size: int
    change: int | None
    curve: Sequence[int]


@dataclass(frozen=True, slots=True)
class InstallationSummary:
    """How much there is, and how far a new installation has come."""

    profiles: int
    segments: int
    exports: int
    connections: int
    has_run: bool


def standing(actor: Actor) -> InstallationSummary:
    require(actor, Permission.SEE)
    return InstallationSummary(
        profiles=Source.objects.filter(is_profiles=True).aggregate(rows=Sum("rows"))["rows"] or 0,
        segments=Segment.objects.count(),
        exports=Export.objects.count(),
        connections=Connection.objects.count(),
        has_run=Run.objects.filter(finished_at__isnull=False).exists(),
    )


def concerns(actor: Actor, clock: Clock) -> Sequence[Concerns]:
    """Return what needs attention, the most pressing first. Connections are for those who may see them."""
    require(actor, Permission.SEE)
    last = Export.objects.annotate(newest=Max("runs__pk")).values_list("newest", flat=True)
    newest = list(
        Run.objects.filter(pk__in=last, status__in=(RunStatus.FAILED, RunStatus.NEEDS_CONFIRMATION))
        .order_by("-pk")
        .values("pk", "export__name", "status", "problems", "confirmation_reason", "confirmation_told")
    )
    found = [
        *([Concern("worker")] if not monitoring_workers.alive(clock) else ()),
        *_connections(actor),
        *(_waiting(run) for run in newest if run["status"] == RunStatus.NEEDS_CONFIRMATION),
        *(_failed(run) for run in newest if run["status"] == RunStatus.FAILED),
        *(
            Concern("detached", pk, name)
            for pk, name in Export.objects.filter(connection=None).order_by("name").values_list("pk", "name")
        ),
    ]
    by_kind: dict[str, list[Concern]] = defaultdict(list)
    for one in found:
        by_kind[one.kind].append(one)
    return [Concerns(kind, ones[:_EACH], len(ones)) for kind, ones in by_kind.items()]


def _connections(actor: Actor) -> Sequence[Concern]:
    if not allows(actor, Permission.CONNECTIONS):
        return ()
    return [Concern("connection", *one) for one in connection_queries.in_need(actor)]


def _waiting(run: Mapping[str, Any]) -> Concern:
    reason, told = run["confirmation_reason"], run["confirmation_told"]
    return Concern("confirmation", run["pk"], run["export__name"], text=reason, text_told=told)


def _failed(run: Mapping[str, Any]) -> Concern:
    problem = problem_of(run["problems"][0]) if run["problems"] else None
    return Concern("failed", run["pk"], run["export__name"], problem)


def upcoming(actor: Actor, clock: Clock) -> Sequence[Upcoming]:
    """Return what runs next: what is under way and queued, in the order in which it was asked for; then what is due."""
    require(actor, Permission.SEE)
    live = Run.objects.filter(finished_at__isnull=True).exclude(status=RunStatus.NEEDS_CONFIRMATION)
    rows = live.order_by("pk").values_list(
        "export_id", "export__name", "pk", "status", "stage", "stage_told"
    )[:_NEXT]
    now = utc_now(clock)
    found = [Upcoming(None, *told) for told in rows]
    due = [
        one for one in schedule_queries.upcoming(actor, _NEXT) if one.due_at is not None and one.due_at > now
    ]
    return [*found, *due][:_NEXT]


def ended(actor: Actor) -> Sequence[RunView]:
    """Return the runs that ended last, the newest first."""
    require(actor, Permission.SEE)
    rows = Run.objects.filter(finished_at__isnull=False).select_related("export")
    return views_of(rows.order_by("-finished_at", "-pk")[:_LAST])


def sizes(actor: Actor) -> Sequence[SizeLine]:
    """Return the largest segments with their sizes over the last 30 days."""
    require(actor, Permission.SEE)
    now = utc_now()
    known = Segment.objects.exclude(size=None).order_by("-size", "name")
    largest = list(known.values_list("pk", "name", "size")[:_SEGMENTS])
    rows = SegmentSize.objects.filter(
        segment__in=[pk for pk, _, _ in largest], evaluated_at__gte=now - _LOOK_BACK
    )
    over_time: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for pk, moment, size in rows.order_by("evaluated_at", "pk").values_list(
        "segment_id", "evaluated_at", "size"
    ):
        over_time[pk].append((moment, size))
    return [_line(pk, name, size or 0, over_time[pk], now) for pk, name, size in largest]


def _line(pk: int, name: str, size: int, then: Sequence[tuple[datetime, int]], now: datetime) -> SizeLine:
    before = [one for moment, one in then if moment <= now - _WEEK]
    by_day = {moment.date(): one for moment, one in then}
    return SizeLine(pk, name, size, size - before[-1] if before else None, tuple(by_day.values()))
