"""What the types of Arrow are in ours, and how what comes from a driver becomes what a snapshot holds.

A snapshot has six types, no empty text, no infinite number and no minus zero. Batches that were brought to that need no
second reading; a date that nobody can write is left to the readers, who say which row has it.
"""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

from leleka.core.columns import ColumnType
from leleka.core.ports.connector import RemoteColumn
from leleka.errors import InvalidInput

if TYPE_CHECKING:
    import pyarrow as pa

_NUMERIC: Final = "numeric"  # how drivers call a decimal whose places vary, and that they give as text
_FIRST, _LAST = date(1, 1, 1), date(9999, 12, 31)


def columns(schema: "pa.Schema") -> tuple[RemoteColumn, ...]:
    """Return the columns of a schema, with the type that each has in a snapshot."""
    return tuple(RemoteColumn(field.name, said(field), type_of(field.type)) for field in schema)


def said(field: "pa.Field") -> str:
    """Return how the far side calls a column's type; Arrow's word where it does not say."""
    told = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
    return next((value for key, value in told.items() if key.endswith(":type")), str(field.type))


def type_of(kind: "pa.DataType") -> ColumnType | None:
    """Return our type for one of Arrow's; None for lists, records and bytes."""
    import pyarrow as pa  # noqa: PLC0415 - a third of a second, for those who read

    is_ = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return ColumnType.NUMBER if getattr(kind, "type_name", "") == _NUMERIC else _of_storage(kind)
    if is_.is_dictionary(kind):
        return type_of(kind.value_type)
    if is_.is_decimal(kind):
        return ColumnType.INTEGER if kind.scale <= 0 else ColumnType.NUMBER
    known = (
        (ColumnType.BOOLEAN, is_.is_boolean),
        (ColumnType.INTEGER, is_.is_integer),
        (ColumnType.NUMBER, is_.is_floating),
        (ColumnType.DATE, is_.is_date),
        (ColumnType.DATETIME, is_.is_timestamp),
        (ColumnType.TEXT, is_.is_string),
        (ColumnType.TEXT, is_.is_large_string),
        (ColumnType.TEXT, is_.is_string_view),
        (ColumnType.TEXT, is_.is_time),
        (ColumnType.TEXT, is_.is_null),
    )
    return next((ours for ours, fits in known if fits(kind)), None)


class Shape:
    """What the batches of one stream become. ``is_clean`` is False once a value came that no snapshot may hold."""

    def __init__(self, schema: "pa.Schema") -> None:
        self._types = [type_of(field.type) for field in schema]
        self._names = schema.names
        self.is_clean = True

    @cached_property
    def schema(self) -> "pa.Schema":
        """The schema of a snapshot."""
        import pyarrow as pa  # noqa: PLC0415

        ours = {
            ColumnType.TEXT: pa.string(),
            ColumnType.INTEGER: pa.int64(),
            ColumnType.NUMBER: pa.float64(),
            ColumnType.DATE: pa.date32(),
            ColumnType.DATETIME: pa.timestamp("us"),
            ColumnType.BOOLEAN: pa.bool_(),
        }
        known = zip(self._names, self._types, strict=True)
        return pa.schema([pa.field(name, ours[kind]) for name, kind in known if kind is not None])

    def take(self, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        """Return a batch as a snapshot has it."""
        import pyarrow as pa  # noqa: PLC0415

        made = []
        for column, field, kind in zip(batch.columns, self.schema, self._types, strict=True):
            storage = column.storage if isinstance(column, pa.ExtensionArray) else column
            made.append(self._tidy(_cast(storage, field), kind))
        return pa.RecordBatch.from_arrays(made, schema=self.schema)

    def _tidy(self, cells: "pa.Array", kind: ColumnType | None) -> "pa.Array":
        import pyarrow.compute as pc  # noqa: PLC0415

        if kind is ColumnType.TEXT:
            empty = pc.equal(pc.binary_length(cells), 0)
            return pc.if_else(empty, None, cells) if pc.any(empty).as_py() else cells
        if kind is ColumnType.NUMBER:
            without_minus = pc.add(cells, 0.0)
            finite = pc.is_finite(cells)
            return (
                without_minus
                if pc.all(finite).as_py() is not False
                else pc.if_else(finite, without_minus, None)
            )
        if kind in {ColumnType.DATE, ColumnType.DATETIME}:
            self._look_at_years(cells)
        return cells

    def _look_at_years(self, cells: "pa.Array") -> None:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.compute as pc  # noqa: PLC0415

        days = cells.cast(pa.date32(), safe=False)
        least, most = pa.scalar(_FIRST, pa.date32()), pa.scalar(_LAST, pa.date32())
        within = pc.and_(pc.greater_equal(days, least), pc.less_equal(days, most))
        if pc.all(within).as_py() is False:
            self.is_clean = False


def _cast(cells: "pa.Array", field: "pa.Field") -> "pa.Array":
    """Raises ``InvalidInput`` where a value does not fit: a whole number is never rounded. Only parts of a microsecond
    are cut off.
    """
    import pyarrow as pa  # noqa: PLC0415

    if cells.type.equals(field.type):
        return cells
    try:
        return cells.cast(
            field.type, safe=not cells.type.equals(pa.timestamp("ns", getattr(cells.type, "tz", None)))
        )
    except pa.ArrowInvalid:  # its text holds the value
        raise InvalidInput("SOURCE_COLUMN_TYPE", columns=[f"{field.name} ({cells.type})"]) from None


def _of_storage(kind: "pa.BaseExtensionType") -> ColumnType | None:
    """JSON is text; what is stored as bytes, such as a UUID, has to be cast by the kind of source."""
    return ColumnType.TEXT if type_of(kind.storage_type) is ColumnType.TEXT else None
