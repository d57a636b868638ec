"""Batches between the engine's record and the database's row."""

from typing import Any, Final

from leleka.core.plan import Span
from leleka.core.ports.outbox import Batch, BatchStatus, RejectedRow
from leleka.state.models import BatchRow

_DETAIL = 1000
ROWS_OF: Final = ("spans", "rejected", "dropped")
STANDING: Final = (
    "status", "sha256", "tries", "doubts", "failures", "not_before", "remote_id", "accepted_at", "polls", "created",
    "code", "detail",
)  # fmt: skip


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
        parent=batch.parent,
        **dict(zip(ROWS_OF, rows_of(batch), strict=True)),
        **dict(zip(STANDING, standing_of(batch), strict=True)),
    )


def parts_of(batch: Batch) -> tuple[object, ...]:
    """Return what ``rows_of`` tells as the batch itself has it, to compare."""
    return batch.spans, batch.rejected, batch.dropped


def rows_of(batch: Batch) -> list[Any]:
    """Return the values of ``ROWS_OF``: which rows of the plan it has, and which it lost."""
    return [
        [[span.first, span.last] for span in batch.spans],
        [[row.seq, row.code, row.detail] for row in batch.rejected],
        [[row.seq, row.code, row.detail] for row in batch.dropped],
    ]


def standing_of(batch: Batch) -> list[Any]:
    """Return the values of ``STANDING``: what changes with each answer."""
    return [
        batch.status,
        batch.sha256,
        batch.tries,
        batch.doubts,
        batch.failures,
        batch.not_before,
        batch.remote_id,
        batch.accepted_at,
        batch.polls,
        batch.created,
        batch.code,
        batch.detail[:_DETAIL],
    ]
