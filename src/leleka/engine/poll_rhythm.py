"""When accepted batches are asked after, and for how long without any news of them (fault 34).

An account takes the same time for most imports, a second or an hour. As long as that is not known, the two oldest
batches are asked after again and again; the others are asked once that time has passed, so that few of them are asked
twice: polls and imports share the requests of a second.
"""

import heapq
import math
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import Batch, BatchStatus
from leleka.engine.rate_limit import TimeScale

_FIRST: Final = 2.0  # seconds: the documentation's least
_LATEST: Final = 600.0  # for how long an account remembers a batch is not documented
_SLOWEST: Final = 60.0  # between two polls of a batch
_GROWTH: Final = 1.6
_GROWS: Final = 20  # polls: by then they are slowest
_SCOUTS: Final = 2
_TWICE: Final = 0.2  # of the batches, so many may be asked after once more while imports go out
_REMEMBERED: Final = 40
_LONGER: Final = 1.1  # what is not done after so long takes at least a tenth more
_SHORTER: Final = 0.99  # what was done when it was first asked after may have been done before
_MOVED: Final = 1.25  # by how much the usual time differs before it counts for who waits already
_PATIENCE: Final = 1800.0  # with no news of the accepted batches for so long, the run ends and reports it
_LEAST_PATIENCE: Final = 10.0
_TIMES: Final = 3.0  # the longest import that was seen to end, for which there is patience at least
_LONGEST_PATIENCE: Final = 4 * 3600.0


class PollRhythm:
    """Learns how long the account's imports take. Moments are by the wall clock; ``usual`` is in seconds, None as long
    as no import was seen to end.
    """

    def __init__(self, time_scale: TimeScale, clock: Clock) -> None:
        self._time_scale = time_scale
        self._clock = clock
        self._patience = max(time_scale.wait(_PATIENCE), _LEAST_PATIENCE)
        self._began = clock.now()
        self._seen_accepted: dict[int, float] = {}  # by our own clock, which nobody sets
        self._lasted: dict[int, float] = {}  # how old a batch was when it was last not done
        self._asked_early: deque[bool] = deque(
            maxlen=_REMEMBERED
        )  # of the last that ended: not done at first
        self._scouts: set[int] = set()
        self._counted: float | None = None  # the usual time that moments were last made from
        self._longest = 0.0  # of the imports that were seen to end
        self.usual: float | None = None

    @property
    def patience(self) -> float:
        """Return how many seconds may pass without news."""
        return max(self._patience, min(_TIMES * self._longest, self._wait(_LONGEST_PATIENCE)))

    def asks_at(self, batch: Batch) -> float:
        """Return when to ask after an accepted batch: soon, where a process before this one sent it."""
        now = self._clock.now()  # earlier than the acceptance if the clock was set back since
        if batch.polls:
            return now + self._pause(batch.polls)
        since = min(batch.accepted_at, now)
        if batch.accepted_at <= self._began:
            return since + self._wait(_FIRST)
        return since + self._first(batch.number)

    @property
    def scouted_at(self) -> float:
        """Return when to ask after a batch, accepted just now, that is to tell of others."""
        return self._clock.now() + self._wait(_FIRST)

    def accepted(self, batch: Batch) -> None:
        """Remember when a batch was accepted, unless a process before this one saw that."""
        if not batch.polls and batch.accepted_at > self._began:
            self._seen_accepted[batch.number] = self._clock.monotonic()

    def _first(self, number: int) -> float:
        """Return for how long a batch is left alone."""
        if self.usual is not None:
            return min(max(self.usual, self._wait(_FIRST)), self._wait(_LATEST))
        if len(self._scouts) < _SCOUTS:
            self._scouts.add(number)
        return self._wait(_FIRST if number in self._scouts else _LATEST)

    def learn(self, asked: Batch, found: BatchStatus) -> bool:
        """Learn from a poll of an accepted batch and what it is by now; return whether the moments of those that were
        never asked after are to be made anew.
        """
        begun, is_scout = self._seen_accepted.get(asked.number), asked.number in self._scouts
        age = None if begun is None else self._clock.monotonic() - begun
        if found is BatchStatus.ACCEPTED:
            # It tells of the others once it ends: one that never does says nothing.
            if age is not None:
                self._lasted[asked.number] = age
        else:
            self._seen_accepted.pop(asked.number, None)
            self._scouts.discard(asked.number)
            lasted = self._lasted.pop(asked.number, 0.0)
            if found is BatchStatus.CONFIRMED and age is not None:
                self._longest = max(self._longest, age)
                self._asked_early.append(bool(lasted) and not is_scout)
                self.usual = age if self.usual is None else self._usual_after(self.usual, lasted, age)
        return self._has_moved() or (is_scout and asked.number not in self._scouts and self.usual is None)

    def _usual_after(self, usual: float, lasted: float, age: float) -> float:
        """Return the usual time after one that took longer than ``lasted`` and was done at an age. At the latest moment
        there is, it was not asked when it was likely to be done, but before. One that took long is no reason to wait
        longer for all; that many did is.
        """
        done = age if age >= self._wait(_LATEST) else age * _SHORTER
        too_early = sum(self._asked_early) > len(self._asked_early) * _TWICE
        return max(min(usual, done), min(lasted * _LONGER, done) if too_early else 0.0)

    def _has_moved(self) -> bool:
        usual, counted = self.usual, self._counted
        if usual is None or (counted is not None and counted <= usual * _MOVED and usual <= counted * _MOVED):
            return False
        self._counted = usual
        return True

    def _pause(self, polls: int) -> float:
        """Return how long to wait after a poll that found a batch not done: ever longer."""
        pause = min(self._wait(_FIRST * _GROWTH ** min(polls, _GROWS)), self._wait(_SLOWEST))
        return pause if self.usual is None else max(pause, min(self.usual / 10, self._wait(_SLOWEST)))

    def _wait(self, seconds: float) -> float:
        return self._time_scale.wait(seconds)

    def quiet_before(self, batches: Iterable[Batch]) -> float:
        """Return for how long predecessors already waited in vain: otherwise a run that is killed now and
        again would wait forever. Enough time is left to poll each batch and see whether the queue moves.
        """
        now = self._clock.now()
        last = max((batch.accepted_at for batch in batches), default=now)
        look = max(self._wait(2 * _SLOWEST), _LEAST_PATIENCE)
        return max(min(now - last, self.patience - look), 0.0)


