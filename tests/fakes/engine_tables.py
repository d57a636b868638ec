"""Rows laid down as Parquet by whichever engine is asked: through text, so that none needs values of its own."""

import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.tables import column, json_lines

TYPES: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMP",
    ColumnType.BOOLEAN: "BOOLEAN",
}


def write_rows(
    engine: Engine, columns: Mapping[str, ColumnType], rows: Iterable[Mapping[str, Any]], path: str
) -> int:
    """Write rows to a Parquet file; a column that a row does not name has no value in it."""
    with tempfile.TemporaryDirectory(dir=engine.spill) as folder:
        staging = Path(folder) / "rows"
        with staging.open("wb") as out:
            for row in rows:
                out.write(orjson.dumps({name: _text(row.get(name)) for name in columns}) + b"\n")
        texts = json_lines(str(staging), dict.fromkeys(columns, "VARCHAR"))
        typed = [
            exp.alias_(exp.cast(column(name), TYPES[kind]), name, quoted=True)
            for name, kind in columns.items()
        ]
        return engine.write(exp.select(*typed).from_(texts), path)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)
