"""Who unsubscribed from a list or bounced, as a run read it: snapshots of some pages each."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import orjson
from sqlglot import exp

from leleka.core.ports.destination import Suppressed, SuppressionReason
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake
from leleka.warehouse.sql.tables import column, json_lines, parquet

_COLUMNS: Final = {"id": "BIGINT", "address": "VARCHAR", "reason": "VARCHAR"}


def write(session: Engine, lake: Lake, *, name: str, people: Iterable[Suppressed]) -> str:
    """Publish some pages; return the pointer."""
    with tempfile.TemporaryDirectory(dir=session.spill) as folder, lake.write("suppressed", name) as aside:
        staging = Path(folder) / "people"
        with staging.open("wb") as out:
            for one in people:
                out.write(orjson.dumps({"id": one.id, "address": one.address, "reason": one.reason}) + b"\n")
        query = exp.select("*").from_(json_lines(str(staging), _COLUMNS))
        session.write(query, aside.file("people"))
    return aside.reference


def read(session: Engine, lake: Lake, parts: Sequence[str]) -> Iterator[Suppressed]:
    """Return everybody in these snapshots, one snapshot after the other."""
    for part in parts:
        query = exp.select(*(column(name) for name in _COLUMNS)).from_(parquet(lake.open(part).files))
        for chunk in session.chunks(query):
            for number, address, reason in chunk:
                yield Suppressed(address, SuppressionReason(reason), number)
