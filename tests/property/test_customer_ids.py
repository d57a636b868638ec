"""Ids of customers over many refreshes: as plain Python says, and none changes that no merge or split explains."""

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from random import Random  # noqa: TID251 - every one has a seed
from typing import TypeAlias

import pytest
from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.unify.ids.assignment import Build, assign
from leleka.warehouse.engines.duckdb import open_session
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.tables import parquet
from tests.fakes.engine_tables import write_rows
from tests.fakes.unification import Clusters, Customers, Record

KEPT = 3
KINDS = {"source": ColumnType.TEXT, "key": ColumnType.TEXT, "cluster": ColumnType.INTEGER}
Ids: TypeAlias = Mapping[Record, tuple[str, int]]
Previous: TypeAlias = set[tuple[str, str, str]]


def drawn() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"id-{next(numbers):05d}"


class People:
    """Who is whose, as a world of its own changes it: people come, go, are split up and taken for one."""

    def __init__(self, random: Random, size: int) -> None:
        self._random = random
        self._of: dict[Record, int] = {}
        self._away: set[Record] = set()
        self._people = count()
        for _ in range(size):
            self._come()

    def pass_time(self) -> None:
        known = sorted(self._of)
        for _ in range(self._random.randint(0, 6)):
            self._come()
        for record in self._random.sample(known, self._random.randint(0, len(known) // 5)):
            self._away ^= {record}
        for _ in range(self._random.randint(0, 5)):
            one, other = (self._of[record] for record in self._random.sample(known, 2))
            self._move(one, other, self._random.choice([1.0, 1.0, 0.5]))
        for _ in range(self._random.randint(0, 4)):
            self._move(self._of[self._random.choice(known)], next(self._people), 0.5)
        if self._random.random() < 0.1:
            self._away ^= {record for record in known if record[0] == "club"}

    def clusters(self) -> Clusters:
        found: dict[int, set[Record]] = {}
        for record, person in self._of.items():
            if record not in self._away:
                found.setdefault(person, set()).add(record)
        return frozenset(map(frozenset, found.values()))

    def _come(self) -> None:
        person = next(self._people)
        for _ in range(self._random.choice([1, 1, 2, 3, 5])):
            self._of[self._random.choice(["shop", "club", "Їжа"]), f"{len(self._of):04d}"] = person

    def _move(self, person: int, to: int, share: float) -> None:
        for record, its in sorted(self._of.items()):
            if its == person and self._random.random() < share:
                self._of[record] = to


class Builds:
    """Builds on the engine, one after the other; the order of rows is the seed's."""

    def __init__(self, engine: Engine, folder: Path, order: Random) -> None:
        self._engine, self._folder, self._order = engine, folder, order
        self._new_id = drawn()
        self._last: str | None = None

    def build(self, number: int, clusters: Clusters) -> tuple[Ids, Previous, int]:
        folder = self._folder / str(number)
        folder.mkdir(parents=True)
        numbers = {record: place for place, record in enumerate(sorted(set().union(*clusters)))}
        rows = [
            {"source": source, "key": key, "cluster": numbers[min(cluster)]}
            for cluster in clusters
            for source, key in cluster
        ]
        self._order.shuffle(rows)
        write_rows(self._engine, KINDS, rows, str(folder / "clusters"))
        build = Build(number, str(folder / "clusters"), self._last, number - KEPT)
        self._last = str(folder / "assignment")
        done = assign(self._engine, build, self._new_id, self._last, str(folder / "previous"))
        told = self._engine.rows(exp.select("*").from_(parquet(self._last)))
        previous = self._engine.rows(exp.select("*").from_(parquet(str(folder / "previous"))))
        reasons = [reason for _, _, reason in previous]
        assert done.customers == len(clusters)
        assert (done.merged, done.split) == (reasons.count("merged"), reasons.count("split"))
        assert [row[:2] for row in told] == sorted(row[:2] for row in told)
        return (
            {(source, key): (customer, seen) for source, key, customer, seen in told},
            set(previous),
            done.gone,
        )


def alive(ids: Ids, number: int) -> set[str]:
    return {customer for customer, seen in ids.values() if seen == number}


def check(before: Ids, after: Ids, previous: Previous, clusters: Clusters, number: int) -> None:
    """No id of two clusters, none of two in one; whoever has another id was merged or split, and that is told."""
    ids = {cluster: {after[record][0] for record in cluster} for cluster in clusters}
    assert all(len(one) == 1 for one in ids.values())
    assert len(set().union(*ids.values())) == len(clusters)
    assert all(after[record][1] == number for cluster in clusters for record in cluster)
    told = {(new, old) for new, old, _ in previous}
    for cluster in clusters:
        for record in cluster & before.keys():
            old, new = before[record][0], after[record][0]
            if old == new:
                continue
            of_old = {one for one, (customer, _) in before.items() if customer == old}
            is_split = any(of_old & other for other in clusters if other != cluster)
            is_merged = any(before[one][0] != old for one in cluster & before.keys())
            assert is_split or is_merged
            assert (new, old) in told


@pytest.mark.parametrize(
    "seeds",
    [pytest.param(range(1), marks=pytest.mark.slow), pytest.param(range(1, 40), marks=pytest.mark.long)],
    ids=["some", "many"],
)
def test_no_id_changes_without_a_merge_or_split_over_twenty_refreshes(tmp_path: Path, seeds: range) -> None:
    with open_session(tmp_path / "spill", threads=1) as engine:
        for seed in seeds:
            people = People(Random(seed), 30)
            builds = Builds(engine, tmp_path / f"some {seed}", Random(seed))
            shuffled = Builds(engine, tmp_path / f"other {seed}", Random(-seed - 1))
            plain = Customers(drawn(), KEPT)
            before: Ids = {}
            for number in range(1, 21):
                clusters = people.clusters()
                after, previous, gone = builds.build(number, clusters)
                assert (after, previous, gone) == shuffled.build(number, clusters)
                known = {one: it for one, it in before.items() if it[1] >= number - KEPT}
                check(known, after, previous, clusters, number)
                assert plain.build(number, clusters) == previous
                kept = {one: it for one, it in plain.known.items() if it[1] >= number - KEPT}
                assert kept == after
                last = {customer for customer, seen in before.values() if seen == number - 1}
                assert gone == len(last - {old for _, old, _ in previous} - alive(after, number))
                before = after
                people.pass_time()
