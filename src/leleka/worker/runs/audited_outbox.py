from django.db import transaction

from leleka.core.plan import SettledRun
from leleka.core.ports.clock import Clock
from leleka.services.runs.audit import record_ended, record_run
from leleka.services.runs.retry_policy import plan_retry
from leleka.state.models import Run
from leleka.state.outbox import DjangoOutbox


def record_began(run: Run) -> None:
    """Call it in the transaction that freezes what the run keeps to."""
    record_run(run, "run began", {})


class AuditedOutbox(DjangoOutbox):
    """The outbox of a run whose end stands in the audit, written with it; and whether it is tried again (CI-N1)."""

    def __init__(self, run: Run, fence: int, *, clock: Clock, lease_seconds: float) -> None:
        super().__init__(run, fence, clock=clock, lease_seconds=lease_seconds)
        self._run = run

    def finish(
        self, settled: SettledRun, *, before: str | None, error: Exception | None, canceled: bool
    ) -> None:
        with transaction.atomic():
            plan_retry(self._run, error, self._clock.now())
            super().finish(settled, before=before, error=error, canceled=canceled)
            record_ended(self._run)

    def fail(self, error: Exception) -> None:
        with transaction.atomic():
            plan_retry(self._run, error, self._clock.now())
            super().fail(error)
            record_ended(self._run)
