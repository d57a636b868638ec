"""The network faults of one exchange through the proxy, drawn by seed."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random  # noqa: TID251 - the class, for seeded generators


class Fate(StrEnum):
    """What happens to an exchange. All but ``PLAIN`` and ``CUT_REQUEST`` lose the reply to a forwarded
    request.
    """

    PLAIN = "plain"
    CUT_REQUEST = "request_reset"  # half of the request is forwarded, then both sides are reset (fault 13)
    LOST = "reply_reset"  # the reply is read and dropped, the connection reset (fault 11)
    CLOSED = "reply_closed"  # the same, and the connection is closed normally
    WITHHELD = "reply_withheld"  # the reply never comes, and the connection stays open (fault 15)
    CUT_REPLY = "reply_cut"  # half of the reply, then a reset (fault 14)
    HALF_CLOSED = "reply_half_closed"  # half of the reply, then only the proxy's side is closed (fault 14)


_LOSING = (Fate.LOST, Fate.CLOSED, Fate.CUT_REPLY, Fate.HALF_CLOSED, Fate.CUT_REQUEST)


@dataclass(frozen=True, slots=True)
class Weather:
    """The probability of each kind of fault. Delays are maxima, in seconds."""

    posts: float = 0.12  # of imports are lost in one of the ways that end at once
    polls: float = 0.06  # of polls of batches
    others: float = 0.01  # of other requests: each costs its process a second
    withheld: float = 0.01  # of imports
    delayed: float = 0.5  # of all requests, before they are forwarded, and again on the way back
    longest_delay: float = 0.03
    refusing: float = 0.01  # of all requests are followed by a time without a listener (fault 12)
    longest_refusal: float = 0.3


CALM = Weather(posts=0.0, polls=0.0, others=0.0, withheld=0.0, delayed=0.0, refusing=0.0)


@dataclass(frozen=True, slots=True)
class Journey:
    """One exchange. ``refused_for`` are the seconds after it in which nothing listens."""

    fate: Fate = Fate.PLAIN
    there: float = 0.0
    back: float = 0.0
    refused_for: float = 0.0


def drawn(weather: Weather, chance: Random, line: str) -> Journey:
    """Return the fate of the request with this first line."""
    is_import = line.startswith("POST ")
    likely = weather.posts if is_import else weather.polls if "/import/info" in line else weather.others
    fate = Fate.PLAIN
    if chance.random() < likely:
        fate = chance.choice(_LOSING)
    elif is_import and chance.random() < weather.withheld:
        fate = Fate.WITHHELD
    return Journey(
        fate,
        _delay(weather, chance),
        _delay(weather, chance),
        chance.uniform(0, weather.longest_refusal) if chance.random() < weather.refusing else 0.0,
    )


def _delay(weather: Weather, chance: Random) -> float:
    return chance.uniform(0, weather.longest_delay) if chance.random() < weather.delayed else 0.0
