"""``python -m scripts.bench_delivery.segment_floor FOLDER``: who spent the most, asked of DuckDB directly."""

import argparse
import json
from pathlib import Path
from time import perf_counter
from typing import Final

import duckdb

_QUESTION: Final = """
    SELECT id FROM read_parquet($1)
    WHERE id IN (SELECT customer_id FROM read_parquet($2) GROUP BY customer_id HAVING sum(amount) >= $3)
    ORDER BY id
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.bench_delivery.segment_floor", description=__doc__
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--least", type=int, required=True)
    given = parser.parse_args()
    members = str(given.folder / "members.parquet")
    values = [str(given.folder / "customers.parquet"), str(given.folder / "orders.parquet"), given.least]
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as session:
        began = perf_counter()
        session.sql(_QUESTION, params=values).write_parquet(members)
        seconds = perf_counter() - began
        found = session.read_parquet(members).count("*").fetchall()
    print(json.dumps({"seconds": round(seconds, 3), "members": found[0][0]}))


if __name__ == "__main__":
    main()
