"""Whom the destination itself does not take into a list: read before a plan is made, and again where it has waited.

The destination leaves these people out whatever a run sends. So what cannot be read stops nothing: the run says so, and
goes on.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from leleka.core.messages import NOTHING, Message
from leleka.core.plan import Span
from leleka.core.ports.destination import Destination, Exclusion
from leleka.core.ports.outbox import RunCanceled
from leleka.core.ports.warehouse import Warehouse
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
    """Reads who was excluded since a plan was made; ``note`` says what the last reading did not tell."""

    def __init__(
        self, destination: Destination, warehouse: Warehouse, *, target: str, pulse: KeepAlive
    ) -> None:
        self._destination = destination
        self._warehouse = warehouse
        self._target = target
        self._pulse = pulse
        self.note = NOTHING

    def read(self, plan: str, spans: tuple[Span, ...]) -> AbstractSet[str]:
        """Return the addresses in these spans of the plan that are excluded. A single redirect stops no run that is
        sending: whether the host is wrong, its own requests tell.
        """
        try:
            exclusions, self.note = read_exclusions(self._destination, self._target, self._pulse)
        except NeedsAttention as error:
            exclusions, self.note = (), Message("EXCLUSIONS_UNREAD", problem=error.problems[0])
        return self._warehouse.excluded(plan, exclusions, spans) if exclusions else frozenset()
