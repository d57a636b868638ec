"""``python -m scripts.bench_sources.reading HOW FILE SMALL FOLDER``: read a file once, in a process of its own.

Prints seconds and memory as JSON. ``leleka`` is what a refresh does: it hashes the file, detects encoding, delimiter
and types, checks each cell and the key, and publishes a snapshot. ``duckdb`` and ``calamine`` are what it is compared
with: do not make them do less.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from leleka.conf.settings import Settings
from leleka.core.sources import SourceSpec
from leleka.warehouse.engines.duckdb import open_session
from leleka.warehouse.lake import Lake
from leleka.warehouse.readers import load

_THREADS: Final = 2
# The casts are those that the reader chooses for these columns; the Parquet is the kind that the lake has.
_CAST: Final = """
    COPY (
        SELECT id::BIGINT AS id, email, first_name, last_name, phone, city, tier, post_code,
            birthday::DATE AS birthday, updated_at::TIMESTAMPTZ::TIMESTAMP AS updated_at,
            amount::DOUBLE AS amount, newsletter::BOOLEAN AS newsletter
        FROM read_csv('{file}', all_varchar = true, header = true, delim = ',')
    ) TO '{target}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_sources.reading", description=__doc__)
    parser.add_argument("how", choices=sorted(_WAYS))
    parser.add_argument("file", type=Path)
    parser.add_argument("small", type=Path, help="a file of the same kind with few rows")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    way = _WAYS[given.how]
    way(given.small, given.folder)()  # what a process loads once is not counted
    read = way(given.file, given.folder)
    begun, cpu = time.perf_counter(), time.process_time()
    rows = read()
    wall, spent = time.perf_counter() - begun, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    json.dump({"rows": rows, "wall": wall, "cpu": spent, "peak": peak}, sys.stdout)


def _leleka(file: Path, folder: Path) -> Callable[[], int]:
    memory = str(Settings.model_fields["memory_limit"].default)
    spec = SourceSpec("customers", (str(file),), primary_key="id")

    def read() -> int:
        with open_session(folder / "spill", memory_limit=memory, threads=_THREADS) as session:
            return load(session, Lake(folder / "lake"), spec, [file.parent]).rows

    return read


def _duckdb(file: Path, folder: Path) -> Callable[[], int]:
    import duckdb  # noqa: PLC0415 - not beside what it is compared with

    def read() -> int:
        with duckdb.connect(config={"threads": _THREADS}) as session:
            session.execute("SET TimeZone = 'UTC'")
            found = session.execute(_CAST.format(file=file, target=folder / "duckdb.parquet")).fetchone()
            return int(found[0]) if found else 0

    return read


def _calamine(file: Path, _folder: Path) -> Callable[[], int]:
    import python_calamine  # noqa: PLC0415 - not beside what it is compared with

    def read() -> int:
        return len(python_calamine.load_workbook(file).get_sheet_by_index(0).to_python()) - 1

    return read


_WAYS: Final = {"leleka": _leleka, "duckdb": _duckdb, "calamine": _calamine}

if __name__ == "__main__":
    main()
