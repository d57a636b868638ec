"""What the types of MySQL are in ours, and how its values become what a snapshot holds."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from leleka.connectors import fetched_rows
from leleka.connectors.adbc import driver, refuse_twice
from leleka.core.columns import ColumnType
from leleka.core.ports.connector import RemoteColumn

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK: Final = 500  # rows: each may hold a long text
_BINARY: Final = 63  # the character set of bytes


def columns(database: Any, statement: str) -> Sequence[RemoteColumn]:
    """Return the columns of a statement. Raises ``InvalidInput`` SOURCE_COLUMN_TWICE."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({statement}) AS found LIMIT 0")  # noqa: S608 - names are quoted
        fields = cursor._result.fields  # noqa: SLF001 - flags and character set are told nowhere else
    refuse_twice([one.name for one in fields])
    return [_column(one) for one in fields]


def _column(field: Any) -> RemoteColumn:
    types = driver("pymysql.constants.FIELD_TYPE")
    said = next((one for one in dir(types) if one.isupper() and getattr(types, one) == field.type_code), "?")
    return RemoteColumn(field.name, said.lower(), _type(field, types))


def _type(field: Any, types: Any) -> ColumnType | None:
    """Return our type of a column; None for bytes, bits and shapes."""
    code = field.type_code
    is_decimal = code in {types.DECIMAL, types.NEWDECIMAL}
    texts = {types.STRING, types.VAR_STRING, types.VARCHAR}
    blobs = {types.BLOB, types.TINY_BLOB, types.MEDIUM_BLOB, types.LONG_BLOB}
    if code in {types.BIT, types.GEOMETRY} or (field.charsetnr == _BINARY and code in texts | blobs):
        return None
    known = (
        (ColumnType.NUMBER, code in {types.FLOAT, types.DOUBLE} or (is_decimal and field.scale)),
        (ColumnType.INTEGER, is_decimal or code in {types.TINY, types.SHORT, types.LONG, types.INT24}),
        (ColumnType.INTEGER, code in {types.LONGLONG, types.YEAR}),
        (ColumnType.DATE, code in {types.DATE, types.NEWDATE}),
        (ColumnType.DATETIME, code in {types.DATETIME, types.TIMESTAMP}),
    )
    return next((ours for ours, fits in known if fits), ColumnType.TEXT)


def conversions() -> dict[Any, Any]:
    """Return how the library is to hand over values: decimals and times as text, moments as such or not at all."""
    types, converters = driver("pymysql.constants.FIELD_TYPE"), driver("pymysql.converters")
    moments = {
        types.DATE: _or_none(converters.convert_date, date),
        types.DATETIME: _or_none(converters.convert_datetime, datetime),
        types.TIMESTAMP: _or_none(converters.convert_datetime, datetime),
    }
    as_text = dict.fromkeys((types.TIME, types.DECIMAL, types.NEWDECIMAL), str)
    return {**converters.conversions, **as_text, **moments}


def _or_none(convert: Callable[[Any], Any], kind: type) -> Callable[[Any], Any]:
    """The library hands a date of zeros over as the text that it is."""

    def converted(value: Any) -> Any:
        found = convert(value)
        return found if isinstance(found, kind) else None

    return converted


def reader(database: Any, statement: str, columns: Sequence[RemoteColumn]) -> "pa.RecordBatchReader":
    """Return the rows of a statement, streamed."""
    cursor = database.cursor(driver("pymysql.cursors").SSCursor)
    cursor.execute(statement)
    types = [one.type or ColumnType.TEXT for one in columns]
    fit = [_FIT.get((one.far_type, kind)) for one, kind in zip(columns, types, strict=True)]

    def chunks() -> Iterator[Sequence[Any]]:
        while rows := cursor.fetchmany(_CHUNK):
            yield [tuple(map(_fitted, row, fit)) for row in rows]

    return fetched_rows.reader([one.name for one in columns], types, chunks())


def _fitted(value: Any, made: Callable[[Any], Any] | None) -> Any:
    return value if made is None or value is None else made(value)


_FIT: Final[dict[tuple[str, ColumnType], Callable[[Any], Any]]] = {
    (said, kind): made
    for said in ("decimal", "newdecimal", "longlong")
    for kind, made in ((ColumnType.NUMBER, float), (ColumnType.INTEGER, int))
}
