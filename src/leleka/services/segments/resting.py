"""Segments that nothing evaluates, and what cannot go on because of them.

A segment rests while it is inactive, or is made of one that is. An export of one that rests does not run at all: its
last members may be wrong by now, and without them everybody in it would seem to have left.
"""

from collections.abc import Collection, Iterable, Mapping

from leleka.errors import Conflict
from leleka.services.segments.usage import references
from leleka.state.models import Export, Segment


def resting() -> Mapping[str, frozenset[str]]:
    """Return the names of the segments that rest, each with the inactive segments that it rests because of."""
    inactive = list(Segment.objects.filter(active=False).values_list("name", flat=True))
    named = references() if inactive else {}
    found: dict[str, set[str]] = {}
    for root in inactive:
        ahead, seen = [root], set[str]()
        while ahead:
            name = ahead.pop()
            if name not in seen:
                seen.add(name)
                ahead += [user for user, inner in named.items() if name in inner]
        for name in seen:
            found.setdefault(name, set()).add(root)
    return {name: frozenset(roots) for name, roots in found.items()}


def causes(names: Iterable[str], at_rest: Mapping[str, Collection[str]] | None = None) -> list[str]:
    """Return the inactive segments because of which any of these segments rests."""
    known = resting() if at_rest is None else at_rest
    return sorted({root for name in names for root in known.get(name, ())})


def refuse_resting(export: Export) -> None:
    """Raises ``Conflict`` SEGMENT_INACTIVE where an export depends on an inactive segment."""
    if found := causes(export.segments.values_list("name", flat=True)):
        raise Conflict("SEGMENT_INACTIVE.export", where=export.name, names=found)


def refuse_inactive(row: Segment) -> None:
    """Raises ``Conflict`` SEGMENT_INACTIVE: nobody finds its members anew."""
    if not row.active:
        raise Conflict("SEGMENT_INACTIVE", where=row.name, name=row.name)
