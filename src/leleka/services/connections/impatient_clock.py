from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from leleka.core.ports.clock import Clock, OutOfPatience
from leleka.core.ports.turn import Turn, Underway

_NAP: Final = 0.5  # seconds: a wait for one's turn; whatever is longer waits before another try


class ImpatientClock:
    """The clock of a question that somebody at a screen asked: it ends after so many seconds, and waits for no more
    than ``nap`` of them at once; by default it tries nothing twice.
    """

    def __init__(self, clock: Clock, seconds: float, *, nap: float = _NAP) -> None:
        self._clock = clock
        self._until = clock.monotonic() + seconds
        self._nap = nap

    def now(self) -> float:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let a moment pass. Raises ``OutOfPatience`` for more, and where the time is up."""
        if seconds > self._nap:
            raise OutOfPatience
        self._check()
        self._clock.sleep(seconds)

    def within(self, turn: Turn) -> Turn:
        """Return the turn of requests that begin in time: whatever page an account offers, there is an end."""

        @contextmanager
        def in_time(*, importing: bool = False) -> Iterator[Underway]:
            self._check()
            with turn(importing=importing) as underway:
                yield underway

        return in_time

    def _check(self) -> None:
        if self._clock.monotonic() >= self._until:
            raise OutOfPatience
