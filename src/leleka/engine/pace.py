"""How fast an account is spoken to."""

import threading
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
    """The even spacing of requests of every kind within this process; one a second is kept for people."""

    def __init__(self, limits: Limits, tempo: Tempo, clock: Clock) -> None:
        self._interval = tempo.interval((limits.requests_per_second - _KEPT_FOR_PEOPLE) * 60)
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0

    def turn(self) -> None:
        """Wait until it is this request's turn."""
        if not self._interval:
            return
        with self._lock:
            now = self._clock.monotonic()
            mine = max(now, self._next)
            self._next = mine + self._interval
        self._clock.sleep(mine - now)
