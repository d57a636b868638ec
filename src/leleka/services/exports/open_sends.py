"""Who must wait: people whose earlier send is open, or may still surface at the destination (I-5, F2)."""

from typing import Final

from django.db.models import Q, QuerySet

from leleka.core.clock import current_clock
from leleka.core.ports.outbox import BatchStatus
from leleka.errors import Conflict
from leleka.state.models import AttemptRow, BatchRow, Export

LONGEST: Final = 24 * 3600.0  # seconds after which an unknown attempt is taken to be lost for good
SETTLED: Final = 600.0  # seconds, beyond deadline and lease, after which an empty queue ends the wait
_UNANSWERED: Final = (BatchStatus.SENDING, BatchStatus.UNKNOWN)  # of a live run: they go again
_DOUBTFUL: Final = (AttemptRow.Outcome.UNKNOWN, "")  # without an outcome: a process ended before the answer


def is_settled(export: Export) -> bool:
    """Return whether no send of an export is open or in quarantine: else its people have to wait, and are known
    from its runs alone.
    """
    return not open_batches(current_clock().now() - LONGEST).filter(run__export=export).exists()


def open_batches(since: float) -> QuerySet[BatchRow]:
    """Return the batches sent since then whose people must wait; those of a live run whenever they were sent, which a
    wrong clock may have put into another year (fault 58).
    """
    live = Q(status__in=(BatchStatus.ACCEPTED, *_UNANSWERED), run__finished_at__isnull=True)
    doubted = Q(attempts__outcome__in=_DOUBTFUL, attempts__lifted_at=0.0)
    young = (Q(status=BatchStatus.ACCEPTED) | doubted) & Q(attempts__written_at__gt=since)
    return BatchRow.objects.filter(live | young).distinct()


def refuse_unsettled(export: Export) -> None:
    """Raises ``Conflict`` EXPORT_UNSETTLED: with an export go its runs, and with them the knowledge of whose earlier
    copy may still surface at ActiveCampaign. Another export to the account would overtake it (I-5).
    """
    if not is_settled(export):
        raise Conflict("EXPORT_UNSETTLED", where=export.name, export=export.name)
