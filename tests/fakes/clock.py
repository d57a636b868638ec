"""Clocks that advance when a test, or what it tests, makes them."""

from leleka.core.clock import SystemClock

START = 1_700_000_000.0
TICK = 1e-6  # seconds: less than any wait, more than the distance between two floats of that size


class VirtualClock:
    """``core.ports.Clock``; sleeping takes no time but the clock's own. ``start`` is what it shows at first,
    ``tick`` how long asking it takes: on a real clock, two readings differ.
    """

    def __init__(self, start: float = START, tick: float = 0.0) -> None:
        self._passed = 0.0
        self._wall = start
        self.tick = tick

    def now(self) -> float:
        self._passed += self.tick
        return self._wall + self._passed

    def monotonic(self) -> float:
        self._passed += self.tick
        return self._passed

    def sleep(self, seconds: float) -> None:
        self._passed += max(seconds, 0.0)

    def step_wall(self, seconds: float) -> None:
        """Set the wall clock forward, or back; the monotonic one does not notice."""
        self._wall += seconds


class HurriedClock(SystemClock):
    """The machine's clock, in a hurry: sleeping takes no time but the clock's own."""

    def __init__(self) -> None:
        self._slept = 0.0

    def now(self) -> float:
        return super().now() + self._slept

    def monotonic(self) -> float:
        return super().monotonic() + self._slept

    def sleep(self, seconds: float) -> None:
        self._slept += max(seconds, 0.0)
