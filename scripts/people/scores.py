"""``python -m scripts.people.scores FOLDER CLUSTERS``: how good a clustering of records is, by the truth in the folder.

CLUSTERS is a Parquet file of source, key and cluster (any type). A record that is not in it is a cluster of its own.

How it works: no pair is ever listed. A cluster that holds 3 records of one person and 2 of another has C(5, 2) pairs,
of which C(3, 2) + C(2, 2) are right: counting the records of each person in each cluster is enough, for pairs as for
B-cubed. False merges are counted in people: a cluster that holds three people has joined C(3, 2) pairs of them. What
the two of a pair have in common is counted the same way, by the sizes of groups within a cluster. Of several things in
common the first counts: twins, household, shared phone (of a shop or an employer), name.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

KINDS: Final = ("twins", "household", "shared phone", "same name", "other")
_PER: Final = 10_000

_JOINED: Final = """
    CREATE TEMP TABLE joined AS
    SELECT person, coalesce('c' || cluster::VARCHAR, 'r' || source || '/' || key) AS cluster
    FROM truth LEFT JOIN clusters USING (source, key)
"""
_SIZES: Final = """
    CREATE TEMP TABLE sizes AS
    SELECT person, cluster, n, sum(n) OVER (PARTITION BY cluster) AS of_cluster,
        sum(n) OVER (PARTITION BY person) AS of_person
    FROM (SELECT person, cluster, count(*) AS n FROM joined GROUP BY ALL)
"""
_FIGURES: Final = """
    SELECT
        (SELECT count(DISTINCT cluster) FROM sizes) AS profiles,
        (SELECT count(DISTINCT person) FROM sizes) AS people,
        (SELECT sum(n * (n - 1) / 2) FROM sizes) AS right_pairs,
        (SELECT sum(n * (n - 1) / 2) FROM (SELECT sum(n) AS n FROM sizes GROUP BY cluster)) AS found_pairs,
        (SELECT sum(n * (n - 1) / 2) FROM (SELECT sum(n) AS n FROM sizes GROUP BY person)) AS true_pairs,
        (SELECT sum(n * n / of_cluster) / sum(n) FROM sizes) AS cluster_precision,
        (SELECT sum(n * n / of_person) / sum(n) FROM sizes) AS cluster_recall
"""
# By what two people of a cluster may be alike; twins are of one household. Pairs that are alike by several columns are
# counted once: as the first of the kinds, by inclusion and exclusion.
_ALIKE: Final = {
    "twins": ("twins",),
    "household": ("household",),
    "phone": ("shared_phone",),
    "phone at home": ("shared_phone", "household"),
    "name": ("name",),
    "name at home": ("name", "household"),
    "name and phone": ("name", "shared_phone"),
    "name and phone at home": ("name", "shared_phone", "household"),
    "all": (),
}


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares between 0 and 1; `false_merges` are pairs of people in one cluster, by kind.

    Precision is 1 where no pair was found, recall where there is none to find.
    """

    profiles: int
    people: int
    precision: float
    recall: float
    cluster_precision: float
    cluster_recall: float
    false_merges: Mapping[str, int]

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def per_10_000(self, kind: str) -> float:
        """Return the false merges of a kind for each 10,000 profiles that were made."""
        return self.false_merges[kind] * _PER / self.profiles if self.profiles else 0.0


class BadClustersError(Exception):
    """The clustering names a record twice, or one that is not in the truth."""


def score(folder: Path, clusters: Path) -> Scores:
    """Return how good the clustering in a Parquet file is; raise `BadClustersError` where it is none."""
    with duckdb.connect() as session:
        session.read_parquet(str(folder / "truth.parquet")).create_view("truth")
        session.read_parquet(str(folder / "people.parquet")).create_view("people")
        session.read_parquet(str(clusters)).create_view("clusters")
        _check(session)
        session.execute(_JOINED)
        session.execute(_SIZES)
        profiles, people, right, found, true, precision, recall = _numbers(session, _FIGURES)
        return Scores(
            int(profiles),
            int(people),
            right / found if found else 1.0,
            right / true if true else 1.0,
            precision,
            recall,
            _false_merges(session),
        )


def _check(session: duckdb.DuckDBPyConnection) -> None:
    twice, unknown = _numbers(
        session,
        """SELECT (SELECT count(*) - count(DISTINCT (source, key)) FROM clusters),
            (SELECT count(*) FROM clusters ANTI JOIN truth USING (source, key))""",
    )
    if twice or unknown:
        raise BadClustersError(
            f"{int(twice):,} records stand in it twice, {int(unknown):,} are not in the truth"
        )


def _numbers(session: duckdb.DuckDBPyConnection, sql: str) -> list[float]:
    row = session.execute(sql).fetchone()
    return [float(value or 0) for value in row or ()]


def _false_merges(session: duckdb.DuckDBPyConnection) -> Mapping[str, int]:
    session.execute(
        "CREATE TEMP TABLE members AS SELECT sizes.cluster, people.* FROM sizes JOIN people USING (person)"
    )
    pairs = {name: _pairs(session, columns) for name, columns in _ALIKE.items()}
    home = pairs["household"]
    phone = pairs["phone"] - pairs["phone at home"]
    name = pairs["name"] - pairs["name at home"] - pairs["name and phone"] + pairs["name and phone at home"]
    counts = (pairs["twins"], home - pairs["twins"], phone, name, pairs["all"] - home - phone - name)
    return dict(zip(KINDS, counts, strict=True))


def _pairs(session: duckdb.DuckDBPyConnection, columns: tuple[str, ...]) -> int:
    """Return how many pairs of people of one cluster have the same, and not nothing, in all of the columns."""
    there = " AND ".join(f"{column} IS NOT NULL" for column in columns) or "true"
    groups = ", ".join(("cluster", *columns))
    sizes = session.table("members").aggregate(f"count(*) FILTER ({there}) AS n", groups)
    ((found,),) = sizes.aggregate("sum(n * (n - 1) // 2)").fetchall()
    return int(found or 0)


def lines(scores: Scores) -> Iterator[str]:
    """Yield the scores as a report for people."""
    yield f"{scores.profiles:,} profiles of {scores.people:,} people"
    yield f"pairs     precision {scores.precision:.4f}  recall {scores.recall:.4f}  F {scores.f1:.4f}"
    yield f"clusters  precision {scores.cluster_precision:.4f}  recall {scores.cluster_recall:.4f}"
    for kind in KINDS:
        merges, share = scores.false_merges[kind], scores.per_10_000(kind)
        yield f"false merges, {kind:<13} {merges:>9,}, {share:.2f} in 10,000 profiles"


def main(words: list[str] | None = None) -> int:
    """Parse the arguments and print the scores."""
    parser = argparse.ArgumentParser(prog="python -m scripts.people.scores", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the truth is")
    parser.add_argument("clusters", type=Path)
    given = parser.parse_args(words)
    for line in lines(score(given.folder, given.clusters)):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
