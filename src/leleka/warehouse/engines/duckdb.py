"""DuckDB behind the port: one connection with bounded memory. Nothing outside this file knows its dialect."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final, TypeVar

import duckdb
from sqlglot import ErrorLevel, exp

from leleka.core.columns import ColumnType
from leleka.warehouse.engines import port

_Answer = TypeVar("_Answer")
_TOLD_TO_STOP: Final = "Query interrupted"
_REFUSED: Final = "Allocation failure"
_AGAIN: Final = 0.5  # seconds after which a session is told once more that its time is over
# A contact may be as large as a request, and JSON in JSON at most doubles it.
_LONGEST_LINE: Final = 4_000_000
# Small enough that reading one batch of a plan decodes little else.
_ROW_GROUP: Final = 20_480
_CSV_BUFFER: Final = 16_000_000  # of each thread; twice the longest row
_DECIMAL: Final = exp.DataType.build("DECIMAL(38, 6)")
_HALF_A_UNIT: Final = exp.Literal.string("0.0000005")  # of the last decimal
_TOO_LARGE: Final = exp.Literal.string("1e32")  # for the digits before the decimal point
_TYPES: Final = {
    **dict.fromkeys(("VARCHAR", "ENUM", "UUID", "TIME"), ColumnType.TEXT),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), ColumnType.INTEGER),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"), ColumnType.INTEGER),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), ColumnType.NUMBER),
    "DATE": ColumnType.DATE,
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), ColumnType.DATETIME),
    "TIMESTAMP WITH TIME ZONE": ColumnType.DATETIME,
    "BOOLEAN": ColumnType.BOOLEAN,
}


def product() -> str:
    """Return the name and version of the engine, for people."""
    return f"DuckDB {version('duckdb')}"


class DuckDBSession:
    """Runs expressions. Each process opens its own, in memory: no DuckDB file is shared.

    Every thread holds buffers that cannot spill: a statement for which there was too little memory is run again by one.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, spill: Path, threads: int) -> None:
        self._connection = connection
        self._threads = threads
        self.spill = spill

    def rows(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        return self._asked(query, lambda cursor: cursor.fetchall())

    def row(self, query: exp.Expr) -> tuple[Any, ...]:
        found = self._asked(query, lambda cursor: cursor.fetchone())
        if found is None:
            raise LookupError("the query gave no row")
        return found

    def chunks(self, query: exp.Expr, size: int = port.CHUNK) -> Iterator[Sequence[tuple[Any, ...]]]:
        cursor, chunk = self._asked(query, lambda cursor: (cursor, cursor.fetchmany(size)))
        while chunk:
            yield chunk
            with _translated():
                chunk = cursor.fetchmany(size)

    def create_table(self, name: str, query: exp.Expr) -> None:
        temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
        table = exp.to_table(name)
        self._run(exp.Create(this=table, kind="TABLE", replace=True, expression=query, properties=temporary))

    def insert(self, name: str, query: exp.Expr) -> None:
        self._run(exp.Insert(this=exp.to_table(name), expression=query))

    def drop_table(self, name: str) -> None:
        self._run(exp.Drop(tables=[exp.to_table(name)], kind="TABLE", exists=True))

    def write(self, query: exp.Expr, path: str) -> int:
        options = {
            "FORMAT": exp.var("PARQUET"),
            "COMPRESSION": exp.var("ZSTD"),
            "COMPRESSION_LEVEL": exp.Literal.number(1),  # faster, and not larger in row groups of this size
            "ROW_GROUP_SIZE": exp.Literal.number(_ROW_GROUP),
        }
        params = [exp.CopyParameter(this=exp.var(name), expression=value) for name, value in options.items()]
        files = [exp.Literal.string(path)]
        copy = exp.Copy(this=exp.Subquery(this=query), kind=False, files=files, params=params)
        (written,) = self.row(copy)
        return int(written)

    def parquet_columns(self, path: str) -> Sequence[port.StoredColumn]:
        nodes = _called("parquet_schema", exp.Literal.string(path))
        schema = self.rows(exp.select("name", "num_children").from_(exp.Table(this=nodes)))
        everything = exp.select("*").from_(exp.Table(this=port.parquet_files(path)))
        kinds = [row[1] for row in self.rows(exp.Describe(this=everything))]
        names = list(_top_level(schema))
        return [port.StoredColumn(name, kind, _type(kind)) for name, kind in zip(names, kinds, strict=True)]

    def _run(self, statement: exp.Expr) -> None:
        self._asked(statement, lambda _: None)

    def _asked(self, statement: exp.Expr, read: Callable[[duckdb.DuckDBPyConnection], _Answer]) -> _Answer:
        """Return what is read of a statement's answer."""
        sql = _sql(statement)
        try:
            with _translated():
                return read(self._connection.execute(sql))
        except port.OutOfMemory:
            if self._threads == 1:
                raise
        with _translated():
            self._connection.execute("SET threads = 1")
            try:
                return read(self._connection.execute(sql))
            finally:
                self._connection.execute(f"SET threads = {self._threads}")


@contextmanager
def open_session(
    spill: Path, *, memory_limit: str = "1GB", threads: int = 2, seconds: float | None = None
) -> Iterator[DuckDBSession]:
    """Open a session that spills to ``spill`` above ``memory_limit``, and close it."""
    spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _translated():
        connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "temp_directory": str(spill),
                "preserve_insertion_order": True,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
            },
        )
    try:
        with _translated():  # the first statement may be the one for which there is no memory
            connection.execute("SET TimeZone = 'UTC'")
        with _stopped_after(connection, seconds):
            yield DuckDBSession(connection, spill, threads)
    finally:
        connection.close()


