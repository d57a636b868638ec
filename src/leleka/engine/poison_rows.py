"""Which rows of a refused batch are to blame (I-8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from leleka.core.batches import halves, nth, without
from leleka.core.outcomes import Refused, RefusedRow
from leleka.core.plan import Span
from leleka.core.ports.outbox import Batch, RejectedRow


@dataclass(frozen=True, slots=True)
class Blame:
    """``rejected`` rows are certainly to blame; ``parts`` are the batches to continue with; ``row_base`` was
    learned.
    """

    rejected: tuple[RejectedRow, ...] = ()
    parts: tuple[tuple[Span, ...], ...] = ()
    row_base: int | None = None


def blame(batch: Batch, refused: Refused, row_base: int | None) -> Blame:
    """Decide by what the reply names; if it names nothing, or nothing reliable, split in halves.

    Whether positions count from 0 or from 1 is not documented: it is learned from replies that leave no
    doubt, and until then a named row and the one before it are separated from the rest and tried alone.
    """
    named = [row for row in refused.rows if 0 <= row.position <= batch.rows]
    base = _evident_base(named, batch.rows) if named else None
    base = row_base if base is None else base
    if batch.rows == 1:
        return Blame((_rejected(batch.spans[0].first, _reason(named, refused)),), row_base=base)
    if not named:
        return Blame(parts=halves(batch.spans))
    if base is None:
        return Blame(parts=_set_apart(batch.spans, named))
    rejected: dict[int, RejectedRow] = {}  # a row may be named more than once; its first reason is kept
    for row in named:
        seq = nth(batch.spans, row.position - base)
        if seq is not None:
            rejected.setdefault(seq, _rejected(seq, row.reason))
    if not rejected:
        return Blame(parts=halves(batch.spans), row_base=base)
    rest = without(batch.spans, rejected)
    return Blame(tuple(rejected.values()), (rest,) if rest else (), base)


def _evident_base(named: Sequence[RefusedRow], rows: int) -> int | None:
    positions = {row.position for row in named}
    if 0 in positions:
        return 0
    return 1 if rows in positions else None


def _set_apart(spans: tuple[Span, ...], named: Sequence[RefusedRow]) -> tuple[tuple[Span, ...], ...]:
    suspects = {
        seq
        for row in named
        for seq in (nth(spans, row.position), nth(spans, row.position - 1))
        if seq is not None
    }
    innocent = without(spans, suspects)
    if not innocent:
        return halves(spans)
    guilty = without(spans, (seq for span in innocent for seq in range(span.first, span.last + 1)))
    return innocent, guilty


def _rejected(seq: int, reason: str) -> RejectedRow:
    return RejectedRow(seq, "REFUSED_BY_ACTIVECAMPAIGN", reason)


def _reason(named: Sequence[RefusedRow], refused: Refused) -> str:
    return named[0].reason if named else refused.reason
