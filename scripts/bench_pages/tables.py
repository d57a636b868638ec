"""The Parquet files of the benchmark: customers for the product's reader, and the outcomes of the rows of
runs.
"""

from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Final

import duckdb
from sqlglot import exp

from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions
from leleka.warehouse import outcomes
from leleka.warehouse.sql.tables import parquet

TIERS: Final = ("none", "bronze", "silver", "gold")
CITIES: Final = 50
_CUSTOMERS: Final = """
    SELECT n AS id,
           'person' || n || '@example.com' AS email,
           'Ім''я ' || (n % 5000) AS first_name,
           'Прізвище ' || (n % 70001) AS last_name,
           '+38067' || lpad((n % 10000000)::VARCHAR, 7, '0') AS phone,
           'City ' || (hash(n) % 50) AS city,
           ['none', 'bronze', 'silver', 'gold'][(hash(n + 7) % 4 + 1)::INTEGER] AS tier,
           (hash(n + 1) % 1000000) / 100.0 AS spent,
           (hash(n + 2) % 40)::BIGINT AS orders,
           DATE '2020-01-01' + (hash(n + 3) % 2000)::INTEGER AS signed_up,
           TIMESTAMP '2026-01-01' + to_seconds((hash(n + 4) % 20000000)::BIGINT) AS updated_at
    FROM range(1, $1 + 1) AS one(n)
"""
_ORDERS: Final = """
    SELECT n AS id,
           (hash(n + 5) % ($1::UBIGINT // 5) + 1)::BIGINT AS customer,
           (hash(n + 6) % 200000) / 100.0 AS amount,
           DATE '2024-01-01' + (hash(n + 8) % 1000)::INTEGER AS ordered
    FROM range(1, $1 + 1) AS one(n)
"""
_OUTCOMES: Final = """
    SELECT n::VARCHAR AS profile_id,
           'person' || n || '@example.com' AS address,
           CASE WHEN n % 50 IN (0, 1) THEN NULL ELSE 'added' END AS kind,
           md5(n::VARCHAR) AS fingerprint,
           CASE n % 50 WHEN 0 THEN 'excluded' WHEN 1 THEN 'unchanged' WHEN 2 THEN 'rejected'
                       WHEN 3 THEN 'unconfirmed' ELSE 'delivered' END AS ended,
           CASE n % 50 WHEN 0 THEN ['EMAIL_INVALID', 'UNSUBSCRIBED', 'BOUNCED'][(n // 50 % 3 + 1)::INTEGER]
                       WHEN 2 THEN 'REFUSED_BY_ACTIVECAMPAIGN' WHEN 3 THEN 'NO_ANSWER' ELSE '' END AS code,
           CASE n % 50 WHEN 2 THEN 'Email address person' || n || '@example.com is invalid' ELSE '' END AS detail,
           NULL::VARCHAR[] AS warnings,
           FALSE AS doubted
    FROM range(1, $1 + 1) AS one(n)
"""
KINDS: Final = {
    "excluded": 0,
    "unchanged": 1,
    "rejected": 2,
    "unconfirmed": 3,
}  # by the number of the row modulo 50


def customers(path: Path, number: int) -> None:
    """Write the file for the product's own reader."""
    with duckdb.connect() as session:
        session.sql(_CUSTOMERS, params=[number]).write_parquet(str(path), compression="zstd")


def orders(path: Path, number: int) -> None:
    """Write a file of related rows: five of each customer."""
    with duckdb.connect() as session:
        session.sql(_ORDERS, params=[number]).write_parquet(str(path), compression="zstd")


def seconds_of(files: Mapping[str, Path], sql: str) -> tuple[int, float]:
    """Return what DuckDB by itself counts over these tables, and how long it takes."""
    with duckdb.connect() as session:
        for name, path in files.items():
            session.read_parquet(str(path)).create_view(name)
        began = perf_counter()
        found = session.execute(sql).fetchone()
        took = perf_counter() - began
    return int(found[0]) if found else 0, took


def outcomes_of(rows: int) -> str:
    """Write the outcomes of so many rows, as the end of a run does; return the reference of the snapshot."""
    path = installation_configuration.configuration().data_dir / "bench-outcomes.parquet"
    with duckdb.connect() as session:
        session.sql(_OUTCOMES, params=[rows]).write_parquet(str(path), compression="zstd")
    with lake_sessions.session() as session:
        written = outcomes.write(
            session, lake_sessions.lake(), "bench", exp.select("*").from_(parquet(str(path)))
        )
    path.unlink()
    return written.reference
