from django.db.models import Q

from leleka.core.plan import Span
from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import MAX_LEASE_SECONDS
from leleka.errors import LelekaError, TryLater
from leleka.services.connections.open_destination import Opened
from leleka.services.exports.open_sends import LONGEST, SETTLED, open_batches
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions
from leleka.state.models import Account, AttemptRow
from leleka.warehouse.plan_snapshots import addresses
from leleka.worker.job_context import JobContext


def waiting_addresses(
    job: JobContext, account: Account, opened: Opened, *, of_others_than: int | None = None
) -> set[str]:
    """Return the addresses of the account's open batches and of its attempts in quarantine, but for one run's."""
    lift_quarantine(account, opened, job.clock)
    since = job.clock.now() - opened.time_scale.wait(LONGEST)
    batches = open_batches(since).filter(run__account=account).exclude(run=of_others_than)
    lake, found = lake_sessions.lake(), set[str]()
    for batch in batches.select_related("run"):
        if not lake.is_sound(batch.run.plan):
            # Nobody knows any more who is in it: until it is settled, none of the account may be overtaken (I-5).
            raise TryLater("PLAN_LOST.waiting", where=f"run {batch.run_id}", run=batch.run_id)
        spans = [Span(first, last) for first, last in batch.spans]
        found.update(address for _, address in addresses(job.session, lake.open(batch.run.plan), spans))
    return found


def lift_quarantine(account: Account, opened: Opened, clock: Clock) -> None:
    """End the quarantine of attempts so old that, with the account's import queue empty, none can surface."""
    age = installation_configuration.configuration().lease_seconds + opened.limits.seconds_in_flight + SETTLED
    before = clock.now() - opened.time_scale.wait(age)
    over = Q(outcome=AttemptRow.Outcome.UNKNOWN) | Q(outcome="", batch__run__finished_at__isnull=False)
    # What was written in the future was written by a wrong clock: there, the empty queue alone has to do.
    old = Q(written_at__lt=before) | Q(written_at__gt=clock.now() + MAX_LEASE_SECONDS)
    doubted = AttemptRow.objects.filter(over, old, batch__run__account=account, lifted_at=0.0)
    if not doubted.exists():
        return
    try:
        empty = opened.destination.queue_empty()
    except LelekaError:
        return  # what cannot be asked is not known to be empty
    if empty:
        doubted.update(lifted_at=clock.now())
