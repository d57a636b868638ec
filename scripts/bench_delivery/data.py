"""``python -m scripts.bench_delivery.data FOLDER``: customers, and orders of theirs, as Parquet files.

A process of its own, so that the one that measures others stays small.
"""

import argparse
from pathlib import Path
from typing import Final

import duckdb

ORDERS_EACH: Final = 5
CHANGED: Final = 100  # one customer in so many
_CUSTOMERS: Final = """
    SELECT n AS id,
           'person' || n || '@example.com' AS email,
           'Ім''я ' || (n % 5000) AS first_name,
           'Прізвище ' || (n % 70001) AS last_name,
           '+38067' || lpad((n % 10000000)::VARCHAR, 7, '0') AS phone,
           'City ' || (hash(n) % 50) || CASE n % $2 WHEN 0 THEN '/' || $3 ELSE '' END || '/' || $4 AS city,
           ['none', 'bronze', 'silver', 'gold'][(hash(n + 7) % 4 + 1)::INTEGER] AS tier,
           TIMESTAMP '2026-01-01' + to_seconds((hash(n + 4) % 20000000)::BIGINT) AS updated_at
    FROM range(1, $1 + 1) AS one(n)
"""
_ORDERS: Final = """
    SELECT n AS id,
           (hash(n) % $1 + 1)::BIGINT AS customer_id,
           (hash(n + 1) % 20000)::BIGINT AS amount,
           DATE '2025-01-01' + (hash(n + 2) % 700)::INTEGER AS placed
    FROM range(1, $1 * $2 + 1) AS one(n)
"""


def write(path: Path, query: str, values: list[int]) -> None:
    """Write a file aside and move it: what reads it sees one version or the other."""
    aside = path.with_suffix(".aside")
    with duckdb.connect() as session:
        session.sql(query, params=values).write_parquet(str(aside), compression="zstd")
    aside.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_delivery.data", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--profiles", type=int, required=True)
    parser.add_argument("--some", type=int, default=0, help=f"the version of one customer in {CHANGED}")
    parser.add_argument("--every", type=int, default=0, help="the version of all customers")
    parser.add_argument("--orders", action="store_true", help=f"{ORDERS_EACH} orders a customer as well")
    given = parser.parse_args()
    write(given.folder / "customers.parquet", _CUSTOMERS, [given.profiles, CHANGED, given.some, given.every])
    if given.orders:
        write(given.folder / "orders.parquet", _ORDERS, [given.profiles, ORDERS_EACH])


if __name__ == "__main__":
    main()
