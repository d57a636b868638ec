"""Whom the destination itself does not take into a list: read before a plan is made, and again where it has waited.

The destination leaves these people out whatever a run sends. So what cannot be read stops nothing: the run says so, and
goes on.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from leleka.core.messages import NOTHING, Message
from leleka.core.plan import Span
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination, Exclusion
from leleka.core.ports.outbox import RunCanceled
from leleka.core.ports.warehouse import Warehouse
from leleka.engine.late_reading import YOUNG
from leleka.engine.suppression_reading import KeepAlive
from leleka.errors import Conflict, LelekaError, NeedsAttention

_PULSE_EVERY: Final = 100  # exclusions
_WRONG_HOST: Final = "HOST_REDIRECTS"  # no account at all: nothing else will be told either


def read_exclusions(
    destination: Destination, target: str, pulse: KeepAlive
) -> tuple[tuple[Exclusion, ...], Message]:
    """Return the exclusions that were told, and what is to be said of those that were not.

    Raises what the pulse raises, ``RunCanceled`` if it asks to stop, and HOST_REDIRECTS.
    """
    found: dict[Exclusion, None] = {}
    try:
        for number, one in enumerate(destination.exclusions(target)):
            if number % _PULSE_EVERY == 0 and pulse():
                raise RunCanceled
            found[one] = None
    except Conflict:
        raise
    except LelekaError as error:
        if error.code == _WRONG_HOST:
            raise
        return tuple(found), Message("EXCLUSIONS_UNREAD", problem=error.problems[0])
    return tuple(found), NOTHING


class LateExclusions:
    """Whom a run may no longer send because they were excluded since its plan. ``read_at`` is the monotonic moment of
    the plan's reading, None where another process made the plan.
    """

    def __init__(
        self,
        destination: Destination,
        warehouse: Warehouse,
        clock: Clock,
        *,
        target: str,
        pulse: KeepAlive,
        read_at: float | None = None,
    ) -> None:
        self._destination = destination
        self._warehouse = warehouse
        self._clock = clock
        self._target = target
        self._pulse = pulse
        self._read_at = read_at
        self._found: AbstractSet[str] = frozenset()
        self.note = NOTHING  # of the last reading

    def look(self, plan: str, spans: tuple[Span, ...]) -> AbstractSet[str]:
        """Return the addresses in these spans of the plan that are excluded, read anew unless that was just done."""
        now = self._clock.monotonic()
        if self._read_at is None or now - self._read_at > YOUNG:
            exclusions, self.note = self._read()
            self._found = self._warehouse.excluded(plan, exclusions, spans) if exclusions else frozenset()
            self._read_at = now
        return self._found

    def _read(self) -> tuple[tuple[Exclusion, ...], Message]:
        """A single redirect stops no run that is sending: whether the host is wrong, its own requests tell."""
        try:
            return read_exclusions(self._destination, self._target, self._pulse)
        except NeedsAttention as error:
            return (), Message("EXCLUSIONS_UNREAD", problem=error.problems[0])
