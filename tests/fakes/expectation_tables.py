"""A table with a column of each type, as a snapshot that the reader could have written."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from leleka.core.columns import Column, ColumnType, Table
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Snapshot
from tests.fakes.engine_tables import write_rows

TABLE = Table(
    "things",
    (
        Column("Id", ColumnType.INTEGER),
        Column("Name", ColumnType.TEXT),
        Column("Whole", ColumnType.INTEGER),
        Column('Price "net"', ColumnType.NUMBER),
        Column("Day", ColumnType.DATE),
        Column("Seen", ColumnType.DATETIME),
        Column("Active", ColumnType.BOOLEAN),
    ),
    "Id",
)


def write(engine: Engine, folder: Path, rows: Sequence[Mapping[str, Any]]) -> Snapshot:
    """Write rows in their order, each with its place as its key."""
    numbered = [{**row, "Id": place} for place, row in enumerate(rows, 1)]
    write_rows(engine, {one.name: one.type for one in TABLE.columns}, numbered, str(folder / "rows.parquet"))
    return Snapshot("sources/things/1", folder)
