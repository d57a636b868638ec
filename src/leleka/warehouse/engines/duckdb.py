"""DuckDB behind the port: one connection with bounded memory. Nothing but this and ``duckdb_dialect`` knows it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from string import ascii_letters
from threading import Event, Lock, Thread
from typing import Any, Final, TypeVar

import duckdb
from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.warehouse.engines import port
from leleka.warehouse.engines.duckdb_dialect import called, sql

_Answer = TypeVar("_Answer")
_TOLD_TO_STOP: Final = "Query interrupted"
_REFUSED: Final = "Allocation failure"
_KEPT: Final[dict[tuple[str, str, int], list[duckdb.DuckDBPyConnection]]] = {}  # by their limits
_LOCK: Final = Lock()
_RESTING: Final = (
    "8MB"  # the limit of a database that nobody asks: a lower one makes it give back what it holds
)
_AGAIN: Final = 0.5  # seconds after which a session is told once more that its time is over
# Small enough that reading one batch of a plan decodes little else.
_ROW_GROUP: Final = 20_480
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

    Every thread holds buffers that cannot spill: a statement for which there was too little memory is run again by one,
    with as much memory as there may be at most.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, spill: Path, threads: int, memory: tuple[str, str]
    ) -> None:
        self._connection = connection
        self._threads = threads
        self._memory_limit, self._at_most = memory
        self._has_made_room = False
        self.spill = spill

    @contextmanager
    def more_memory(self) -> Iterator[None]:
        """DuckDB gives 4 MiB to each column and thread before several of them write rows in their order.

        With less one thread writes, and what is read ahead piles up: more allowed is less used.
        """
        _limit(self._connection, _quarter_more(self._memory_limit), self._threads)
        try:
            yield
        finally:
            _limit(self._connection, self._memory_limit, self._threads)

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
        nodes = called("parquet_schema", exp.Literal.string(path))
        schema = self.rows(exp.select("name", "num_children").from_(exp.Table(this=nodes)))
        everything = exp.select("*").from_(exp.Table(this=port.parquet_files(path)))
        kinds = [row[1] for row in self.rows(exp.Describe(this=everything))]
        names = list(_top_level(schema))
        return [port.StoredColumn(name, kind, _type(kind)) for name, kind in zip(names, kinds, strict=True)]

    def _run(self, statement: exp.Expr) -> None:
        self._asked(statement, lambda _: None)

    def _asked(self, statement: exp.Expr, read: Callable[[duckdb.DuckDBPyConnection], _Answer]) -> _Answer:
        """Return what is read of a statement's answer."""
        asked = sql(statement)
        if self._has_made_room:  # not sooner: whoever reads in chunks is done with them only now
            _limit(self._connection, self._memory_limit, self._threads)
            self._has_made_room = False
        try:
            with _translated():
                return read(self._connection.execute(asked))
        except port.OutOfMemory:
            if self._threads == 1 and self._at_most == self._memory_limit:
                raise
        _limit(self._connection, self._at_most, 1)
        self._has_made_room = True
        with _translated():
            return read(self._connection.execute(asked))


@contextmanager
def open_session(
    spill: Path,
    *,
    memory_limit: str = "1GB",
    at_most: str = "",
    threads: int = 2,
    seconds: float | None = None,
    kept: bool = False,
) -> Iterator[DuckDBSession]:
    """Open a session that spills to ``spill`` above ``memory_limit``, and close it.

    A statement that does not fit is run again with ``at_most``. A session that is ``kept`` leaves its database behind
    for the next with the same limits: to begin takes 20 ms otherwise.
    """
    spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _database(str(spill), memory_limit, threads, kept=kept) as database:
        connection = database.cursor()
        try:
            with _translated():  # the first statement may be the one for which there is no memory
                connection.execute("SET TimeZone = 'UTC'")
            with _stopped_after(connection, seconds):
                yield DuckDBSession(connection, spill, threads, (memory_limit, at_most or memory_limit))
        finally:
            connection.close()


@contextmanager
def _database(
    spill: str, memory_limit: str, threads: int, *, kept: bool
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Have a database in memory for one session alone; after an error none is kept."""
    limits = (spill, memory_limit, threads)
    with _LOCK:
        waiting = _KEPT.get(limits) if kept else None
        database = waiting.pop() if waiting else None
    database = database or _begun(*limits)
    is_kept = False
    try:
        if waiting is not None:
            _limit(database, memory_limit, threads)
        yield database
        is_kept = kept and _rests(database, threads)
    finally:
        if is_kept:
            with _LOCK:
                _KEPT.setdefault(limits, []).append(database)
        else:
            database.close()


def _rests(database: duckdb.DuckDBPyConnection, threads: int) -> bool:
    """Have a database give back what it holds; return whether it does."""
    try:
        _limit(database, _RESTING, threads)
    except port.EngineError:
        return False
    return True


def _limit(connection: duckdb.DuckDBPyConnection, memory: str, threads: int) -> None:
    with _translated():
        connection.execute(f"SET memory_limit = '{memory}'")
        connection.execute(f"SET threads = {threads}")


def _begun(spill: str, memory_limit: str, threads: int) -> duckdb.DuckDBPyConnection:
    with _translated():
        return duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                "temp_directory": spill,
                "preserve_insertion_order": True,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
            },
        )


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


def _quarter_more(size: str) -> str:
    """Return a size such as ``192MB``, and a quarter of it."""
    number = size.rstrip(ascii_letters + " ")
    return f"{float(number) * 1.25:g}{size[len(number) :]}"


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
