"""Runs that do nothing: alarmed after ten minutes without a step, unless they say what they wait for (I-16)."""

from datetime import timedelta
from typing import Final

import structlog
from django.db.models import F, Q

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import BatchStatus
from leleka.services.refresh.queue import in_the_way
from leleka.state.models import BatchRow, Run, RunStatus
from leleka.worker.notices import sweep as notice_sweep

log = structlog.get_logger(__name__)
STALLS_AFTER: Final = timedelta(minutes=10)


def watch(clock: Clock) -> None:
    """Mark the live runs that have stalled, and unmark those that went on, be it to their end."""
    now = utc_now(clock)
    live = Run.objects.filter(finished_at__isnull=True)
    went_on = Q(stepped_at__gt=F("stalled_at")) | Q(finished_at__isnull=False)
    Run.objects.filter(went_on, stalled_at__isnull=False).update(stalled_at=None)
    quiet = live.filter(
        Q(status=RunStatus.PROCESSING) | Q(status=RunStatus.CANCELING),
        stalled_at__isnull=True,
        stepped_at__lte=now - STALLS_AFTER,
    )
    for run in quiet.select_related("account", "export"):
        if not waits(run, clock.now()) and live.filter(pk=run.pk, stalled_at__isnull=True).update(
            stalled_at=now
        ):
            log.error("a run has stalled", run=run.pk, stage=run.stage)
            notice_sweep.stalled(run, clock)


def waits(run: Run, now: float) -> bool:
    """Return whether a run has a reason to wait that its page states: a pause, its turn, ActiveCampaign, a refresh."""
    if run.account.paused_until > now:
        return True
    if run.account.lane_id not in {None, run.pk}:
        return True
    if BatchRow.objects.filter(run=run, status=BatchStatus.ACCEPTED).exists():
        return True
    return bool(in_the_way(run.export))
