"""The last check of a batch: who was suppressed since the plan, who signed up since and has not confirmed, and who must
wait for another run's send.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from leleka.core.batches import joined, without
from leleka.core.plan import Span
from leleka.core.ports.outbox import FINAL, Batch, BatchStatus, Outbox, RejectedRow
from leleka.core.ports.warehouse import Warehouse

Waiting = Callable[[], AbstractSet[str]]
"""Returns the addresses whose send by another run is open or in quarantine."""


NeverConfirmed = Callable[[str, tuple[Span, ...]], AbstractSet[str]]
"""Returns the addresses in these spans of a plan that never confirmed, as ``late_reading`` reads them."""


OnExclusionList = Callable[[str, tuple[Span, ...]], AbstractSet[str]]
"""Returns the addresses in these spans of a plan that the destination excludes, as ``exclusion_reading`` reads them."""

# Of the codes here; the others are for later.
EXCLUDED: Final = frozenset({"SUPPRESSED", "NEVER_CONFIRMED", "ON_EXCLUSION_LIST"})


def nobody() -> AbstractSet[str]:
    """For an account that no other run writes to."""
    return frozenset()


def nobody_excluded(*_plan_and_spans: object) -> AbstractSet[str]:
    """For a destination that excludes nobody."""
    return frozenset()


def all_confirmed(*_plan_and_spans: object) -> AbstractSet[str]:
    """For an export that may subscribe whoever never confirmed."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Screened:
    """The batch as it now is. ``goes`` says whether it may be sent; if not, ``children`` takes its rows."""

    batch: Batch
    goes: bool = True
    children: tuple[tuple[Span, ...], ...] = ()


class PreSendCheck:
    """Checks each batch once more before its bytes are sent."""

    def __init__(
        self,
        outbox: Outbox,
        warehouse: Warehouse,
        plan: str,
        waiting: Waiting,
        never_confirmed: NeverConfirmed = all_confirmed,
        *,
        on_exclusion_list: OnExclusionList = nobody_excluded,
    ) -> None:
        self._outbox = outbox
        self._warehouse = warehouse
        self._plan = plan
        self._ask = waiting
        self._waiting: AbstractSet[str] = frozenset()
        self._look_up = never_confirmed
        self._unconfirmed: AbstractSet[str] = frozenset()
        self._look_at_list = on_exclusion_list
        self._excluded: AbstractSet[str] = frozenset()

    def refresh(self, batches: Iterable[Batch] = ()) -> None:
        """Check again who must wait: other runs may have delivered while this one did not hold the lane
        (I-5). And who has yet to confirm (I-27) or was excluded there, of the rows that may still be sent.
        """
        self._waiting = self._ask()
        spans = joined(span for batch in batches if batch.status not in FINAL for span in batch.spans)
        self._unconfirmed = self._look_up(self._plan, spans)
        self._excluded = self._look_at_list(self._plan, spans)

    def look(self, batch: Batch) -> Screened:
        """Remove those who must not be sent to.

        Those who wait for another run's send are held back, too: that run may have sent to them once a batch of this
        one was too old to arrive (I-5). A batch that was never sent loses rows. One that was certainly refused is
        given up for another one without them, because its own bytes never change. One that may have arrived is not
        sent again at all: its other rows wait out the quarantine and are planned again.
        """
        first_time = batch.tries == 0
        barred = self._waiting or self._unconfirmed or self._excluded
        if not barred and not self._outbox.anybody_suppressed():
            return Screened(batch)
        rows = self._warehouse.addresses(self._plan, batch.spans)
        suppressed = self._outbox.suppressed_among([address for _, address in rows])
        gone = _gone(
            rows,
            (
                (suppressed, "SUPPRESSED"),
                (self._unconfirmed, "NEVER_CONFIRMED"),
                (self._excluded, "ON_EXCLUSION_LIST"),
                (self._waiting, "WAITING_FOR_EARLIER_SEND"),
            ),
        )
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
    rows: Sequence[tuple[int, str]], barred: Sequence[tuple[AbstractSet[str], str]]
) -> tuple[RejectedRow, ...]:
    """Return the rows of those who are barred, each with the first code that holds."""
    found = ((seq, next((code for who, code in barred if address in who), "")) for seq, address in rows)
    return tuple(RejectedRow(seq, code, "") for seq, code in found if code)
