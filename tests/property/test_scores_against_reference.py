"""Scores counted by the sizes of groups are those that listing every pair gives."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripts.people.scores import KINDS, Scores, score

PEOPLE = 6
# Of each person: household, twins within it, a shared phone, a name.
MADE = st.tuples(
    st.integers(0, 3), st.booleans(), st.sampled_from([None, "1"]), st.sampled_from(["A B", "C D"])
)
# Of each record: who it is of, and the cluster it was put into; None where it was put into none.
RECORDS = st.lists(
    st.tuples(st.integers(0, PEOPLE - 1), st.none() | st.integers(0, 1)), min_size=1, max_size=14
)
Made = tuple[int, bool, str | None, str]
Placed = tuple[int, int | None]
Person = tuple[int, int | None, str | None, str]


def scored(people: Sequence[Person], records: Sequence[Placed]) -> Scores:
    with TemporaryDirectory() as name, duckdb.connect() as session:
        folder = Path(name)
        session.execute("CREATE TABLE truth (source VARCHAR, key VARCHAR, person BIGINT)")
        session.execute("CREATE TABLE clusters (source VARCHAR, key VARCHAR, cluster BIGINT)")
        session.execute(
            "CREATE TABLE people (person BIGINT, household BIGINT, twins BIGINT, shared_phone VARCHAR, name VARCHAR)"
        )
        session.executemany(
            "INSERT INTO people VALUES (?, ?, ?, ?, ?)", [[n, *p] for n, p in enumerate(people)]
        )
        for key, (person, cluster) in enumerate(records):
            session.execute("INSERT INTO truth VALUES ('web', ?, ?)", [str(key), person])
            if cluster is not None:
                session.execute("INSERT INTO clusters VALUES ('web', ?, ?)", [str(key), cluster])
        for table in ("truth", "people", "clusters"):
            session.table(table).write_parquet(str(folder / f"{table}.parquet"))
        return score(folder, folder / "clusters.parquet")


def kind(one: Person, other: Person) -> str:
    if one[1] is not None and one[1] == other[1]:
        return "twins"
    if one[0] == other[0]:
        return "household"
    if one[2] is not None and one[2] == other[2]:
        return "shared phone"
    return "same name" if one[3] == other[3] else "other"


@pytest.mark.parametrize("clusterings", [12, pytest.param(100, marks=pytest.mark.long)])
def test_scores_are_those_of_all_pairs(clusterings: int) -> None:
    @settings(max_examples=clusterings, deadline=None)
    @given(st.lists(MADE, min_size=PEOPLE, max_size=PEOPLE), RECORDS)
    def compare(made: Sequence[Made], records: Sequence[Placed]) -> None:
        _compare(made, records)

    compare()


def _compare(made: Sequence[Made], records: Sequence[Placed]) -> None:
    people = [(household, household if twin else None, phone, name) for household, twin, phone, name in made]
    placed = [
        (person, f"r{key}" if cluster is None else f"c{cluster}")
        for key, (person, cluster) in enumerate(records)
    ]
    pairs = list(combinations(placed, 2))
    right = sum(one == other for one, other in pairs)
    found = sum(one[1] == other[1] for one, other in pairs)
    true = sum(one[0] == other[0] for one, other in pairs)
    merged = {
        (cluster, min(one, other), max(one, other))
        for (one, cluster), (other, another) in pairs
        if cluster == another and one != other
    }
    kinds = Counter(kind(people[one], people[other]) for _cluster, one, other in merged)

    got = scored(people, records)

    assert (got.profiles, got.people) == (len({c for _p, c in placed}), len({p for p, _c in placed}))
    assert got.precision == pytest.approx(right / found if found else 1)
    assert got.recall == pytest.approx(right / true if true else 1)
    assert got.cluster_precision == pytest.approx(cubed(placed, 1))
    assert got.cluster_recall == pytest.approx(cubed(placed, 0))
    assert got.false_merges == {name: kinds[name] for name in KINDS}


def cubed(placed: Sequence[tuple[int, str]], side: int) -> float:
    """Return the mean over records of the share, in the group of this side, of those that agree on the other side."""
    shares = []
    for one in placed:
        group = [other for other in placed if other[side] == one[side]]
        shares.append(sum(other == one for other in group) / len(group))
    return sum(shares) / len(shares)
