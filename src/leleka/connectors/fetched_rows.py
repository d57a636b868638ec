"""Rows that a driver hands over as tuples become Arrow batches of known types."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from leleka.core.columns import ColumnType
from leleka.errors import InvalidInput

if TYPE_CHECKING:
    import pyarrow as pa


def reader(
    names: Sequence[str], types: Sequence[ColumnType], chunks: Iterator[Sequence[Any]]
) -> "pa.RecordBatchReader":
    """Return a reader of chunks of rows, each value of which fits the type of its column or is None."""
    import pyarrow as pa  # noqa: PLC0415 - a third of a second, for those who read

    arrow = {
        ColumnType.TEXT: pa.string(),
        ColumnType.INTEGER: pa.int64(),
        ColumnType.NUMBER: pa.float64(),
        ColumnType.DATE: pa.date32(),
        ColumnType.DATETIME: pa.timestamp("us"),
        ColumnType.BOOLEAN: pa.bool_(),
    }
    schema = pa.schema([pa.field(name, arrow[kind]) for name, kind in zip(names, types, strict=True)])

    def batches() -> "Iterator[pa.RecordBatch]":
        for rows in chunks:
            columns = zip(*rows, strict=True)
            arrays = [
                _array(cells, field, kind) for cells, field, kind in zip(columns, schema, types, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _array(cells: Sequence[Any], field: "pa.Field", kind: ColumnType) -> "pa.Array":
    import pyarrow as pa  # noqa: PLC0415

    try:
        return pa.array(cells, field.type)
    except (OverflowError, pa.ArrowInvalid):  # its text may hold the value
        raise InvalidInput("SOURCE_COLUMN_TYPE", columns=[f"{field.name} ({kind.value})"]) from None
