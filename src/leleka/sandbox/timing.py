"""The sandbox's time: the given clock, sped up by `speed`, or without any waiting."""

import time
from datetime import UTC, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

_CHICAGO: Final = ZoneInfo("America/Chicago")  # the offset in recorded replies, in summer and in winter


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
        self.origin = clock.now()
        self.speed = speed

    @property
    def unlimited(self) -> bool:
        return self.speed is None

    def now(self) -> float:
        return self.origin + (self._clock.now() - self.origin) * (self.speed or 1.0)

    def delay(self, seconds: float) -> float:
        """A simulated delay in the sandbox's own seconds: none when unlimited."""
        return 0.0 if self.unlimited else seconds

    def real(self, seconds: float) -> float:
        """Those seconds in real time."""
        return 0.0 if self.speed is None else seconds / self.speed


def stamp(moment: float) -> str:
    """Return a date as the API writes it: `2026-01-02T03:04:05-06:00`."""
    return datetime.fromtimestamp(moment, _CHICAGO).isoformat(timespec="seconds")


def local_timestamp(moment: float) -> str:
    """Return the same moment as the columns named `_timestamp` have it, without an offset."""
    return datetime.fromtimestamp(moment, _CHICAGO).isoformat(" ", "seconds")[:19]


def utc_timestamp(moment: float) -> str:
    """Return a moment as the columns named `_utc_timestamp` have it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(" ", "seconds")[:19]


def own_stamp(moment: float) -> str:
    """Return a moment for the sandbox's own pages, in UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def moment_of(date: str) -> float | None:
    """Return the moment that a filter names. Without an offset it is in the account's time."""
    try:
        parsed = datetime.fromisoformat(date)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=_CHICAGO)).timestamp()


def day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
