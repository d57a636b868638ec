from typing import Protocol


class OutOfPatience(Exception):
    """Raised by ``sleep`` where whoever waits does not wait so long: give up, and say what was wrong before."""


class Clock(Protocol):
    def now(self) -> float:
        """Return seconds since 1970, UTC: for records, and for what several processes must agree on."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never step: for deadlines within this process."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...
