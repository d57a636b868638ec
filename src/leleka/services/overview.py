"""Home: what needs attention, what runs next, what ran last, sizes at a glance. A fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import Max, Sum
from django.utils import timezone

from leleka.core.ports import Clock
from leleka.errors import Problem
from leleka.messages.stored import problem_of
from leleka.services import beats, connection_views, schedules
from leleka.services.audit import Actor
from leleka.services.permissions import Permission, allows, require
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
class Upcoming:
    """What runs next. ``at`` is None of what is under way or queued already, then ``run`` and ``status`` say more.

    The system's schedule, which is of no single export, has neither ``export`` nor ``export_id``.
    """

    export: str
    export_id: int | None
    at: datetime | None = None
    run: int | None = None
    status: str = ""
    stage: str = ""
    stage_told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ended."""

    run: int
    export: str
    export_id: int
    status: str
    ended: datetime
    delivered: int
    asked_by: str


@dataclass(frozen=True, slots=True)
class SizeLine:
    """A segment's size, how it changed since a week ago (None where nothing is known of then), and the way there."""

    id: int
    name: str
    size: int
    change: int | None
    curve: Sequence[int]


@dataclass(frozen=True, slots=True)
class Standing:
    """How much there is, and how far a new installation has come."""

    profiles: int
    segments: int
    exports: int
    connections: int
    has_run: bool


def standing(actor: Actor) -> Standing:
    require(actor, Permission.SEE)
    return Standing(
        profiles=Source.objects.filter(is_profiles=True).aggregate(rows=Sum("rows"))["rows"] or 0,
        segments=Segment.objects.count(),
        exports=Export.objects.count(),
        connections=Connection.objects.count(),
        has_run=Run.objects.filter(finished_at__isnull=False).exists(),
    )


def concerns(actor: Actor, clock: Clock) -> Sequence[Concerns]:
    """Give what needs attention, the most pressing first. Connections are for those who may see them."""
    require(actor, Permission.SEE)
    last = Export.objects.annotate(newest=Max("runs__pk")).values_list("newest", flat=True)
    newest = list(
        Run.objects.filter(pk__in=last, status__in=(RunStatus.FAILED, RunStatus.NEEDS_CONFIRMATION))
        .order_by("-pk")
        .values("pk", "export__name", "status", "problems", "confirmation_reason", "confirmation_told")
    )
    found = [
        *([Concern("worker")] if not beats.alive(clock) else ()),
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
    return [Concern("connection", *one) for one in connection_views.in_need(actor)]


def _waiting(run: Mapping[str, Any]) -> Concern:
    reason, told = run["confirmation_reason"], run["confirmation_told"]
    return Concern("confirmation", run["pk"], run["export__name"], text=reason, text_told=told)


def _failed(run: Mapping[str, Any]) -> Concern:
    problem = problem_of(run["problems"][0]) if run["problems"] else None
    return Concern("failed", run["pk"], run["export__name"], problem)


def upcoming(actor: Actor, clock: Clock) -> Sequence[Upcoming]:
    """Give what runs next: what is under way and queued, in the order in which it was asked for; then what is due."""
    require(actor, Permission.SEE)
    live = Run.objects.filter(finished_at__isnull=True).exclude(status=RunStatus.NEEDS_CONFIRMATION)
    rows = live.order_by("pk").values_list(
        "export__name", "export_id", "pk", "status", "stage", "stage_told"
    )[:_NEXT]
    now = datetime.fromtimestamp(clock.now(), UTC)
    found = [Upcoming(name, export, None, *more) for name, export, *more in rows]
    due = [one for one in schedules.upcoming(actor, _NEXT) if one.due_at > now]
    return [*found, *(Upcoming(one.name, one.export, one.due_at) for one in due)][:_NEXT]


def ended(actor: Actor) -> Sequence[Ended]:
    """Give the runs that ended last, the newest first."""
    require(actor, Permission.SEE)
    rows = Run.objects.filter(finished_at__isnull=False).order_by("-finished_at", "-pk")
    told = rows.values_list("pk", "export__name", "export_id", "status", "finished_at", "counts", "asked_by")[
        :_LAST
    ]
    return [
        Ended(pk, name, export, status, moment, counts.get("delivered", 0), asked_by)
        for pk, name, export, status, moment, counts, asked_by in told
        if moment is not None
    ]


def sizes(actor: Actor) -> Sequence[SizeLine]:
    """Give the largest segments with their sizes over the last 30 days."""
    require(actor, Permission.SEE)
    now = timezone.now()
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
