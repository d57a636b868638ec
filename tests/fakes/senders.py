"""Requests in flight without threads: the remote side answers at once, its replies arrive in virtual time."""

import heapq
import itertools
from collections.abc import Callable, Sequence

from leleka.core.outcomes import Accepted, Unknown
from leleka.core.ports.destination import Body, Destination
from leleka.engine.sender_pool import Broke, Finished, Polled, Sent
from tests.fakes.clock import VirtualClock

_MOST_IDLE_LOOKS = 50


class VirtualSenders:
    """``engine.sender_pool.Senders``. ``latency`` returns the seconds of each request: vary it, and replies
    overtake one another. A reply later than the deadline is dropped. Polling again and again while no time
    passes and nothing is requested is a busy loop, and raises.
    """

    def __init__(
        self, destination: Destination, clock: VirtualClock, latency: Callable[[], float] = lambda: 0.2
    ) -> None:
        self._destination = destination
        self._clock = clock
        self._latency = latency
        self._coming: list[tuple[float, int, Finished]] = []
        self._order = itertools.count()
        self._idle_looks = 0
        self.posts: list[tuple[float, int]] = []  # (monotonic time, batch)
        self.asked: list[tuple[float, int]] = []

    def send(self, number: int, body: Body, deadline: float) -> None:
        self.posts.append((self._clock.monotonic(), number))
        latency = self._latency()
        try:
            outcome = self._destination.send(body, deadline)
        except Exception as error:  # noqa: BLE001 - as the real pool does
            self._arrive(latency, Broke(error))
            return
        left = max(deadline - self._clock.monotonic(), 0.0)
        if latency > left:
            latency, outcome = left, Unknown("no answer in time")
        self._arrive(latency, Sent(number, outcome))

    def poll(self, number: int, accepted: Accepted) -> None:
        self.asked.append((self._clock.monotonic(), number))
        self._arrive(self._latency(), Polled(number, self._destination.poll(accepted)))

    def finished(self, patience: float) -> Sequence[Finished]:
        now = self._clock.monotonic()
        until = now + patience
        if self._coming:
            until = max(min(until, self._coming[0][0]), now)
        self._idle_looks = 0 if until > now or self._coming else self._idle_looks + 1
        if self._idle_looks > _MOST_IDLE_LOOKS:
            raise AssertionError("a busy loop: nothing in flight, and no time passes")
        self._clock.sleep(until - now)
        came = []
        while self._coming and self._coming[0][0] <= self._clock.monotonic():
            came.append(heapq.heappop(self._coming)[2])
        return came

    @property
    def in_flight(self) -> int:
        return len(self._coming)

    def _arrive(self, latency: float, finished: Finished) -> None:
        self._idle_looks = 0
        heapq.heappush(self._coming, (self._clock.monotonic() + latency, next(self._order), finished))