@contextmanager
def _stopped_after(connection: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
    """Stop whatever query is under way when the time is over, if there is one."""
    if seconds is None:
        yield
        return
    ended = Event()
    watch = Thread(target=_stop, args=(connection, ended, seconds), name="time limit", daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()  # a connection that is closed must not be told anything


def _stop(connection: duckdb.DuckDBPyConnection, ended: Event, seconds: float) -> None:
    """Tell it again until it has ended: between two queries nobody hears it."""
    while not ended.wait(seconds):
        connection.interrupt()
        seconds = _AGAIN


@contextmanager
def _translated() -> Iterator[None]:
    """Turn DuckDB's errors into the port's, let a Ctrl-C be one, and a machine's refusal Python's own error.

    DuckDB hears that in the middle of a query, and makes a RuntimeError of it.
    """
    try:
        yield
    except RuntimeError as error:
        if str(error) == _TOLD_TO_STOP:
            raise KeyboardInterrupt from error
        raise
    except duckdb.OutOfMemoryException as error:
        if _REFUSED in str(error):  # by the operating system: no limit of ours would help
            raise MemoryError(_REFUSED) from error
        raise port.OutOfMemory(str(error)) from error
    except duckdb.InterruptException as error:
        raise port.TooSlow(str(error)) from error
    except duckdb.IOException as error:
        raise port.StorageError(str(error)) from error
    except duckdb.Error as error:
        raise port.EngineError(str(error)) from error


def _type(kind: str) -> ColumnType | None:
    if kind.startswith("DECIMAL") and kind.endswith(",0)"):
        return ColumnType.INTEGER  # identifiers of some databases; a float would change the long ones
    return None if kind.endswith("]") else _TYPES.get(kind.partition("(")[0])


def _top_level(nodes: Sequence[tuple[str, int | None]]) -> Iterator[str]:
    """Return the columns among the nodes, which stand depth first under one root."""
    waiting = 0
    for name, children in nodes[1:]:
        if waiting == 0:
            yield name
        else:
            waiting -= 1
        waiting += children or 0


def _called(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _read_json(path: exp.Expr, *columns: exp.ColumnDef) -> exp.Expr:
    options = {
        "columns": exp.Struct(expressions=[_member(one.this, one.args["kind"]) for one in columns]),
        "format": exp.Literal.string("newline_delimited"),
        "maximum_object_size": exp.Literal.number(_LONGEST_LINE),
    }
    return _called("read_json", path, *_named(options))


def _read_csv(path: exp.Expr, delimiter: exp.Expr, longest: exp.Expr, *names: exp.Expr) -> exp.Expr:
    text = exp.DataType.build("VARCHAR")
    options = {
        "auto_detect": exp.false(),
        "header": exp.true(),
        "strict_mode": exp.true(),
        "delim": delimiter,
        "quote": exp.Literal.string('"'),
        "escape": exp.Literal.string('"'),
        "nullstr": exp.Literal.string(""),
        "max_line_size": longest,
        "buffer_size": exp.Literal.number(_CSV_BUFFER),
        "columns": exp.Struct(expressions=[_member(name, text) for name in names]),
    }
    return _called("read_csv", path, *_named(options))


def _named(options: Mapping[str, exp.Expr]) -> Iterator[exp.Expr]:
    return (exp.EQ(this=exp.column(name), expression=value) for name, value in options.items())


def _member(name: exp.Expr, kind: exp.Expr) -> exp.Expr:
    return exp.PropertyEQ(this=name.copy(), expression=exp.Literal.string(_sql(kind)))


def _counted(value: exp.Expr) -> exp.Expr:
    # Without an order of its own a window takes the rows as they come, and need not hold them.
    frame = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    return exp.Window(this=exp.Count(this=value), spec=frame)


def _number_text(number: exp.Expr) -> exp.Expr:
    # By way of the shortest text that means this float: a direct cast multiplies first, and 999999999999999 became
    # 999999999999998.951424. Outside the decimal's range that text stands.
    shortest = exp.cast(number, exp.DataType.Type.TEXT)
    decimal = exp.cast(exp.TryCast(this=shortest, to=_DECIMAL.copy()), exp.DataType.Type.TEXT)
    stripped = exp.RegexpReplace(
        this=decimal, expression=exp.Literal.string(r"\.?0+$"), replacement=exp.Literal.string("")
    )
    told = exp.Coalesce(this=stripped, expressions=[shortest.copy()])
    # DuckDB 1.5 rounds 6e-08 up: it looks at the first digit, wherever that stands; and it takes some numbers that have
    # too many digits for the decimal.
    size = exp.Abs(this=number.copy())
    nearest = exp.LT(this=size, expression=exp.cast(_HALF_A_UNIT, "DOUBLE"))
    too_large = exp.GTE(this=size.copy(), expression=exp.cast(_TOO_LARGE, "DOUBLE"))
    return exp.case().when(nearest, exp.Literal.string("0")).when(too_large, shortest.copy()).else_(told)


_WRITERS: Final[port.Writers] = {
    port.Call.PARQUET_FILES: lambda path: _called("read_parquet", path),
    port.Call.JSON_LINES: _read_json,
    port.Call.CSV_CELLS: _read_csv,
    port.Call.ORDINAL: lambda: exp.column("rowid"),
    port.Call.COUNTED: _counted,
    port.Call.PREVIOUS: lambda value: exp.Window(this=exp.Lag(this=value)),
    port.Call.BYTES: lambda text: _called("strlen", text),
    port.Call.FULL_MATCH: lambda text, pattern: _called("regexp_full_match", text, pattern),
    port.Call.FINITE: lambda number: _called("isfinite", number),
    port.Call.NUMBER_TEXT: _number_text,
    port.Call.INSTANT_TEXT: lambda instant: _called(
        "strftime", instant, exp.Literal.string("%Y-%m-%dT%H:%M:%SZ")
    ),
    port.Call.REFUSED: lambda: _called("error", exp.Literal.string("A cell does not fit.")),
    port.Call.PARSED_TIME: lambda text, pattern: _called("try_strptime", text, pattern),
}


def _sql(expression: exp.Expr) -> str:
    written = port.written(expression, _WRITERS)
    return written.sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE, copy=False)
