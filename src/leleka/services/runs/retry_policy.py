"""Which failures are tried again: those of scheduled runs over something that passes, three times at most."""

from datetime import UTC, datetime, timedelta
from typing import Final

from leleka.errors import TryLater
from leleka.state.models import Run, Trigger

AFTER: Final = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=45))
MOST_TRIES: Final = 1 + len(AFTER)


def will_be_retried(run: Run) -> bool:
    """Return whether the failure of a run is not the last word: nobody is told of it yet (CI-N1)."""
    return run.retry_at is not None or run.tried_again


def plan_retry(run: Run, error: Exception | None, now: float) -> None:
    """Note with a run that is about to end over ``error`` when it is tried again, if at all. Call it in the transaction
    that ends the run.
    """
    passes = isinstance(error, TryLater) and run.trigger != Trigger.ON_DEMAND and run.tries <= len(AFTER)
    at = datetime.fromtimestamp(now, UTC) + AFTER[run.tries - 1] if passes else None
    Run.objects.filter(pk=run.pk, fence=run.fence, finished_at__isnull=True).update(retry_at=at)
