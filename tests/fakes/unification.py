"""Unification in plain Python: what the engine's queries are held against."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

from leleka.core.columns import ColumnType
from leleka.unify.matching.exact import Rule
from leleka.warehouse.engines.port import Engine
from tests.fakes.engine_tables import write_rows

Record: TypeAlias = tuple[str, str]
Values: TypeAlias = Mapping[str, str | None]
Clusters: TypeAlias = frozenset[frozenset[Record]]


def write_records(engine: Engine, records: Iterable[tuple[Record, Values]], path: Path) -> str:
    """Write records with their values; all of them have the same columns."""
    rows = [{"source": source, "key": key, **values} for (source, key), values in records]
    columns = dict.fromkeys(["source", "key", *(rows[0] if rows else ())], ColumnType.TEXT)
    write_rows(engine, columns, rows, str(path))
    return str(path)


def union_find(nodes: Iterable[Any], edges: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """Return the smallest node of the component of each."""
    parent = {node: node for node in nodes}

    def root(node: Any) -> Any:
        while parent[node] != node:
            node = parent[node]
        return node

    for one, other in edges:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return {node: root(node) for node in parent}


def groups(records: Mapping[Record, Values], rule: Rule) -> list[list[Record]]:
    """Return the records that share a value of a rule, for each value."""
    found: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record, values in records.items():
        told = [values[name] for name in rule.columns]
        if None not in told:
            found[tuple(map(str, told))].append(record)
    return [sharing for sharing in found.values() if len(sharing) > 1]


def clusters(
    records: Mapping[Record, Values],
    rules: Sequence[Rule],
    identifying: Collection[str],
    *,
    sharing: int,
    most: int,
) -> Clusters:
    """Return the clusters after the review, from all pairs and by trying each value."""
    strong: list[list[Record]] = []
    weak: list[list[Record]] = []
    for rule in rules:
        is_weak = len(rule.columns) == 1 and rule.columns[0] not in identifying
        (weak if is_weak else strong).extend(one for one in groups(records, rule) if len(one) <= sharing)
    found: set[frozenset[Record]] = set()
    for cluster in _joined(records, strong + weak):
        inside = [one for one in weak if one[0] in cluster]
        base = [one for one in strong if one[0] in cluster]
        if len(cluster) > most:
            found |= _joined(cluster, base)
        else:
            found |= _joined(
                cluster, base + [one for one in inside if not _holds(cluster, base, inside, one)]
            )
    return frozenset(found)


def _holds(
    cluster: Collection[Record], base: list[list[Record]], weak: list[list[Record]], tried: list[Record]
) -> bool:
    left = _joined(cluster, base + [one for one in weak if one is not tried])
    return sum(len(part) >= 2 for part in left) >= 2


def _joined(records: Iterable[Record], shared: Iterable[Sequence[Record]]) -> set[frozenset[Record]]:
    pairs = [pair for sharing in shared for pair in combinations(sharing, 2)]
    found: dict[Record, set[Record]] = defaultdict(set)
    for record, label in union_find(records, pairs).items():
        found[label].add(record)
    return {frozenset(one) for one in found.values()}


@dataclass
class Customers:
    """The ids of customers from build to build."""

    new_id: Callable[[], str]
    kept_builds: int
    known: dict[Record, tuple[str, int]] = field(default_factory=dict)

    def build(self, number: int, clusters: Clusters) -> set[tuple[str, str, str]]:
        """Give each cluster its id; return (id, previous id, reason)."""
        known = {one: it for one, it in self.known.items() if it[1] >= number - self.kept_builds}
        last = max((seen for _, seen in known.values()), default=0)
        sizes = Counter(customer for customer, seen in known.values() if seen == last)
        votes = {one: Counter(known[record][0] for record in one if record in known) for one in clusters}
        claims = [(-n, -sizes[it], it, min(one), one) for one, its in votes.items() for it, n in its.items()]
        given: dict[frozenset[Record], str] = {}
        for _, _, customer, _, cluster in sorted(claims, key=lambda claim: claim[:4]):
            if cluster not in given and customer not in given.values():
                given[cluster] = customer
        for cluster in sorted(clusters - given.keys(), key=min):
            given[cluster] = self.new_id()
        there = {record: (given[cluster], number) for cluster in clusters for record in cluster}
        self.known = known | there
        alive = set(given.values())
        return {
            (given[cluster], old, "split" if old in alive else "merged")
            for cluster, its in votes.items()
            for old in its
            if old != given[cluster]
        }
