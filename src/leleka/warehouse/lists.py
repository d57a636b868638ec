"""Lists of profiles in the warehouse: their entries as a snapshot, and which of them no profile has."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import orjson
from sqlglot import exp

from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.sql.tables import column, json_lines, parquet

KIND: Final = "lists"
ENTRY: Final = "entry"


def write(session: Engine, lake: Lake, name: str, entries: Iterable[str]) -> Snapshot:
    """Write the entries, each once, in their order as texts."""
    with tempfile.TemporaryDirectory(dir=session.spill) as folder:
        staged = Path(folder) / "entries"
        with staged.open("wb") as out:
            for entry in entries:
                out.write(orjson.dumps({ENTRY: entry}) + b"\n")
        read = exp.select(column(ENTRY)).from_(json_lines(str(staged), {ENTRY: "VARCHAR"}))
        with lake.write(KIND, name) as aside:
            session.write(read.distinct().order_by(column(ENTRY)), aside.file("entries"))
    return lake.open(aside.reference)


def unknown(
    session: Engine, entries: Snapshot, known: tuple[str, str], most: int
) -> tuple[int, tuple[str, ...]]:
    """Return how many entries are not in ``known``, a column of Parquet files, and the first of them."""
    files, name = known
    keys = exp.select(exp.cast(column(name), "VARCHAR")).from_(parquet(files))
    keys = keys.where(exp.not_(exp.Is(this=column(name), expression=exp.null())))
    among = exp.In(this=column(ENTRY), query=exp.Subquery(this=keys))
    missing = exp.select(column(ENTRY)).from_(parquet(entries.files)).where(exp.not_(among))
    (count,) = session.row(exp.select(exp.Count(this=exp.Star())).from_(missing.subquery("missing")))
    first = session.rows(missing.copy().order_by(column(ENTRY)).limit(most)) if count else []
    return int(count), tuple(entry for (entry,) in first)
