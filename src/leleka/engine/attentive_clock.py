from collections.abc import Callable
from threading import get_ident
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import RunCanceled

_SLICE: Final = 0.5  # seconds between two looks: a cancel is noticed within two (I-14)


class AttentiveClock:
    """A run's clock for what it asks before delivery: a wait keeps the lease, and ends where somebody cancels.

    ``pulse`` keeps the lease; it returns true where the run is to stop, and raises ``LeaseLost`` where it has another
    owner. Both belong to the thread that made this clock: others wait as on any clock.
    """

    def __init__(self, clock: Clock, pulse: Callable[[], object]) -> None:
        self._clock = clock
        self._pulse = pulse
        self._owner = get_ident()

    def now(self) -> float:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass. Raises ``RunCanceled``, and ``LeaseLost`` as the pulse does."""
        if get_ident() != self._owner:
            self._clock.sleep(seconds)
            return
        until = self._clock.monotonic() + seconds
        while True:
            if self._pulse():
                raise RunCanceled
            left = until - self._clock.monotonic()
            if left <= 0:
                return
            self._clock.sleep(min(left, _SLICE))
