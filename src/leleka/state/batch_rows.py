"""Batches between the engine's record and the database's row."""

from leleka.core.plan import Span
from leleka.core.ports.outbox import Batch, BatchStatus, RejectedRow
from leleka.state.models import BatchRow

_DETAIL = 1000


def batch_of(row: BatchRow) -> Batch:
    return Batch(
        number=row.number,
        spans=tuple(Span(first, last) for first, last in row.spans),
        status=BatchStatus(row.status),
        parent=row.parent,
        sha256=row.sha256,
        tries=row.tries,
        doubts=row.doubts,
        failures=row.failures,
        not_before=row.not_before,
        remote_id=row.remote_id,
        accepted_at=row.accepted_at,
        polls=row.polls,
        rejected=tuple(RejectedRow(seq, code, detail) for seq, code, detail in row.rejected),
        dropped=tuple(RejectedRow(seq, code, detail) for seq, code, detail in row.dropped),
        created=row.created,
        code=row.code,
        detail=row.detail,
    )


def row_of(batch: Batch, run_id: int) -> BatchRow:
    return BatchRow(
        run_id=run_id,
        number=batch.number,
        spans=[[span.first, span.last] for span in batch.spans],
        status=batch.status,
        parent=batch.parent,
        sha256=batch.sha256,
        tries=batch.tries,
        doubts=batch.doubts,
        failures=batch.failures,
        not_before=batch.not_before,
        remote_id=batch.remote_id,
        accepted_at=batch.accepted_at,
        polls=batch.polls,
        rejected=[[row.seq, row.code, row.detail] for row in batch.rejected],
        dropped=[[row.seq, row.code, row.detail] for row in batch.dropped],
        created=batch.created,
        code=batch.code,
        detail=batch.detail[:_DETAIL],
    )
