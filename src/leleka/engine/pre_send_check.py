"""The last check of a batch: who was suppressed since the plan, and who must wait for another run's send."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from leleka.core.batches import without
from leleka.core.plan import Span
from leleka.core.ports.outbox import Batch, BatchStatus, Outbox, RejectedRow
from leleka.core.ports.warehouse import Warehouse

Waiting = Callable[[], AbstractSet[str]]
"""Returns the addresses whose send by another run is open or in quarantine."""


def nobody() -> AbstractSet[str]:
    """For an account that no other run writes to."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Screened:
    """The batch as it now is. ``goes`` says whether it may be sent; if not, ``children`` takes its rows."""

    batch: Batch
    goes: bool = True
    children: tuple[tuple[Span, ...], ...] = ()


class PreSendCheck:
    """Checks each batch once more before its bytes are sent."""

    def __init__(self, outbox: Outbox, warehouse: Warehouse, plan: str, waiting: Waiting) -> None:
        self._outbox = outbox
        self._warehouse = warehouse
        self._plan = plan
        self._ask = waiting
        self._waiting: AbstractSet[str] = frozenset()

    def refresh(self) -> None:
        """Check again who must wait: other runs may have delivered while this one did not hold the lane
        (I-5).
        """
        self._waiting = self._ask()

    def look(self, batch: Batch) -> Screened:
        """Remove those who must not be sent to.

        Those who wait for another run's send are held back from every batch that has certainly not arrived. A
        batch that was never sent loses rows. One that was certainly refused is given up for another one
        without them, because its own bytes never change. One that may have arrived is not sent again at all:
        its other rows wait out the quarantine and are planned again.
        """
        first_time = batch.tries == 0
        waiting = frozenset() if batch.doubts else self._waiting
        if not waiting and not self._outbox.anybody_suppressed():
            return Screened(batch)
        rows = self._warehouse.addresses(self._plan, batch.spans)
        suppressed = self._outbox.suppressed_among([address for _, address in rows])
        gone = _gone(rows, suppressed, waiting)
        if not gone:
            return Screened(batch)
        if batch.doubts:
            return Screened(replace(batch, status=BatchStatus.ABANDONED, code="NO_ANSWER"), goes=False)
        rest = without(batch.spans, (row.seq for row in gone))
        if first_time and rest:
            return Screened(replace(batch, spans=rest, dropped=gone))
        # The parent keeps only the rows it lost; the remaining ones go into a new batch.
        emptied = replace(batch, status=BatchStatus.SPLIT, dropped=gone)
        return Screened(emptied, goes=False, children=(rest,) if rest else ())


def _gone(
    rows: Sequence[tuple[int, str]], suppressed: AbstractSet[str], waiting: AbstractSet[str]
) -> tuple[RejectedRow, ...]:
    gone = []
    for seq, address in rows:
        if address in suppressed:
            gone.append(RejectedRow(seq, "SUPPRESSED", ""))
        elif address in waiting:
            gone.append(RejectedRow(seq, "WAITING_FOR_EARLIER_SEND", ""))
    return tuple(gone)
