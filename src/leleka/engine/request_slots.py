"""The limit of requests per second, of every kind, of one account: across all processes and exports
(I-18).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Limits
from leleka.core.ports.request_slots import Departure, RequestSlots, Traffic
from leleka.core.ports.turn import Underway, at_once
from leleka.engine.departures import STRAYS, Spacing
from leleka.engine.rate_limit import TimeScale
from leleka.engine.reply_times import ReplyTimes

KEPT_FOR_PEOPLE: Final = 1  # of the requests per second: for interactive requests
_LEAST_STRAYS: Final = 0.02  # seconds: a test host hurries the limits, but no thread of this machine
_LOOKS: Final = 4  # per second, while no place is free


class RequestLimiter:
    """Requests leave evenly, so far apart that a second sees no more of them than there are slots, though each strays.

    One that strays further holds its slot until a second after its reply.
    """

    def __init__(
        self, limits: Limits, time_scale: TimeScale, clock: Clock, slots: RequestSlots, *, holder: str = ""
    ) -> None:
        self._limited = time_scale.speed is not None
        second = time_scale.wait(1.0)
        count = limits.requests_per_second - KEPT_FOR_PEOPLE
        strays = max(time_scale.wait(STRAYS), _LEAST_STRAYS)
        self._spacing = Spacing(count, second, strays, time_scale.wait(limits.seconds_in_flight) + second)
        self._clock = clock
        self._slots = slots
        self._holder = holder
        self._times = ReplyTimes()

    @contextmanager
    def turn(self, *, importing: bool = False) -> Iterator[Underway]:
        """Wait until a request may leave, and count it for as long as it has to be."""
        if not self._limited:
            with at_once() as underway:
                yield underway
            return
        mine = self._leave(importing=importing)
        underway = _Underway(lambda: self._times.add(self._clock.monotonic() - begun), self._refused)
        try:
            self._wait_until(mine.at)
            begun = self._clock.monotonic()
            yield underway
        finally:
            self._note(lambda traffic, now: self._spacing.answered(traffic, mine.number, now))

    def _leave(self, *, importing: bool) -> Departure:
        """Return the next departure, once it is known."""
        spacing, looked, at, leaves = self._spacing, 0.0, 0.0, False

        def leave(traffic: Traffic) -> Traffic:
            nonlocal looked, at, leaves
            looked = self._clock.now()
            current = spacing.current(traffic, looked)
            at, certain = spacing.first(current, looked)
            # An import takes its place ahead, the others when it is there: so imports come first.
            leaves = at <= looked or (importing and certain)
            return spacing.left(current, at, self._times.usual, self._holder) if leaves else traffic

        while True:
            after = self._slots.change(leave)
            if leaves:
                return after.departures[-1]
            self._clock.sleep(min(at - looked, spacing.second / _LOOKS))  # a reply may free a slot earlier

    def _wait_until(self, moment: float) -> None:
        left = moment - self._clock.now()
        if left > 0:
            self._clock.sleep(left)

    def _refused(self) -> None:
        self._note(lambda traffic, now: replace(traffic, refused_at=now))

    def _note(self, change: Callable[[Traffic, float], Traffic]) -> None:
        """Note what became of a request. Where that fails, the reply is not lost with it: a slot ends by itself."""

        def changed(traffic: Traffic) -> Traffic:
            now = self._clock.now()
            return change(self._spacing.current(traffic, now), now)

        with suppress(Exception):
            self._slots.change(changed)


@dataclass(frozen=True, slots=True)
class _Underway:
    answered: Callable[[], None]
    refused: Callable[[], None]
