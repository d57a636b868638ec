"""Whatever the edges and values: the clusters are those of a plain union-find over all pairs."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random  # noqa: TID251 - every one has a seed
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.unify.matching.clusters import Limits, match, write_clusters
from leleka.unify.matching.components import clusters_of, connect
from leleka.unify.matching.exact import Rule
from leleka.warehouse.engines.duckdb import open_session
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.tables import column, parquet
from tests.fakes.engine_tables import write_rows
from tests.fakes.unification import Clusters, Record, Values, clusters, union_find, write_records

RULES = [
    Rule("card", ("card",)),
    Rule("phone and name", ("phone", "name")),
    Rule("phone", ("phone",)),
    Rule("name", ("name",)),
]
edges = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=25)
values = st.fixed_dictionaries(
    {
        name: st.none() | st.sampled_from([f"{name} {letter}" for letter in "abcdef"])
        for name in ("card", "phone", "name")
    }
)
records = st.dictionaries(
    st.tuples(st.sampled_from(["shop", "club", "Їжа"]), st.sampled_from("0123456789")), values, min_size=1
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_session(tmp_path_factory.mktemp("spill"), threads=1) as session:
        yield session


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as path:
        yield Path(path)


def labels(
    engine: Engine, pairs: list[tuple[int, int]], nodes: int, aside: Path
) -> tuple[dict[int, int], int]:
    """Return the cluster of each record, and the number of rounds."""
    kinds = {"record": ColumnType.INTEGER, "other": ColumnType.INTEGER}
    rows = [{"record": one, "other": other} for one, other in pairs]
    write_rows(engine, kinds, rows, str(aside / "edges"))
    write_rows(
        engine, {"record": ColumnType.INTEGER}, [{"record": one} for one in range(nodes)], str(aside / "n")
    )
    rounds = connect(engine, exp.select("*").from_(parquet(str(aside / "edges"))), "joined")
    every = exp.select(column("record")).from_(parquet(str(aside / "n")))
    return dict(engine.rows(clusters_of(every, "joined"))), rounds


def matched(engine: Engine, rows: list[tuple[Record, Values]], limits: Limits, aside: Path) -> Clusters:
    files = write_records(engine, rows, aside / "records")
    found = match(engine, files, RULES, identifying={"card"}, limits=limits)
    write_clusters(engine, str(aside / "clusters"))
    by_label: dict[int, set[Record]] = {}
    for source, key, label in engine.rows(exp.select("*").from_(parquet(str(aside / "clusters")))):
        by_label.setdefault(label, set()).add((source, key))
    assert (found.records, found.clusters) == (len(rows), len(by_label))
    places = {record: place for place, record in enumerate(sorted(record for record, _ in rows))}
    assert {label: places[min(cluster)] for label, cluster in by_label.items()} == {
        one: one for one in by_label
    }
    return frozenset(map(frozenset, by_label.values()))


@pytest.mark.parametrize("examples", [12, pytest.param(200, marks=pytest.mark.long)])
def test_components_are_those_of_a_union_find(engine: Engine, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(pairs=edges)
    def ask(pairs: list[tuple[int, int]]) -> None:
        with folder() as aside:
            found, _ = labels(engine, pairs, 13, aside)
            assert found == union_find(range(13), pairs)

    ask()


@pytest.mark.parametrize("examples", [8, pytest.param(200, marks=pytest.mark.long)])
def test_clusters_are_those_of_all_pairs_without_what_goes_to_review(engine: Engine, examples: int) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(known=records, sharing=st.integers(1, 8), most=st.integers(1, 12), seed=st.integers(0, 9))
    def ask(known: dict[Record, Values], sharing: int, most: int, seed: int) -> None:
        rows = list(known.items())
        Random(seed).shuffle(rows)
        with folder() as aside:
            found = matched(engine, rows, Limits(sharing, most), aside)
            assert found == clusters(known, RULES, {"card"}, sharing=sharing, most=most)

    ask()


@pytest.mark.parametrize("order", ["rising", "shuffled", "zigzag"])
def test_a_chain_of_ten_thousand_is_one_cluster_after_few_rounds(
    engine: Engine, tmp_path: Path, order: str
) -> None:
    chain = list(range(10_000))
    if order == "shuffled":
        Random(1).shuffle(chain)
    if order == "zigzag":
        chain = [node for low in range(5_000) for node in (low, 9_999 - low)]
    pairs = list(pairwise(chain))
    found, rounds = labels(engine, pairs, 10_000, tmp_path)
    assert set(found.values()) == {0}
    assert rounds <= 16
