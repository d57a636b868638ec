"""Who must wait: people whose earlier send is open, or may still surface at the destination (I-5, F2)."""

from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from leleka.core.outbox import FURTHEST, BatchStatus
from leleka.core.planning import Span
from leleka.core.ports import Clock
from leleka.errors import LelekaError
from leleka.services import store
from leleka.services.connecting import Opened
from leleka.state.models import Account, AttemptRow, BatchRow, Export
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.plans import addresses

LONGEST: Final = 24 * 3600.0  # seconds after which an unknown attempt is taken to be lost for good
_SETTLED: Final = 600.0  # seconds, beyond deadline and lease, after which an empty queue ends the wait
_UNANSWERED: Final = (BatchStatus.SENDING, BatchStatus.UNKNOWN)  # of a live run: they go again
_DOUBTFUL: Final = (AttemptRow.Outcome.UNKNOWN, "")  # without an outcome: a process ended before the answer


def waiting_addresses(
    session: Engine, account: Account, opened: Opened, clock: Clock, *, of_others_than: int | None = None
) -> set[str]:
    """Give the addresses of the account's open batches and of its attempts in quarantine, but for one run's."""
    lift_quarantine(account, opened, clock)
    since = clock.now() - opened.tempo.wait(LONGEST)
    batches = open_batches(since).filter(run__account=account).exclude(run=of_others_than)
    lake, found = store.lake(), set[str]()
    for batch in batches.select_related("run"):
        spans = [Span(first, last) for first, last in batch.spans]
        found.update(address for _, address in addresses(session, lake.open(batch.run.plan), spans))
    return found


def is_settled(export: Export) -> bool:
    """Tell whether no send of an export is open or in quarantine: else its people have to wait, and are known
    from its runs alone.
    """
    return not open_batches(timezone.now().timestamp() - LONGEST).filter(run__export=export).exists()


def open_batches(since: float) -> QuerySet[BatchRow]:
    """Give the batches sent since then whose people must wait."""
    unsettled = Q(status=BatchStatus.ACCEPTED) | Q(status__in=_UNANSWERED, run__finished_at__isnull=True)
    doubted = Q(attempts__outcome__in=_DOUBTFUL, attempts__lifted_at=0.0)
    return BatchRow.objects.filter(unsettled | doubted, attempts__written_at__gt=since).distinct()


def lift_quarantine(account: Account, opened: Opened, clock: Clock) -> None:
    """End the quarantine of attempts so old that, with the account's import queue empty, none can surface."""
    age = store.configuration().lease_seconds + opened.limits.seconds_in_flight + _SETTLED
    before = clock.now() - opened.tempo.wait(age)
    over = Q(outcome=AttemptRow.Outcome.UNKNOWN) | Q(outcome="", batch__run__finished_at__isnull=False)
    # What was written in the future was written by a wrong clock: there, the empty queue alone has to do.
    old = Q(written_at__lt=before) | Q(written_at__gt=clock.now() + FURTHEST)
    doubted = AttemptRow.objects.filter(over, old, batch__run__account=account, lifted_at=0.0)
    if not doubted.exists():
        return
    try:
        empty = opened.destination.queue_empty()
    except LelekaError:
        return  # what cannot be asked is not known to be empty
    if empty:
        doubted.update(lifted_at=clock.now())
