"""What is wrong with the installation itself: its workers, queue, disk, clock, and the channels of notices."""

import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Max

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.statuses import RunStatus
from leleka.errors import Problem
from leleka.services.concerns.contracts import Concern, ConcernKind
from leleka.services.installation import configuration as installation_configuration
from leleka.services.monitoring import workers as monitoring_workers
from leleka.services.monitoring.health import LEAST_ROOM
from leleka.state.models import DueDecision, NoticeDelivery, Refresh, Run, WorkerBeat

_BEGINS_WITHIN: Final = timedelta(minutes=2)
_STEP_TAKES: Final = 60  # minutes at most, of one step of a refresh
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
_FRESH: Final = timedelta(days=1)  # how long a delivery that was given up is news
_MB: Final = 2**20


def find(clock: Clock) -> Iterable[Concern]:
    alive = monitoring_workers.alive(clock) > 0
    if not alive:
        yield Concern(ConcernKind.WORKER, "worker", problems=[Problem("NO_WORKER")], since=_last_seen(clock))
    else:
        yield from _queue(clock)
    yield from _disk()
    yield from _clock(clock)
    yield from _channels(clock)


def _last_seen(clock: Clock) -> datetime | None:
    """Return when a worker was seen last; one that stopped in order left nothing."""
    seen = WorkerBeat.objects.filter(seen_at__lte=clock.now()).aggregate(last=Max("seen_at"))["last"]
    return None if seen is None else datetime.fromtimestamp(seen, UTC)


def _queue(clock: Clock) -> Iterable[Concern]:
    """Something waits for its turn though nothing else is under way: the worker lives and does not begin it. Or what
    is under way stands still.
    """
    before = utc_now(clock) - _BEGINS_WITHIN
    walked = Refresh.objects.filter(
        status__in=(RunStatus.PROCESSING, RunStatus.CANCELING),
        finished_at__isnull=True,
        walked_at__isnull=True,  # what is left of one that is walked are runs
    )
    if (refresh := walked.first()) is not None:
        yield from _standing_still(refresh, clock)
        return
    live = Run.objects.filter(finished_at__isnull=True)
    if live.filter(status__in=(RunStatus.PROCESSING, RunStatus.CANCELING)).exists():
        return
    for model in (Run, Refresh):
        queued = model._default_manager.filter(status=RunStatus.QUEUED, finished_at__isnull=True)
        oldest = (
            queued.filter(created_at__lte=before).order_by("created_at").values_list("created_at").first()
        )
        if oldest is not None:
            minutes = (utc_now(clock) - oldest[0]) // timedelta(minutes=1)
            yield Concern(
                ConcernKind.QUEUE,
                "queue",
                problems=[Problem.of("QUEUE_STUCK", minutes=minutes)],
                since=oldest[0],
            )
            return


def _standing_still(refresh: Refresh, clock: Clock) -> Iterable[Concern]:
    """A refresh renews its lease while a step hangs, over a network disk for example: its steps say more."""
    moved = refresh.steps.aggregate(began=Max("started_at"), ended=Max("finished_at"))
    last = max(filter(None, (refresh.created_at, moved["began"], moved["ended"])))
    minutes = (utc_now(clock) - last) // timedelta(minutes=1)
    if minutes >= _STEP_TAKES:
        told = Problem.of("REFRESH_STUCK", minutes=minutes)
        yield Concern(ConcernKind.QUEUE, "queue", problems=[told], since=last)


def _disk() -> Iterable[Concern]:
    here = installation_configuration.configuration().data_dir
    try:
        writable = os.access(here, os.W_OK | os.X_OK, effective_ids=True)
        free = shutil.disk_usage(here).free
    except OSError:
        writable, free = False, 0
    if not writable:
        yield Concern(ConcernKind.DISK, "disk", problems=[Problem("DATA_FOLDER_READ_ONLY")])
    elif free <= LEAST_ROOM:
        told = Problem.of("DISK_NEARLY_FULL", free=free // _MB, least=LEAST_ROOM // _MB)
        yield Concern(ConcernKind.DISK, "disk", problems=[told])


def _clock(clock: Clock) -> Iterable[Concern]:
    """What happened is dated later than now: the clock was set back, or ran ahead when that was written."""
    ended = Run.objects.filter(finished_at__isnull=False)
    last = (  # the newest by their numbers: all there ever were are too many to look through
        DueDecision.objects.order_by("-pk").values_list("decided_at", flat=True).first(),
        ended.order_by("-pk").values_list("finished_at", flat=True).first(),
    )
    newest = max(filter(None, last), default=None)
    if newest is not None and newest > utc_now(clock) + _CLOCKS_DIFFER:
        told = Problem.of("CLOCK_BEHIND", minutes=(newest - utc_now(clock)) // timedelta(minutes=1))
        yield Concern(ConcernKind.CLOCK, "clock", problems=[told])


def _channels(clock: Clock) -> Iterable[Concern]:
    """Channels of which the newest delivery was given up: nobody hears through them."""
    since = utc_now(clock) - _FRESH
    ended = NoticeDelivery.objects.exclude(status=NoticeDelivery.Status.WAITING).filter(
        notice__made_at__gte=since
    )
    newest = ended.values("channel").annotate(newest=Max("pk")).values_list("newest", flat=True)
    broken = NoticeDelivery.objects.filter(pk__in=list(newest), status=NoticeDelivery.Status.GIVEN_UP)
    for row in broken.exclude(last_error="NOT_WANTED").order_by("channel"):
        told = Problem.of("NOTICES_UNDELIVERED", channel=row.channel, error=row.last_error)
        yield Concern(ConcernKind.CHANNEL, f"channel:{row.channel}", problems=[told])
