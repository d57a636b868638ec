"""Runs that kill whatever works on them, for want of memory say: three deaths at the same point end them (I-16)."""

from contextlib import suppress
from typing import Any, Final

import structlog
from django.db.models import Count, Q, Sum

from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import BatchStatus
from leleka.errors import NeedsAttention
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import database_outage, lake_sessions
from leleka.services.monitoring import process_identity
from leleka.state.lease import RUN_LEASE, is_over
from leleka.state.models import BatchRow, Run, RunStatus, SuppressedReading
from leleka.state.outbox import DjangoOutbox
from leleka.worker.runs import audited_outbox
from leleka.worker.runs.failure import settle_and_fail
from leleka.worker.runs.lost_snapshots import fail_unasked

log = structlog.get_logger(__name__)
_MOST_DEATHS: Final = 3
_UNANSWERED: Final = (BatchStatus.PLANNED, BatchStatus.SENDING, BatchStatus.UNKNOWN)


def count(number: int, clock: Clock) -> None:
    """Count the death of the process that has a run, if it died; the run is given back, so that it is counted once."""
    run = Run.objects.filter(pk=number, finished_at__isnull=True).exclude(worker="").first()
    if run is None:
        return
    dead = process_identity.is_dead(run.worker)
    # Of a container that was restarted nothing is known but that the lease ran out; who is here and stands still lives.
    if not dead and (process_identity.is_from_here(run.worker) or not is_over(run.lease_until, clock.now())):
        return
    point = _point(run)
    deaths = run.deaths + 1 if run.death_point == point else 1
    given_back = {"worker": "", "lease_until": 0.0} if dead else {}
    mine = Run.objects.filter(pk=number, fence=run.fence, worker=run.worker, finished_at__isnull=True)
    if mine.update(deaths=deaths, death_point=point, **given_back):
        log.error("a process died over a run", run=number, deaths=deaths)


def give_back(number: int) -> None:
    """Give back a run whose process ended in order, but could not write that down: that is no death."""
    run = Run.objects.filter(pk=number, finished_at__isnull=True).exclude(worker="").first()
    if run is not None and process_identity.is_dead(run.worker):
        RUN_LEASE.release(number, run.fence)


def end_if_it_kills(number: int, clock: Clock) -> bool:
    """End a run over which processes died so often at the point where it still is; tell whether it has ended."""
    count(number, clock)
    live = Run.objects.filter(pk=number, finished_at__isnull=True, deaths__gte=_MOST_DEATHS)
    run = live.exclude(status=RunStatus.NEEDS_CONFIRMATION).select_related("export").first()
    if run is None or run.death_point != _point(run):
        return False
    lease = installation_configuration.configuration().lease_seconds
    nobody = not run.worker or process_identity.is_dead(run.worker)
    with database_outage.told_to_people():
        fence = RUN_LEASE.claim(
            run, worker=process_identity.me(), now=clock.now(), lease_seconds=lease, previous_is_dead=nobody
        )
        if fence is None:
            return False  # somebody was quicker
        run.refresh_from_db()
        try:
            _end(run, audited_outbox.AuditedOutbox(run, fence, clock=clock, lease_seconds=lease))
        finally:  # where it could not be ended: an end of this process that was asked for is no death
            with suppress(*database_outage.ERRORS):
                RUN_LEASE.release(number, fence)
    return True


def _end(run: Run, outbox: DjangoOutbox) -> None:
    died = NeedsAttention("RUN_DIED", where=run.export.name, times=_MOST_DEATHS)
    if run.deaths > _MOST_DEATHS:
        fail_unasked(run, outbox, died)  # to settle it killed another one
        return
    with lake_sessions.session() as session:
        settle_and_fail(session, run, outbox, died)


def _point(run: Run) -> dict[str, Any]:
    """Return how far a run is, as JSON. Sending a batch once more is a step: it is given up after so many (I-3)."""
    batches = BatchRow.objects.filter(run=run).aggregate(
        batches=Count("pk"),
        answered=Count("pk", filter=~Q(status__in=_UNANSWERED)),
        tries=Sum("tries"),
        polls=Sum("polls"),
    )
    reading = SuppressedReading.objects.filter(run=run).first()
    return {
        "frozen": run.is_frozen,
        "read": reading.requests if reading else 0,
        "plan": run.plan,
        **batches,
    }
