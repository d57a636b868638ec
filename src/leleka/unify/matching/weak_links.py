"""Which weak links alone hold a cluster together, in plain Python: the clusters are small, and few have such links."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

Link: TypeAlias = tuple[int, int]  # the rule, and the smallest of the records that share the value
_GROUP: Final = 2  # records from which on a part is more than a stray


def holding(links: Mapping[Link, AbstractSet[int]], sizes: Mapping[int, int]) -> set[Link]:
    """Return the links without which at least two parts of at least two records each would have nothing in common.

    ``links`` says which parts of the cluster a link joins, ``sizes`` how many records a part has.
    """
    return {
        link
        for link in links
        if sum(
            size >= _GROUP
            for size in _sizes_joined((parts for other, parts in links.items() if other != link), sizes)
        )
        >= _GROUP
    }


def _sizes_joined(joins: Iterable[AbstractSet[int]], sizes: Mapping[int, int]) -> Iterable[int]:
    """Return how many records each group of parts has when these joins are made."""
    parent = {part: part for part in sizes}

    def root(part: int) -> int:
        while parent[part] != part:
            part = parent[part]
        return part

    for parts in joins:
        roots = {root(part) for part in parts}
        parent.update(dict.fromkeys(roots, min(roots)))
    joined: Counter[int] = Counter()
    for part, size in sizes.items():
        joined[root(part)] += size
    return joined.values()
