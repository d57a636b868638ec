"""Requests in flight: each is sent, arrives and is answered at its own moment."""

import heapq
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from leleka.core.outcomes import Accepted, Cause, Refused, Unknown
from leleka.core.ports.destination import Body
from leleka.engine.sender_pool import Finished, Polled, Sent
from tests.simulation.far import Flight

if TYPE_CHECKING:
    from tests.simulation.worker import Worker

_MOST_IDLE_LOOKS = 200
_SHORTEST = 1e-6


class Wire:
    """``engine.sender_pool.Senders`` of one worker. What a dead worker sent still arrives."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._world = worker.world
        self._clock = worker.world.clock
        self._coming: list[tuple[float, int, Finished]] = []
        self._order = itertools.count()
        self._idle_looks = 0

    def send(self, number: int, body: Body, deadline: float) -> None:
        world, far, chance = self._world, self._world.far, self._world.chance
        world.point(self._worker, "before POST")
        now, weather = self._clock.monotonic(), world.far.weather
        if now >= deadline:
            return self._answer(now, number, Refused(Cause.NOT_SENT, "the deadline had passed"))
        if chance.random() < weather.not_sent:
            return self._answer(now + 0.1, number, Refused(Cause.NOT_SENT, "no connection"))
        world.judge_departure(self._worker, number, body)
        flight = far.depart(self._worker.run, number, self._worker.export.name, body)
        there = chance.uniform(0.01, weather.latency)
        if chance.random() < weather.lost_before:
            far.at(min(now + there, deadline), lambda: far.gone(flight))
            self._answer(min(now + 2 * there, deadline), number, Unknown("reset"))
        else:
            far.at(min(now + there, deadline), lambda: self._arrived(number, flight, deadline))
        return world.point(self._worker, "after POST")

    def _arrived(self, number: int, flight: Flight, deadline: float) -> None:
        world = self._world
        outcome = world.far.arrive(flight)
        back = self._clock.monotonic() + world.chance.uniform(0.01, world.far.weather.latency)
        if back > deadline or world.chance.random() < world.far.weather.lost_reply:
            outcome = Unknown("no answer")
        self._answer(min(back, deadline), number, outcome)

    def poll(self, number: int, accepted: Accepted) -> None:
        self._world.point(self._worker, "before poll")
        found = self._world.far.poll(accepted)
        self._come(self._clock.monotonic() + 0.1, Polled(number, found))

    def finished(self, patience: float) -> Sequence[Finished]:
        # A wait too short for the clock's own precision would never end.
        until = self._clock.monotonic() + (max(patience, _SHORTEST) if patience > 0 else 0.0)
        self._idle_looks = 0 if patience > 0 or self._coming else self._idle_looks + 1
        if self._idle_looks > _MOST_IDLE_LOOKS:
            raise AssertionError("a busy loop: nothing in flight, and no time passes")
        while not self._ready() and self._clock.monotonic() < until:
            first = self._coming[0][0] if self._coming else until
            self._world.pass_until(min(until, first, max(self._world.far.next_event(), 0.0)))
        came = []
        while self._ready():
            came.append(self._reached(heapq.heappop(self._coming)[2]))
        return came

    def _ready(self) -> bool:
        return bool(self._coming) and self._coming[0][0] <= self._clock.monotonic()

    def _answer(self, when: float, number: int, outcome: Accepted | Refused | Unknown) -> None:
        self._come(when, Sent(number, outcome))

    def _reached(self, finished: Finished) -> Finished:
        if isinstance(finished, Sent):
            self._world.far.reaches(finished.outcome)
        return finished

    def _come(self, when: float, finished: Finished) -> None:
        heapq.heappush(self._coming, (when, next(self._order), finished))
