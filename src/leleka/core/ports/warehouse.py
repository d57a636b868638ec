from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from leleka.core.data_matching import Leavers
from leleka.core.plan import DueRow, Planned, PlannedRow, Selection, SettledRun, Span, Verdict
from leleka.core.ports.destination import Exclusion, Suppressed
from leleka.core.ports.outline import Outline

Pack = Callable[[Sequence[DueRow]], Sequence[PlannedRow]]


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """A column whose plain texts go to the field ``key`` as they are. ``clears`` says that no value is an empty text,
    ``number`` that only a short decimal number is plain, ``never`` that no text is.
    """

    key: str
    clears: bool
    number: bool
    never: bool


@dataclass(frozen=True, slots=True)
class PlainContacts:
    """What a warehouse needs to write the contacts of members with plain texts itself, byte for byte what ``pack``
    makes of them; ``columns`` are in the order of the matching's lines, ``constants`` are values that all have.

    A text is plain if ``core.outline`` calls it so and it has at most ``longest`` characters. ``render``
    takes all other rows and gives none of them a place; ``cut`` receives the sizes of all contacts in the plan's order.
    """

    outline: Outline
    columns: tuple[PlainColumn, ...]
    constants: Mapping[str, str]
    longest: int
    render: Pack
    cut: Callable[[Iterable[int]], None]


class Warehouse(Protocol):
    """What the engine needs from the package that stores profiles, plans and ledgers."""

    def plan(
        self,
        selection: Selection,
        *,
        suppressed: Iterable[Suppressed],
        waiting: Iterable[str],
        pack: Pack,
        plain: PlainContacts | None = None,
    ) -> Planned:
        """Compare the selection with its ledger and write a plan snapshot; ``pack`` receives the due rows
        once, in a fixed order, in chunks.

        Where ``plain`` is given, it may be used in the place of ``pack``: the plan is the same.
        """
        ...

    def values(self, selection: Selection, column: str, most: int) -> Sequence[tuple[str, int]]:
        """Return the most frequent texts that the selected have in a column, as they would be sent, with how many of
        them have each.
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
