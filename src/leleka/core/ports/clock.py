from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Give seconds since 1970, UTC: for records, and for what several processes must agree on."""
        ...

    def monotonic(self) -> float:
        """Give seconds that never step: for deadlines within this process."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...
