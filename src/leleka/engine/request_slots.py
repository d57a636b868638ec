"""The limit of requests per second, of every kind, of one account: across all processes and exports
(I-18).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Limits
from leleka.engine.rate_limit import TimeScale

KEPT_FOR_PEOPLE: Final = 1  # of the requests per second: for interactive requests
_LOOKS: Final = 4  # per second, while no place is free


class RequestSlots(Protocol):
    """The account's slots for requests. Times are seconds since 1970."""

    def take(self, now: float, until: float) -> tuple[int | None, float]:
        """Take a slot that is free at ``now`` and hold it ``until`` then, in case it is never returned.

        Return its number, or None with the time when the next one becomes free.
        """
        ...

    def give(self, number: int, free_at: float) -> None:
        """Return a slot, to be free from ``free_at``."""
        ...


class RequestLimiter:
    """Even spacing would not do: a request may reach the destination at any moment between its first byte and
    its reply, and two that were sent apart may arrive together. So a slot is held until a second after the
    reply: whatever the network does, no second at the destination sees more requests than there are slots.
    """

    def __init__(self, limits: Limits, time_scale: TimeScale, clock: Clock, places: RequestSlots) -> None:
        self._limited = time_scale.speed is not None
        self._second = time_scale.wait(1.0)
        self._longest = limits.seconds_in_flight + self._second
        self._clock = clock
        self._places = places

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a slot, and hold it while the request is in flight."""
        if not self._limited:
            yield
            return
        number = self._wait()
        try:
            yield
        finally:
            self._places.give(number, self._clock.now() + self._second)

    def _wait(self) -> int:
        while True:
            now = self._clock.now()
            number, free_at = self._places.take(now, now + self._longest)
            if number is not None:
                return number
            # A slot that is in use may be returned long before it is due.
            self._clock.sleep(min(free_at - now, self._second / _LOOKS))
