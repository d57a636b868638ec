"""Threads in virtual time: one of them runs at any moment, and time passes when it sleeps."""

import heapq
import itertools
import threading
from collections.abc import Callable, Iterable


class StagedClock:
    """``core.ports.clock.Clock`` for the threads that ``run`` starts: the same course every time."""

    def __init__(self, start: float = 1_000_000.0) -> None:
        self._now = start
        self._waiting: list[tuple[float, int, threading.Event]] = []
        self._order = itertools.count()
        self._over = threading.Event()
        self._failed: list[BaseException] = []

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        mine = self._wait_until(self._now + max(seconds, 0.0))
        self._next()
        mine.wait()

    def run(self, actors: Iterable[Callable[[], None]]) -> None:
        """Let them act until all have ended. Raises what one of them raised."""
        self._over.clear()
        for act in actors:
            begins = self._wait_until(self._now)
            threading.Thread(target=self._act, args=(act, begins), daemon=True).start()
        self._next()
        self._over.wait()
        if self._failed:
            raise self._failed[0]

    def _act(self, act: Callable[[], None], begins: threading.Event) -> None:
        begins.wait()
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - raised where the test waits
            self._failed.append(error)
        self._next()

    def _wait_until(self, moment: float) -> threading.Event:
        event = threading.Event()
        heapq.heappush(self._waiting, (moment, next(self._order), event))
        return event

    def _next(self) -> None:
        if not self._waiting or self._failed:
            self._over.set()
            return
        self._now, _, event = heapq.heappop(self._waiting)
        event.set()
