"""Counting in windows: the limiters that refuse and the gauges that only watch."""

from collections import deque
from typing import Literal


class Window:
    """How many fell into the last `seconds`: rolling, or in the current piece of a fixed grid."""

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
    """The most that ever fell into any sliding window, and whether this arrival was one too many."""

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
