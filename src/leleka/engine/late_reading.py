"""Who never confirmed, read once more where a plan has waited: nothing at the destination protects them.

Whoever unsubscribes after the plan is not subscribed again by the import itself; whoever signs up after it, and has yet
to confirm, would be. A plan waits for its confirmation, for the lane of its account, for a process to take it up.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Final

from leleka.core.messages import Message
from leleka.core.plan import Span
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination, Suppressed, SuppressionReason
from leleka.core.ports.warehouse import Warehouse
from leleka.engine.suppression_reading import KeepAlive, NoCache, Reading

YOUNG: Final = (
    600.0  # seconds, however fast a pretended account goes, for which the reading of a plan is good
)
_LOOKED_UP: Final = (
    5_000  # addresses: of everybody who never confirmed, only those in the plan are kept in memory
)
_NEVER: Final = (SuppressionReason.NEVER_CONFIRMED,)


Read = Callable[[str, tuple[Span, ...]], AbstractSet[str]]


class LateLook:
    """Whom a run may no longer send to, as ``read`` tells for a plan and spans of it. ``read_at`` is the monotonic
    moment at which the plan's reading began, None where another process made the plan, or a part of it.
    """

    def __init__(self, clock: Clock, read: Read, *, read_at: float | None = None) -> None:
        self._clock = clock
        self._read = read
        self._read_at = read_at
        self._found: AbstractSet[str] = frozenset()

    def look(self, plan: str, spans: tuple[Span, ...]) -> AbstractSet[str]:
        """Return the addresses in these spans of the plan, read anew unless that was just done.

        Raises what the reading raises, ``RunCanceled`` too: half of it is no answer.
        """
        now = self._clock.monotonic()
        if self._read_at is None or now - self._read_at > YOUNG:
            self._found = self._read(plan, spans)
            self._read_at = now
        return self._found


def unconfirmed(
    destination: Destination,
    warehouse: Warehouse,
    clock: Clock,
    *,
    target: str,
    pulse: KeepAlive,
    tell: Callable[[Message], None],
) -> Read:
    """Return what reads who never confirmed."""

    def among(plan: str, spans: tuple[Span, ...]) -> Iterator[str]:
        reading = Reading(destination, target, NoCache(), clock, tell, reasons=_NEVER)
        people: Iterator[Suppressed] = reading.people(pulse)
        while chunk := [one.address for one in islice(people, _LOOKED_UP)]:
            yield from warehouse.sequence(plan, chunk, spans)

    return lambda plan, spans: frozenset(among(plan, spans))