class PollQueue:
    """The accepted batches, by when they are to be asked after; apart those that were asked after before."""

    def __init__(self, rhythm: PollRhythm) -> None:
        self._rhythm = rhythm
        self._first: list[tuple[float, int]] = []
        self._again: list[tuple[float, int]] = []
        self._accepted: set[int] = set()
        self._asked_again = 0
        self._newest = 0  # of those that are not asked after yet, as long as it is no scout

    def __len__(self) -> int:
        return len(self._first) + len(self._again)

    def next_at(self, *, sparing: bool) -> float:
        """Return when to ask next, infinity for never; ``sparing``, as long as imports go out, few are asked twice."""
        if not sparing:
            self._scout_newest()
        heads = [
            queue[0][0] for queue in (self._first, self._again) if queue and self._may(queue, sparing=sparing)
        ]
        return min(heads, default=math.inf)

    def _scout_newest(self) -> None:
        """Once nothing is sent any more, the last import tells most: if it is done already, so are those before it."""
        newest, self._newest = self._newest, 0
        if newest:
            at = self._rhythm.scouted_at
            self._first = [(at if number == newest else when, number) for when, number in self._first]
            heapq.heapify(self._first)

    def _may(self, queue: list[tuple[float, int]], *, sparing: bool) -> bool:
        return (
            queue is self._first or not sparing or self._asked_again < len(self._accepted) * _TWICE + _SCOUTS
        )

    def add(self, batch: Batch) -> None:
        self._rhythm.accepted(batch)
        self._accepted.add(batch.number)
        if not batch.polls:
            self._newest = max(self._newest, batch.number)
        heapq.heappush(
            self._again if batch.polls else self._first, (self._rhythm.asks_at(batch), batch.number)
        )

    def take(self, *, sparing: bool) -> int:
        """Take the batch that is asked after at ``next_at``."""
        if self._first and self._first[0][0] <= self.next_at(sparing=sparing):
            return heapq.heappop(self._first)[1]
        self._asked_again += 1
        return heapq.heappop(self._again)[1]

    def learn(self, asked: Batch, found: BatchStatus, batches: Mapping[int, Batch]) -> None:
        """Learn from a poll, and ask after the others accordingly."""
        if self._rhythm.learn(asked, found):
            waiting = sorted(self._first)  # the oldest first: of these are the scouts
            self._first = [(self._rhythm.asks_at(batches[number]), number) for _, number in waiting]
            heapq.heapify(self._first)
