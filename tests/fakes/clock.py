"""A clock that advances only when a test advances it."""

START = 1_700_000_000.0


class VirtualClock:
    """``core.ports.Clock``; sleeping takes no time but the clock's own. ``start`` is what it shows at first."""

    def __init__(self, start: float = START) -> None:
        self._passed = 0.0
        self._wall = start

    def now(self) -> float:
        return self._wall + self._passed

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self._passed += max(seconds, 0.0)

    def step_wall(self, seconds: float) -> None:
        """Set the wall clock forward, or back; the monotonic one does not notice."""
        self._wall += seconds
