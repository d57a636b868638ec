"""How fast requests are sent to an account."""

from dataclasses import dataclass
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Limits
from leleka.engine.sender_pool import SENDS_IN_FLIGHT

_UNLIMITED: Final = 1000.0  # how much faster waits pass if a test host removes all limits
_SINGLE: Final = 1
_LEAST_SHARE: Final = 0.25
_LOWERED: Final = 0.7
_LOWERED_FOR: Final = 300.0  # seconds


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Scales time for test hosts: ``speed`` times faster, None without limits."""

    speed: float | None = 1.0

    def wait(self, seconds: float) -> float:
        return seconds / (self.speed or _UNLIMITED)

    def interval(self, per_minute: float) -> float:
        return 0.0 if self.speed is None else 60.0 / (per_minute * self.speed)


class ImportLimiter:
    """Even spacing of bulk imports at the connection's share of the limit."""

    def __init__(self, limits: Limits, time_scale: TimeScale, clock: Clock, *, share: float) -> None:
        self._limits = limits
        self._tempo = time_scale
        self._clock = clock
        self._share = share
        self._lowered = 1.0
        self._lowered_until = 0.0

    def interval(self, rows: int) -> float:
        """Return the seconds from a request of ``rows`` contacts to the next one."""
        limits = self._limits
        limit = limits.single_requests_per_minute if rows == _SINGLE else limits.requests_per_minute
        # Requests in flight may all arrive within the minute of those that follow.
        most = min(limit * self._share, limit - SENDS_IN_FLIGHT)
        return self._tempo.interval(most * self._factor())

    def throttled(self) -> None:
        """Slow down for a while: the documented limit was not the real one, or others share it."""
        self._lowered = max(self._factor() * _LOWERED, _LEAST_SHARE)
        self._lowered_until = self._clock.monotonic() + self._tempo.wait(_LOWERED_FOR)

    def _factor(self) -> float:
        return self._lowered if self._clock.monotonic() < self._lowered_until else 1.0
