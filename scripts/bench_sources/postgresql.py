"""How a table of PostgreSQL becomes a snapshot: ``python -m scripts.bench_sources.postgresql [ROWS ...]``.

A real server on loopback; in the same run COPY ... TO is piped into a file, the yardstick. The load runs in a process
of its own, whose memory is judged. The time is judged for the first number of rows, the memory for each. Exit code 1
beyond a bound.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

import psycopg
from tests.source_databases import PASSWORD, SourceDatabase, source_database

MOST_TIMES: Final = 1.5  # of what COPY takes
MOST_MEMORY: Final = 400  # MiB
ROUNDS: Final = 3
_ROWS: Final = 1_000_000
_TABLE: Final = """CREATE TABLE orders AS SELECT i AS id, 'Name ' || i AS name, 'user' || i || '@example.org' AS email,
(i::bigint * 7919) % 100 AS age, (i % 1000)::float8 / 3 AS score, ((i % 100000) / 7.0)::numeric(10, 2) AS amount,
date '2020-01-01' + (i % 2000) AS born, timestamptz '2024-01-01' + (i || ' seconds')::interval AS at, i % 2 = 0 AS flag,
'City ' || (i % 500) AS city, md5(i::text) AS token, i::bigint * 1000003 AS big FROM generate_series(1, {rows}) AS i"""


def main() -> int:
    """Measure and judge."""
    sizes = [int(given) for given in sys.argv[1:]] or [_ROWS]
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="leleka-run-"))
    with source_database() as server:
        judged = [_is_within(server, rows, is_timed=rows == sizes[0]) for rows in sizes]
    return int(not all(judged))


def _is_within(server: SourceDatabase, rows: int, *, is_timed: bool) -> bool:
    server.run("DROP TABLE IF EXISTS orders", _TABLE.format(rows=rows), "VACUUM ANALYZE orders")
    rounds = [(_copy(server), *_load(server)) for _round in range(ROUNDS)]
    copied, loaded, memory = (
        min(one[0] for one in rounds),
        min(one[1] for one in rounds),
        max(one[2] for one in rounds),
    )
    bound = f", {MOST_TIMES} at most" if is_timed else ""
    print(
        f"PostgreSQL, {rows:,} rows x 12 columns: COPY into a file {copied:.2f} s, into a snapshot {loaded:.2f} s "
        f"({loaded / copied:.2f} times{bound}), {memory} MiB ({MOST_MEMORY} at most)",
        flush=True,
    )
    return memory <= MOST_MEMORY and (not is_timed or loaded <= copied * MOST_TIMES)


def _copy(server: SourceDatabase) -> float:
    began = perf_counter()
    with (
        tempfile.NamedTemporaryFile() as file,
        psycopg.connect(server.url) as connection,
        connection.cursor().copy("COPY orders TO STDOUT") as copy,
    ):
        for block in copy:
            file.write(block)
    return perf_counter() - began


def _load(server: SourceDatabase) -> tuple[float, int]:
    told = json.dumps({"settings": server.settings, "password": PASSWORD, "port": server.port})
    command = [sys.executable, "-m", __spec__.name, "--load"]
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=True)
    seconds, memory = json.loads(done.stdout)
    return float(seconds), int(memory)


def load() -> Sequence[float]:
    """Load the table as standard input says; return seconds and MiB."""
    from leleka.connectors.registry import spec_of  # noqa: PLC0415 - in the process that is measured alone
    from leleka.core.configuration import Network  # noqa: PLC0415
    from leleka.core.ports.connector import Bounds, Wanted  # noqa: PLC0415
    from leleka.core.secret import Secret  # noqa: PLC0415
    from leleka.core.sources import SourceSpec  # noqa: PLC0415
    from leleka.warehouse import readers  # noqa: PLC0415
    from leleka.warehouse.engines.duckdb import open_session  # noqa: PLC0415
    from leleka.warehouse.lake import Lake  # noqa: PLC0415

    told = json.loads(sys.stdin.read())
    spec = spec_of("postgresql")
    network = Network(source_hosts=frozenset({f"127.0.0.1:{told['port']}"}))
    connector = spec.open(
        spec.settings(**told["settings"], password=Secret(told["password"])), Bounds(network)
    )
    with (
        tempfile.TemporaryDirectory() as home,
        open_session(Path(home) / "spill", memory_limit="192MB") as session,
    ):
        aside = Path(home) / "aside"
        aside.mkdir()
        began = perf_counter()
        copied = connector.copy(Wanted(table="orders"), aside, lambda **_done: None)
        source = SourceSpec("orders", (), primary_key="id")
        readers.adopt(session, Lake(Path(home) / "lake"), source, copied.files[0], copied.rows or 0)
        return perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    if "--load" in sys.argv:
        print(json.dumps(load()))
    else:
        sys.exit(main())
