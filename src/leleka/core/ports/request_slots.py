"""The requests that left for an account lately, as all processes share them (I-18). Moments are in seconds since
1970.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Departure:
    """A request. Until ``late_at`` it is unanswered for no longer than usual; ``over_at`` is a second after its reply,
    or, as long as there is none, after its deadline. ``holder`` tells whose it is.
    """

    number: int
    at: float
    late_at: float
    over_at: float
    answered: bool = False
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Traffic:
    """The departures that count, the number of the last one, and when a request was last refused for the pace."""

    departures: tuple[Departure, ...] = ()
    last: int = 0
    refused_at: float = 0.0

    def released(self, holder: str, until: float) -> "Traffic":
        """Return the traffic after the death of a process: what it had under way has arrived, or will by then."""

        def after(one: Departure) -> Departure:
            return (
                replace(one, answered=True, over_at=until)
                if one.holder == holder and not one.answered
                else one
            )

        return replace(self, departures=tuple(map(after, self.departures)))


class RequestSlots(Protocol):
    """The account's traffic, which all processes share."""

    def change(self, work: Callable[[Traffic], Traffic]) -> Traffic:
        """Replace the traffic by what ``work`` makes of it; return that. Where another process was quicker, ``work``
        is called again; what it leaves as it is is not written.
        """
        ...
