"""How fast an account is spoken to."""

import heapq
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from leleka.core.ports import Clock, Limits

_UNLIMITED: Final = 1000.0  # how much faster waits pass where a test host lifts all limits
_KEPT_FOR_PEOPLE: Final = 1  # of the requests a second
_SINGLE: Final = 1
_LEAST_SHARE: Final = 0.25
_LOWERED: Final = 0.7
_LOWERED_FOR: Final = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class Tempo:
    """Scales time for test hosts: ``speed`` times faster, None without limits."""

    speed: float | None = 1.0

    def wait(self, seconds: float) -> float:
        return seconds / (self.speed or _UNLIMITED)

    def interval(self, per_minute: float) -> float:
        return 0.0 if self.speed is None else 60.0 / (per_minute * self.speed)


class ImportPace:
    """The even spacing of bulk imports at the connection's share of the limit."""

    def __init__(self, limits: Limits, tempo: Tempo, clock: Clock, *, share: float) -> None:
        self._limits = limits
        self._tempo = tempo
        self._clock = clock
        self._share = share
        self._lowered = 1.0
        self._lowered_until = 0.0

    def interval(self, rows: int) -> float:
        """Give the seconds from a request of ``rows`` contacts to the next one."""
        limits = self._limits
        per_minute = limits.single_requests_per_minute if rows == _SINGLE else limits.requests_per_minute
        return self._tempo.interval(per_minute * self._share * self._factor())

    def throttled(self) -> None:
        """Go slower for a while: the documented limit was not the true one, or others share it."""
        self._lowered = max(self._factor() * _LOWERED, _LEAST_SHARE)
        self._lowered_until = self._clock.monotonic() + self._tempo.wait(_LOWERED_FOR)

    def _factor(self) -> float:
        return self._lowered if self._clock.monotonic() < self._lowered_until else 1.0


class RequestPace:
    """The limit of requests a second, of every kind, within this process; one is kept for people.

    Even spacing would not do: a request may reach the destination at any moment between its first byte and its
    reply, and two that left apart may arrive together. So a place is taken until a second after the reply:
    whatever the network does, no second at the destination sees more requests than there are places.
    """

    def __init__(self, limits: Limits, tempo: Tempo, clock: Clock) -> None:
        places = limits.requests_per_second - _KEPT_FOR_PEOPLE
        self._limited = tempo.speed is not None
        self._second = tempo.wait(1.0)
        self._clock = clock
        self._places = threading.BoundedSemaphore(places)
        self._lock = threading.Lock()
        self._free_at = [clock.monotonic()] * places

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place, and hold it while the request is under way."""
        if not self._limited:
            yield
            return
        with self._places:
            with self._lock:
                free_at = heapq.heappop(self._free_at)
            self._clock.sleep(free_at - self._clock.monotonic())
            try:
                yield
            finally:
                with self._lock:
                    heapq.heappush(self._free_at, self._clock.monotonic() + self._second)
