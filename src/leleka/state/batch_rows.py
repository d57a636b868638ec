"""Batches between the engine's record and the database's row."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from leleka.core.plan import Span
from leleka.core.ports.outbox import Batch, BatchStatus, RejectedRow
from leleka.state.models import BatchRow
from leleka.state.prepared_statements import PreparedUpdate

_DETAIL = 1000
ROWS_OF: Final = ("spans", "rejected", "dropped")
STANDING: Final = (
    "status", "sha256", "tries", "doubts", "failures", "not_before", "remote_id", "accepted_at", "polls", "created",
    "code", "detail",
)  # fmt: skip
_STANDING = PreparedUpdate(BatchRow, STANDING, ("id",))
_WHOLE = PreparedUpdate(BatchRow, (*STANDING, *ROWS_OF), ("id",))


class Batches:
    """The rows of one run's batches; ``ids`` are theirs by number."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self.ids: dict[int, int] = {}
        self._parts: dict[int, tuple[object, ...]] = {}  # of each batch, as they are written down

    def loaded(self, rows: Iterable[BatchRow]) -> tuple[Batch, ...]:
        """Return the batches of rows that were read, and remember how they stand."""
        found = []
        for row in rows:
            self.ids[row.number] = row.pk
            found.append(batch_of(row))
            self._parts[row.number] = parts_of(found[-1])
        return tuple(found)

    def create(self, batches: Sequence[Batch]) -> None:
        if not batches:
            return
        self._parts.update((batch.number, parts_of(batch)) for batch in batches)
        rows = BatchRow.objects.bulk_create(row_of(batch, self._run_id) for batch in batches)
        self.ids.update((row.number, row.pk) for row in rows)

    def update(self, batches: Sequence[Batch]) -> None:
        """Write how batches stand; which rows they have only where that changed, which is seldom."""
        known = {batch.number for batch in batches if self._parts.get(batch.number) == parts_of(batch)}
        same = [batch for batch in batches if batch.number in known]
        others = [batch for batch in batches if batch.number not in known]
        _STANDING.rows([*standing_of(batch), self.ids[batch.number]] for batch in same)
        _WHOLE.rows([*standing_of(batch), *rows_of(batch), self.ids[batch.number]] for batch in others)
        self._parts.update((batch.number, parts_of(batch)) for batch in others)


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
