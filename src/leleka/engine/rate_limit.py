"""How fast requests are sent to an account."""

from dataclasses import dataclass
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Limits
from leleka.engine.reply_times import ReplyTimes
from leleka.engine.sender_pool import SENDS_IN_FLIGHT

_UNLIMITED: Final = 1000.0  # how much faster waits pass if a test host removes all limits
_SINGLE: Final = 1
_MINUTE: Final = 60.0
_STRAYS: Final = (
    1.2  # seconds by which an import may arrive late before anything is known, its own lateness included
)
_STRICT_FOR: Final = 600.0  # seconds after a refusal
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
    """Even spacing of bulk imports at the connection's share of the limit.

    An import may reach the account later than one that left before it, so a minute is counted longer by what replies
    are seen to differ. One that strays further costs the time of another. If the account refuses all the same, no more
    leave in a minute than may arrive in it whatever the network does, for a while; if it refuses even then, fewer.
    """

    def __init__(self, limits: Limits, time_scale: TimeScale, clock: Clock, *, share: float) -> None:
        self._limits = limits
        self._tempo = time_scale
        self._clock = clock
        self._share = share
        self._times = ReplyTimes()
        self._owed = 0
        self._refused_at = float("-inf")
        self._strict = False
        self._lowered = 1.0
        self._lowered_until = 0.0

    def interval(self, rows: int, paused_until: float = 0.0) -> float:
        """Return the seconds from a request of ``rows`` contacts, which leaves now, to the next one. The account asked
        for a pause until ``paused_until``, in seconds since 1970: all its processes are strict after that.
        """
        limits = self._limits
        limit = limits.single_requests_per_minute if rows == _SINGLE else limits.requests_per_minute
        owed, self._owed = self._owed, 0
        self._strict = self._clock.now() < paused_until + self._tempo.wait(_STRICT_FOR)
        most = min(limit * self._share, self._most(limit))
        return self._tempo.interval(most * self._factor()) * (1 + owed)

    def _most(self, limit: int) -> float:
        """Return how many may leave in a minute where at most ``limit`` may arrive."""
        if self._strict:  # those that are unanswered may all arrive within the minute of those that follow
            return limit - SENDS_IN_FLIGHT
        return limit * _MINUTE / (_MINUTE + self._strays())

    def _strays(self) -> float:
        """Return by how many seconds, of the limits' time, an import is expected to stray."""
        return max(_STRAYS, self._times.spread * (self._tempo.speed or 1.0))

    def answered(self, seconds: float) -> None:
        """Learn how long after it was due an import was answered."""
        usual = self._times.usual
        if usual is not None and seconds > usual + self._tempo.wait(_STRAYS):
            self._owed += 1
        self._times.add(seconds)

    def refused(self) -> None:
        """The documented limit was not the real one, or others share it, or imports strayed."""
        now = self._clock.monotonic()
        if now < self._refused_at + self._tempo.wait(_MINUTE):
            return  # those that were under way together are refused together
        self._refused_at = now
        if self._strict:
            self._lowered = max(self._factor() * _LOWERED, _LEAST_SHARE)
            self._lowered_until = now + self._tempo.wait(_LOWERED_FOR)

    def _factor(self) -> float:
        return self._lowered if self._clock.monotonic() < self._lowered_until else 1.0
