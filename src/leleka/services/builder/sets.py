"""Sets of profiles that were found already, and what follows from a part of them."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from threading import Lock
from typing import Final

from leleka.services.builder.contracts import Estimate

_CERTAINTY: Final = 1.959964  # standard deviations around the mean: 95 of 100 cases
_ENTRY: Final = 256  # bytes that a number takes whatever its bits, with its key and its place


@dataclass(frozen=True, slots=True)
class Found:
    """A set of profiles as bits; where it is not exact, only those bits of it say anything that are in the sample."""

    bits: int
    exact: bool


class SetCache:
    """Keeps the sets that were asked for last, up to so many bytes."""

    def __init__(self, most: int) -> None:
        self._most, self._held = most, 0
        self._sets: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> int | None:
        with self._lock:
            found = self._sets.get(key)
            if found is not None:
                self._sets.move_to_end(key)
            return found

    def put(self, key: str, bits: int) -> None:
        with self._lock:
            self._held += _size(bits) - _size(self._sets.pop(key, None))
            self._sets[key] = bits
            while self._held > self._most and self._sets:
                self._held -= _size(self._sets.popitem(last=False)[1])


def _size(bits: int | None) -> int:
    return 0 if bits is None else bits.bit_length() // 8 + _ENTRY


def combined(how: str, sets: Sequence[Found], profiles: int) -> Found:
    """Return what a group makes of the sets of its parts: all, any, not, union, intersect or except."""
    bits = sets[0].bits
    if how == "not":
        bits ^= (1 << profiles) - 1
    for one in sets[1:]:
        if how in {"all", "intersect"}:
            bits &= one.bits
        elif how == "except":
            bits &= ~one.bits
        else:
            bits |= one.bits
    return Found(bits, exact=all(one.exact for one in sets))


def estimate(found: Found, sample: int, profiles: int) -> Estimate:
    """Return how many profiles are in a set, of which so many there are; ``sample`` is the set that was looked at.

    The interval is Wilson's with the correction for a sample that is a good part of the whole: it has a width where
    none, or all, of the sample are in the set.
    """
    if found.exact:
        count = found.bits.bit_count()
        return Estimate(count, count, count, exact=True, share=_share(count, profiles))
    looked_at, hits = sample.bit_count(), (found.bits & sample).bit_count()
    low, high = _wilson(hits, looked_at, profiles)
    count = min(max(round(profiles * hits / max(1, looked_at)), low), high)
    return Estimate(count, low, high, exact=False, share=_share(count, profiles))


def _wilson(hits: int, looked_at: int, profiles: int) -> tuple[int, int]:
    if looked_at == 0:
        return 0, profiles
    unseen = (profiles - looked_at) / max(1, profiles - 1)
    z = _CERTAINTY * sqrt(max(0.0, unseen))
    middle = (hits + z * z / 2) / (looked_at + z * z)
    around = z * sqrt(hits * (looked_at - hits) / looked_at + z * z / 4) / (looked_at + z * z)
    # Of those that were looked at it is known.
    low = max(hits, floor(profiles * (middle - around)))
    high = min(profiles - (looked_at - hits), ceil(profiles * (middle + around)))
    return low, high


def _share(count: int, profiles: int) -> float:
    return round(count / profiles, 6) if profiles else 0.0
