"""Counting in windows: limiters that refuse and gauges that only observe."""

from collections import deque
from typing import Literal


class Window:
    """The number of events in the last `seconds`: rolling, or in the current cell of a fixed grid."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._moments: deque[float] = deque()

    def used(self, now: float, kind: Literal["rolling", "fixed"] = "rolling") -> int:
        while self._moments and self._moments[0] <= now - self.seconds:
            self._moments.popleft()
        if kind == "rolling":
            return len(self._moments)
        start = now - now % self.seconds
        return sum(1 for moment in self._moments if moment >= start)

    def add(self, now: float) -> None:
        self._moments.append(now)


class Gauge:
    """The most events in any sliding window so far, and whether this one exceeded the limit."""

    def __init__(self, seconds: float, allowed: int) -> None:
        self.seconds = seconds
        self.allowed = allowed
        self.most = 0
        self._moments: deque[float] = deque()

    def exceeded(self, now: float, tolerance: float = 0.0) -> bool:
        self._moments.append(now)
        while self._moments[0] <= now - self.seconds + tolerance:
            self._moments.popleft()
        self.most = max(self.most, len(self._moments))
        return len(self._moments) > self.allowed
