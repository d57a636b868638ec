"""The limit of requests per second, of every kind, of one account: across all processes and exports
(I-18).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Limits, Underway, at_once
from leleka.core.ports.request_slots import RequestSlots, Traffic
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
        number = self._leave(importing=importing)
        begun = self._clock.monotonic()
        try:
            yield _Underway(self._refused)
        finally:
            self._times.add(self._clock.monotonic() - begun)
            self._change(lambda traffic, now: self._spacing.answered(traffic, number, now))

    def _leave(self, *, importing: bool) -> int:
        spacing = self._spacing
        while True:
            seen, now = self._slots.read(), self._clock.now()
            traffic = spacing.current(seen.traffic, now)
            at, certain = spacing.first(traffic, now)
            # An import takes its place ahead, the others when it is there: so imports come first.
            if at <= now or (importing and certain):
                after = spacing.left(traffic, at, self._times.usual, self._holder)
                if self._slots.write(seen, after):
                    self._clock.sleep(max(at - now, 0.0))
                    return after.last
                continue
            self._clock.sleep(
                min(at - now, spacing.second / _LOOKS)
            )  # a reply may free a slot before it is due

    def _refused(self) -> None:
        self._change(lambda traffic, now: replace(traffic, refused_at=now))

    def _change(self, change: Callable[[Traffic, float], Traffic]) -> None:
        while True:
            seen, now = self._slots.read(), self._clock.now()
            if self._slots.write(seen, change(self._spacing.current(seen.traffic, now), now)):
                return


@dataclass(frozen=True, slots=True)
class _Underway:
    refused: Callable[[], None]
