"""When a request may leave for an account: pure arithmetic over those that left lately.

Moments are in seconds since 1970: several processes have to agree on them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from leleka.core.ports.request_slots import Departure, Traffic

STRAYS: Final = 0.1  # seconds by which a request may arrive later than one that left before it; at most 0.15
_STRICT_FOR: Final = 60.0  # seconds after a refusal


@dataclass(frozen=True, slots=True)
class Spacing:
    """The rules: ``count`` requests in a ``second``, which a test host may shorten, and by how much one ``strays``.

    Each request counts for a second and what one may stray. Who is unanswered for longer than usual may arrive at any
    moment, and counts until a second after its reply; so does everybody for a minute after a refusal.
    """

    count: int
    second: float
    strays: float
    longest: (
        float  # seconds for which a request can count; what lies further ahead was written by a wrong clock
    )

    @property
    def held(self) -> float:
        return self.second + self.strays

    @property
    def step(self) -> float:
        """Return the seconds from one departure to the next."""
        return self.held / self.count

    def strict(self, traffic: Traffic, now: float) -> bool:
        return traffic.refused_at <= now < traffic.refused_at + self.second * _STRICT_FOR

    def current(self, traffic: Traffic, now: float) -> Traffic:
        """Return the traffic without those that do not count any more."""
        kept = tuple(one for one in traffic.departures if self._counts(one, now))
        return replace(traffic, departures=kept)

    def _counts(self, one: Departure, now: float) -> bool:
        return now < max(one.at + self.held, one.over_at) and one.at <= now + self.longest

    def first(self, traffic: Traffic, now: float) -> tuple[float, bool]:
        """Return the first moment at which a request may leave, and whether it is certain: a reply may bring it
        forward.
        """
        ends = sorted(self._ends(traffic, now), reverse=True)
        last = max((one.at for one in traffic.departures), default=now - self.step)
        free, certain = ends[self.count - 1] if len(ends) >= self.count else (now, True)
        return max(free, last + self.step, now), certain

    def _ends(self, traffic: Traffic, now: float) -> Iterable[tuple[float, bool]]:
        strict = self.strict(traffic, now)
        for one in traffic.departures:
            apart = one.at + self.held
            if one.answered:
                yield max(apart, one.over_at), True
            elif strict or now >= one.late_at:
                yield max(apart, one.over_at), False
            else:
                yield apart, True

    def left(self, traffic: Traffic, at: float, usual: float | None, holder: str) -> Traffic:
        """Return the traffic with one more request, the last of it."""
        number = traffic.last + 1
        late_at = at if usual is None else at + usual + self.strays
        one = Departure(number, at, late_at, at + self.longest, holder=holder)
        return replace(traffic, departures=(*traffic.departures, one), last=number)

    def answered(self, traffic: Traffic, number: int, now: float) -> Traffic:
        """Return the traffic after a request's reply."""
        strict = self.strict(traffic, now)

        def after(one: Departure) -> Departure:
            if one.number != number:
                return one
            counts = strict or now >= one.late_at
            return replace(one, answered=True, over_at=now + self.second if counts else one.at)

        return replace(traffic, departures=tuple(map(after, traffic.departures)))
