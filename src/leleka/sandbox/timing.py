"""The sandbox's time: the given clock, sped up by `speed`, or without any waiting."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch; must not go backwards."""


class SteadyClock:
    """The real clock, monotonic even when the machine's time is changed."""

    def __init__(self) -> None:
        self._epoch = datetime.now(UTC).timestamp()
        self._started = time.monotonic()

    def now(self) -> float:
        return self._epoch + time.monotonic() - self._started


class Timing:
    """`speed` N makes a minute pass in 60/N seconds; None removes every limit and delay."""

    def __init__(self, clock: Clock, speed: float | None) -> None:
        if speed is not None and speed <= 0:
            msg = "speed must be above zero, or None for unlimited"
            raise ValueError(msg)
        self._clock = clock
        self._origin = clock.now()
        self.speed = speed

    @property
    def unlimited(self) -> bool:
        return self.speed is None

    def now(self) -> float:
        return self._origin + (self._clock.now() - self._origin) * (self.speed or 1.0)

    def delay(self, seconds: float) -> float:
        """A simulated delay in the sandbox's own seconds: none when unlimited."""
        return 0.0 if self.unlimited else seconds

    def real(self, seconds: float) -> float:
        """Those seconds in real time."""
        return 0.0 if self.speed is None else seconds / self.speed


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
