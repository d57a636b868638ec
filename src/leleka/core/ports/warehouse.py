from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from leleka.core.data_matching import Leavers
from leleka.core.plan import DueRow, Planned, PlannedRow, Selection, SettledRun, Span, Verdict
from leleka.core.ports.destination import Exclusion, Suppressed

Pack = Callable[[Sequence[DueRow]], Sequence[PlannedRow]]


class Warehouse(Protocol):
    """What the engine needs from the package that stores profiles, plans and ledgers."""

    def plan(
        self, selection: Selection, *, suppressed: Iterable[Suppressed], waiting: Iterable[str], pack: Pack
    ) -> Planned:
        """Compare the selection with its ledger and write a plan snapshot; ``pack`` receives the due rows
        once, in a fixed order, in chunks.
        """
        ...

    def contacts(self, plan: str, span: Span) -> Sequence[tuple[int, bytes]]:
        """Return (seq, contact JSON) of a span, in order."""
        ...

    def addresses(self, plan: str, spans: Sequence[Span]) -> Sequence[tuple[int, str]]:
        """Return (seq, address) of the rows in the spans, in order."""
        ...

    def sequence(self, plan: str, addresses: Sequence[str], spans: Sequence[Span]) -> Mapping[str, int]:
        """Return the seq of those of ``addresses`` that are in the spans."""
        ...

    def excluded(self, plan: str, exclusions: Sequence[Exclusion], spans: Sequence[Span]) -> AbstractSet[str]:
        """Return the addresses in the spans that the exclusions cover."""
        ...

    def added(self, plan: str, spans: Mapping[int, Sequence[Span]]) -> Mapping[int, int]:
        """Return how many additions are in the spans of each number; one without any may be missing."""
        ...

    def unlisted(self, plan: str, spans: Sequence[Span], listed: Iterable[str]) -> Sequence[int]:
        """Return the seqs of the additions in the spans whose address is not among ``listed``, in order."""
        ...

    def settle(
        self, plan: str, *, name: str, ledger: str | None, leavers: Leavers, verdicts: Sequence[Verdict]
    ) -> SettledRun:
        """Write the outcome of each row, and the ledger that follows from it."""
        ...
