"""How long an account usually takes to reply, learned from its last replies."""

from collections import deque
from typing import Final

_KEPT: Final = 200
_KNOWN_FROM: Final = 10  # replies: fewer say nothing of what is usual
_ALL_BUT: Final = 100  # one reply in so many may take longer than usual


class ReplyTimes:
    """Times are in seconds, by the monotonic clock."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_KEPT)

    def add(self, seconds: float) -> None:
        self._seconds.append(seconds)

    @property
    def usual(self) -> float | None:
        """Return the time within which 99 of 100 replies come; None as long as that is not known."""
        if len(self._seconds) < _KNOWN_FROM:
            return None
        return sorted(self._seconds)[-1 - len(self._seconds) // _ALL_BUT]

    @property
    def spread(self) -> float:
        """Return by how much replies differ, the slowest of 100 left out: so much may a request stray that leaves on
        time. 0 as long as that is not known.
        """
        usual = self.usual
        return 0.0 if usual is None else usual - min(self._seconds)
