"""What became of the rows of a run's batches."""

from collections.abc import Collection, Iterable

from leleka.core.batches import joined, rows_among, without
from leleka.core.plan import Span, Verdict
from leleka.core.ports.outbox import Batch, BatchStatus
from leleka.core.statuses import Ended
from leleka.engine.pre_send_check import EXCLUDED
from leleka.engine.read_back import CODE as NOT_READ_BACK


def verdicts(batches: Iterable[Batch], unproven: Collection[int] = ()) -> Iterable[Verdict]:
    """Return the outcome of the rows of all batches; every row appears at most once. Those that are ``unproven`` were
    confirmed, and not found on the list.
    """
    for batch in batches:
        for row in batch.rejected:
            doubted = batch.doubts + batch.failures > 0
            yield Verdict(Span(row.seq, row.seq), Ended.REJECTED, row.code, row.detail, doubted)
        for row in batch.dropped:
            ended = Ended.EXCLUDED if row.code in EXCLUDED else Ended.NOT_ATTEMPTED
            yield Verdict(Span(row.seq, row.seq), ended, row.code, row.detail)
        if batch.status is BatchStatus.SPLIT:
            continue  # the other rows went into new batches
        ended, code = _ended(batch)
        rest = without(batch.spans, (row.seq for row in batch.rejected))
        unsure = rows_among(rest, unproven) if ended is Ended.DELIVERED else ()
        for span in joined(Span(seq, seq) for seq in unsure):
            yield Verdict(span, Ended.UNCONFIRMED, NOT_READ_BACK)
        for span in without(rest, unsure):
            yield Verdict(span, ended, code, batch.detail)


def _ended(batch: Batch) -> tuple[Ended, str]:
    """Whatever may have been imported is *unconfirmed*, or *failed*: for both the ledger drops its old
    certainty.
    """
    failed = Ended.NOT_ATTEMPTED, "BATCH_FAILED"
    if batch.status is BatchStatus.CONFIRMED:
        return Ended.DELIVERED, ""
    if batch.status is BatchStatus.ACCEPTED:
        return Ended.UNCONFIRMED, "STILL_PROCESSING"
    if batch.code == "BATCH_FAILED":
        return failed
    if batch.doubts or batch.status is BatchStatus.SENDING:
        return Ended.UNCONFIRMED, "NO_ANSWER"
    if batch.failures:
        return failed
    return Ended.NOT_ATTEMPTED, batch.code or "RUN_STOPPED"
