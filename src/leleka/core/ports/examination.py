"""Examining an account: what its documentation leaves open is asked of the account itself, with made-up contacts."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from leleka.core.messages import NOTHING, Message
from leleka.core.ports.clock import Clock
from leleka.core.ports.turn import Turn

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it, fit to be shown: status and shape, never a body, never a key."""

    sent: str
    answered: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One open point, called by the setting of the account that it is about.

    ``why`` says of one that is not ``settled`` what kept it open. ``value`` is what was met.
    """

    name: str
    settled: bool
    value: Value = None
    why: Message = NOTHING
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """A list that may be examined with: it exists and nobody is on it."""

    target: str
    name: str


@dataclass(frozen=True, slots=True)
class Remaining:
    """A made-up address that is still there, or that may still arrive, and why."""

    address: str
    why: Message


@dataclass(frozen=True, slots=True)
class Traces:
    """What an examination may have left at the account: its addresses, the batches that were accepted, and whether
    an import was under way of which nobody knows what became.
    """

    addresses: tuple[str, ...]
    batches: tuple[str, ...] = ()
    unanswered: bool = False


class Journal(Protocol):
    """What is written down before something leaves, so that another process can remove what a dead one made."""

    def sending(self) -> None:
        """An import is about to leave."""
        ...

    def answered(self, batch: str) -> None:
        """It was accepted as ``batch``, or refused where that is empty."""
        ...


@dataclass(frozen=True, slots=True)
class Instruments:
    """What an examination works with.

    ``turn`` is a request's place in the account's pace. ``import_turn`` waits for that of an import with so many rows;
    it raises ``Conflict`` where a run delivers. ``wait`` lets seconds of the account's time pass, ``patience`` is how
    many of them are waited for imports to end.
    """

    clock: Clock
    turn: Turn
    import_turn: Callable[[int], None]
    wait: Callable[[float], None]
    patience: float
    tell: Callable[[Message], None]


class Examiner(Protocol):
    """An account that is examined. All raise ``InvalidInput``, ``NotFound``, ``NeedsAttention`` or ``TryLater``."""

    def fit(self, target: str) -> Fit:
        """Look whether a list is there and empty. Raises ``Conflict`` where somebody is on it."""
        ...

    def addresses(self, domain: str) -> Sequence[str]:
        """Make up the addresses for one examination, new ones each time."""
        ...

    def examine(self, fit: Fit, addresses: Collection[str], journal: Journal) -> Iterator[Finding]:
        """Settle what can be settled, and name what cannot. Nothing but these addresses is written."""
        ...

    def remove(self, traces: Traces) -> Iterable[Remaining]:
        """Remove every contact that has one of the addresses; return what is still there."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


Learned = Mapping[str, Value]
