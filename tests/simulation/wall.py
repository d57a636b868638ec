"""A wall clock that is changed: ahead, back, or to years in which time begins or ends (fault 58)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random  # noqa: TID251 - the class, for seeded generators

from tests.fakes.clock import VirtualClock

_HOUR = 3600.0
_WRONG_FOR = (10.0, 60.0, 600.0)  # seconds until somebody corrects it


class WallClock:
    """Sets ``clock`` wrong and right again; the monotonic time never notices."""

    def __init__(self, clock: VirtualClock, fate: Random) -> None:
        self._clock = clock
        self._fate = fate
        self._error = 0.0
        self._right_at = float("inf")
        self.forward_at = float("-inf")  # when it was last set forward, by the monotonic time

    def step(self, years: Iterable[int]) -> None:
        """Set it: an hour ahead, an hour back, right, or to the beginning of one of ``years``."""
        true = self._clock.now() - self._error
        far = [datetime(year, 1, 1, tzinfo=UTC).timestamp() - true for year in years]
        error = self._fate.choice([_HOUR, -_HOUR, 0.0, *far])
        lasting = error not in far and self._fate.random() < 0.5
        self._right_at = float("inf") if lasting else self._clock.monotonic() + self._fate.choice(_WRONG_FOR)
        self._set(error)

    def notice(self) -> None:
        if self._clock.monotonic() >= self._right_at:
            self.mend()

    def mend(self) -> None:
        self._right_at = float("inf")
        self._set(0.0)

    def _set(self, error: float) -> None:
        if error > self._error:
            self.forward_at = self._clock.monotonic()
        self._clock.step_wall(error - self._error)
        self._error = error
