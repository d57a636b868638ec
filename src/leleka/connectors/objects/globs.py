"""Patterns of keys, which mean what patterns of files mean: a star ends at a slash, two of them do not."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

_MAGIC: Final = re.compile(r"[*?\[]")
_ANY_FOLDERS: Final = "**"


def has_magic(pattern: str) -> bool:
    return _MAGIC.search(pattern) is not None


def fixed_part(pattern: str) -> str:
    """Return the folder that every key of the pattern lies in, without a slash at its end; "" for the whole bucket."""
    found = _MAGIC.search(pattern)
    return pattern[: found.start() if found else None].rpartition("/")[0]


def matches(pattern: str, key: str) -> bool:
    """Return whether a key is of the pattern. It takes a time that grows with the two lengths alone."""
    segments = pattern.split("/")
    if segments[-1] == _ANY_FOLDERS:
        segments.append("*")
    places = _skipping({0}, segments)
    for name in key.split("/"):
        places = _skipping(
            {_next(place, segments) for place in places if _fits(name, place, segments)}, segments
        )
    return len(segments) in places


def _fits(name: str, place: int, segments: Sequence[str]) -> bool:
    if place == len(segments):
        return False
    segment = segments[place]
    if name.startswith(".") and not segment.startswith("."):
        return False  # as for files: what begins with a dot is named, not matched
    return segment == _ANY_FOLDERS or fnmatchcase(name, segment)


def _next(place: int, segments: Sequence[str]) -> int:
    return place if segments[place] == _ANY_FOLDERS else place + 1


def _skipping(places: set[int], segments: Sequence[str]) -> set[int]:
    """Add the places behind ``**``, which may be no folder at all."""
    found = set(places)
    for place in range(len(segments)):
        if place in found and segments[place] == _ANY_FOLDERS:
            found.add(place + 1)
    return found
