"""Clusters records with GoldenMatch: ``by_goldenmatch.py RECORDS CLUSTERS [--recipe]``.

Run by the interpreter of an environment that has GoldenMatch, and nothing of Leleka. By default it configures itself,
as its documentation recommends; its probabilistic way, asked for by name, chooses the same. With ``--recipe`` it gets
the rules of two recipes of its documentation, for a list of customers and for two sources: equal e-mail addresses, or
names and birth dates that are alike. Prints the seconds spent, after what is imported.
"""

import sys
from time import perf_counter
from typing import Final

import goldenmatch as gm
import pyarrow as pa
import pyarrow.parquet as pq

_NOT_COMPARED: Final = ("id", "source", "key")
_RECIPE: Final = {
    "matchkeys": [
        {
            "name": "email_exact",
            "type": "exact",
            "fields": [{"column": "email", "transforms": ["lowercase", "strip"]}],
        },
        {
            "name": "name_dob",
            "type": "weighted",
            "threshold": 0.9,
            "fields": [
                {"column": "full_name", "scorer": "token_sort", "weight": 1.0},
                {"column": "birth_date", "scorer": "date", "weight": 1.5},
            ],
        },
    ],
    "blocking": {
        "strategy": "static",
        "max_block_size": 5000,
        "skip_oversized": True,
        "keys": [{"fields": ["birth_date"]}],
    },
}


def main() -> None:
    records, clusters, *recipe = sys.argv[1:]
    began = perf_counter()
    table = pq.read_table(records)
    config = gm.GoldenMatchConfig(**_RECIPE) if recipe else None
    found = gm.dedupe_df(table.drop_columns(list(_NOT_COMPARED)), config=config).clusters
    cluster_of = {row: number for number, cluster in found.items() for row in cluster["members"]}
    rows = sorted(cluster_of)
    columns = {name: table[name].take(pa.array(rows)) for name in ("source", "key")}
    pq.write_table(pa.table({**columns, "cluster": [cluster_of[row] for row in rows]}), clusters)
    print(perf_counter() - began)


if __name__ == "__main__":
    main()
