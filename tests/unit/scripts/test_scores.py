"""What the scores of a clustering say, by an example that can be counted by hand."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from scripts.people.scores import KINDS, BadClustersError, main, score

# Anna and Ann are twins, Bob lives with them; Dan and two of the name of Cid have the number of the shop; there are
# two of the name of Eve.
PEOPLE = [
    (1, 10, 10, None, "Anna Hill"),
    (2, 10, 10, None, "Ann Hill"),
    (3, 10, None, None, "Bob Hill"),
    (4, 20, None, "440", "Cid Moss"),
    (5, 30, None, "440", "Dan Ross"),
    (6, 40, None, None, "Eve Nash"),
    (7, 50, None, None, "Eve Nash"),
    (8, 60, None, "440", "Cid Moss"),
]
# Each has two records.
ALONE: Mapping[str, str] = {}


def files(folder: Path, clusters: Mapping[str, str]) -> Path:
    """Write the truth, and the clusters of the records `1a`, `1b`, `2a` and so on."""
    with duckdb.connect() as session:
        session.execute(
            "CREATE TABLE people (person INT, household INT, twins INT, shared_phone TEXT, name TEXT)"
        )
        session.execute("CREATE TABLE truth (source TEXT, key TEXT, person INT)")
        session.execute("CREATE TABLE clusters (source TEXT, key TEXT, cluster TEXT)")
        for person in PEOPLE:
            session.execute("INSERT INTO people VALUES (?, ?, ?, ?, ?)", person)
            for key in (f"{person[0]}a", f"{person[0]}b"):
                session.execute("INSERT INTO truth VALUES ('web', ?, ?)", [key, person[0]])
        for key, cluster in clusters.items():
            session.execute("INSERT INTO clusters VALUES ('web', ?, ?)", [key.strip(), cluster])
        for table in ("people", "truth", "clusters"):
            session.table(table).write_parquet(str(folder / f"{table}.parquet"))
    return folder / "clusters.parquet"


def both(*people: int, cluster: str) -> dict[str, str]:
    return {f"{person}{record}": cluster for person in people for record in "ab"}


def test_the_truth_itself_is_without_fault(tmp_path: Path) -> None:
    clusters = {
        key: name for person in range(1, 9) for key, name in both(person, cluster=str(person)).items()
    }
    found = score(tmp_path, files(tmp_path, clusters))
    assert (found.precision, found.recall, found.f1) == (1, 1, 1)
    assert (found.cluster_precision, found.cluster_recall) == (1, 1)
    assert (found.profiles, found.people) == (8, 8)
    assert set(found.false_merges.values()) == {0}


def test_who_joins_nobody_is_precise_and_finds_nothing(tmp_path: Path) -> None:
    found = score(tmp_path, files(tmp_path, ALONE))
    assert (found.precision, found.recall, found.f1) == (1, 0, 0)
    assert (found.cluster_precision, found.cluster_recall) == (1, 0.5)
    assert found.profiles == 16


def test_who_joins_all_finds_all_and_is_told_what_was_joined(tmp_path: Path) -> None:
    found = score(tmp_path, files(tmp_path, both(*range(1, 9), cluster="all")))
    assert found.precision == pytest.approx(8 / 120)
    assert (found.recall, found.cluster_recall) == (1, 1)
    assert found.cluster_precision == pytest.approx(1 / 8)
    expected = {"twins": 1, "household": 2, "shared phone": 3, "same name": 1, "other": 21}
    assert found.false_merges == expected
    assert found.per_10_000("household") == 20_000


def test_one_record_with_a_stranger_costs_on_both_sides(tmp_path: Path) -> None:
    clusters = both(4, cluster="c") | {"5a": "c"}
    found = score(tmp_path, files(tmp_path, clusters))
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall == pytest.approx(1 / 8)
    assert {kind: found.false_merges[kind] for kind in KINDS if found.false_merges[kind]} == {
        "shared phone": 1
    }


@pytest.mark.parametrize(
    ("clusters", "said"),
    [
        ({"1a": "x", "1a ": "x"}, "1 records stand in it twice, 0"),
        ({"9a": "x"}, "twice, 1 are not in the truth"),
    ],
)
def test_a_clustering_of_other_records_is_refused(
    tmp_path: Path, clusters: Mapping[str, str], said: str
) -> None:
    with pytest.raises(BadClustersError, match=said):
        score(tmp_path, files(tmp_path, clusters))


def test_the_scores_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = files(tmp_path, both(1, 2, cluster="twins"))
    assert main([str(tmp_path), str(path)]) == 0
    told = capsys.readouterr().out
    assert "13 profiles of 8 people" in told
    assert "false merges, twins                 1, 769.23 in 10,000 profiles" in told
