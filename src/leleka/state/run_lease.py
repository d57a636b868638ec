"""Claiming a run: one conditional UPDATE, the same on every database."""

from django.db.models import F

from leleka.state.lease_rule import over
from leleka.state.models import Run, RunStatus


def claim(run: Run, *, worker: str, now: float, lease_seconds: float, previous_is_dead: bool) -> int | None:
    """Make ``worker`` the owner of a live run; give the new fence, or None where somebody else is.

    A lease that has not run out is respected, unless its owner is known to be dead. The fence seen with the run
    is part of the condition: of two claims at once, one changes no row. A run that waits for confirmation is
    nobody's (I-11).
    """
    free = Run.objects.filter(pk=run.pk, fence=run.fence, finished_at__isnull=True)
    free = free.exclude(status=RunStatus.NEEDS_CONFIRMATION)
    if not previous_is_dead:
        free = free.filter(over(now))
    changed = free.update(
        worker=worker, fence=F("fence") + 1, lease_until=now + lease_seconds, status=RunStatus.PROCESSING
    )
    return run.fence + 1 if changed else None


def release(run_id: int, fence: int) -> None:
    """Return a run back before its lease is over, for whoever takes it up next."""
    Run.objects.filter(pk=run_id, fence=fence, finished_at__isnull=True).update(lease_until=0.0, worker="")
