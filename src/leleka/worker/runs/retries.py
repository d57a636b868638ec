"""Queuing the runs that take the place of failed ones (``retry_policy`` says which)."""

import structlog
from django.db import transaction
from django.db.models import Q

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.errors import LelekaError
from leleka.services.access.actor import Actor
from leleka.services.refresh.graph import is_off
from leleka.services.runs import commands as run_commands
from leleka.services.runs.retry_policy import AFTER
from leleka.state.models import Run, RunStatus

log = structlog.get_logger(__name__)


def try_again(clock: Clock) -> None:
    """Queue what is to be tried again by now; each once, however many workers look."""
    now = utc_now(clock)
    # No retry is planned further ahead than twice the longest wait: one that is was planned by a wrong clock.
    is_due = Q(retry_at__lte=now) | Q(retry_at__gt=now + 2 * AFTER[-1])
    due = Run.objects.filter(is_due, status=RunStatus.FAILED).select_related("export__connection")
    for run in due:
        claimed = Run.objects.filter(pk=run.pk, retry_at__isnull=False)
        later = run.export.runs.filter(pk__gt=run.pk).exclude(status=RunStatus.CANCELED)
        if later.filter(finished_at__isnull=True).exists():
            continue  # it may be canceled yet, and then says nothing of what failed
        if later.exists():
            claimed.update(retry_at=None, tried_again=True)  # somebody was quicker
        elif run.export.connection is None or is_off(run.export):
            claimed.update(retry_at=None)  # it failed for good
        else:
            _again(run)


def _again(run: Run) -> None:
    """Claim and queue are one transaction: a worker that dies in between leaves both to the next one (fault 6)."""
    actor = Actor.worker(run.asked_by, run.asker_id)
    with transaction.atomic():
        if not Run.objects.filter(pk=run.pk, retry_at__isnull=False).update(retry_at=None, tried_again=True):
            return  # another worker was quicker
        try:
            run_commands.ask_run(
                actor, run.export.name, refresh=False, trigger=run.trigger, tries=run.tries + 1
            )
        except LelekaError as error:
            log.warning("a run could not be tried again", run=run.pk, code=error.code)
            Run.objects.filter(pk=run.pk).update(tried_again=False)
