"""Home: what runs next, what ran last, sizes at a glance. A fixed number of queries. What is wrong: ``concerns``."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Sum

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, require
from leleka.services.runs.contracts import RunView
from leleka.services.runs.queries import views_of
from leleka.services.schedules import queries as schedule_queries
from leleka.services.schedules.queries import Upcoming
from leleka.state.models import Connection, Export, Run, RunStatus, Segment, SegmentSize, Source

_LAST: Final = 10
_NEXT: Final = 10
_SEGMENTS: Final = 12
_WEEK: Final = timedelta(days=7)
_LOOK_BACK: Final = timedelta(days=30)


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
    return discreet(actor, [*found, *due][:_NEXT])


def ended(actor: Actor) -> Sequence[RunView]:
    """Return the runs that ended last, the newest first."""
    require(actor, Permission.SEE)
    rows = Run.objects.filter(finished_at__isnull=False).select_related("export")
    return discreet(actor, views_of(rows.order_by("-finished_at", "-pk")[:_LAST]))


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
