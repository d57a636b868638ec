"""What sources read through an ADBC driver share: one statement, streamed, in a transaction that only reads.

A kind says how to connect, how to begin a transaction that cannot write, and what the driver's types and errors mean.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from leleka.connectors import arrow_parts
from leleka.connectors.checks import REACH, READ
from leleka.core.messages import Message
from leleka.core.ports.connector import Copied, RemoteColumn, Version, Wanted, Watch
from leleka.core.ports.destination import Check, CheckStatus, skipped
from leleka.errors import InvalidInput, LelekaError, NeedsAttention

if TYPE_CHECKING:
    import pyarrow as pa

EXTRA: Final = "databases"
_GRACE: Final = 30.0  # seconds: the far side ends a statement by itself, unless it hangs


class Dialect(Protocol):
    """What differs between databases."""

    seconds: float  # that a statement may take

    def connect(self) -> Any:
        """Open a connection of the driver manager, in autocommit, after judging the host."""
        ...

    def begin(self) -> Sequence[str]:
        """Return the statements that begin a transaction in which nothing can be written."""
        ...

    def select(self, wanted: Wanted) -> str:
        """Return the statement for a table or query, as it was asked for. Raises ``InvalidInput``."""
        ...

    def plan(self, statement: str, schema: "pa.Schema") -> tuple[str, Sequence[RemoteColumn]]:
        """Return the statement with every column as it is to come, and what the columns are."""
        ...

    def tables(self) -> str:
        """Return the statement that lists tables and views, in order, without a limit; "" has the driver list them."""
        ...

    def translate(self, error: Exception) -> LelekaError | None:
        """Return an error of the driver in our words, without values; None for what is no error of the driver."""
        ...

    def batches(self) -> dict[str, str]:
        """Return the options of a statement that bound the size of a batch."""
        ...

    def version(self) -> str:
        """Return what changes with the contents of the database; "" where nothing tells."""
        ...


class Database:
    """``core.ports.Connector`` over an ADBC driver."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def check(self) -> Iterable[Check]:
        yield from self._steps()

    def names(self, limit: int) -> Sequence[str]:
        with self._cursor() as cursor:
            if not self._dialect.tables():
                return _listed(cursor.connection.adbc_get_objects(depth="tables").read_all().to_pylist())[
                    :limit
                ]
            cursor.execute(f"SELECT * FROM ({self._dialect.tables()}) AS found LIMIT {int(limit)}")  # noqa: S608 - our own text
            return [str(row[0]) for row in cursor.fetchall()]

    def columns(self, wanted: Wanted) -> Sequence[RemoteColumn]:
        statement = self._dialect.select(wanted)
        with self._cursor() as cursor:
            planned, columns = self._planned(cursor, statement)
            _schema(cursor, planned)
        return columns

    def version(self, wanted: Wanted) -> Version:  # noqa: ARG002 - whatever is asked for, it is of the whole database
        return Version(self._dialect.version())

    def copy(self, wanted: Wanted, folder: Path, watch: Watch) -> Copied:
        statement, held = self._dialect.select(wanted), ExitStack()
        with self._cursor(held) as cursor:

            def opened() -> "pa.RecordBatchReader":
                # Planned where it is read: a far side that does not answer can be left, whatever it was asked.
                planned, columns = self._planned(cursor, statement)
                refuse_unreadable(columns)
                cursor.execute(planned)
                return _reader(cursor)

            return arrow_parts.write(
                opened,
                folder,
                watch,
                seconds=self._dialect.seconds + _GRACE,
                cancel=cursor.adbc_cancel,
                translate=self._dialect.translate,
                held=held,
            )

    def close(self) -> None:
        """Nothing is held open between two questions."""

    def _steps(self) -> Iterator[Check]:
        try:
            with self._cursor():
                yield Check(REACH, CheckStatus.PASSED, Message("SOURCE_REACHED"))
            found = self.names(1)
        except LelekaError as error:
            problem = error.problems[0]
            if isinstance(error, InvalidInput) or problem.code != "SOURCE_DENIED":
                yield Check(REACH, CheckStatus.FAILED, problem=problem)
                yield skipped(READ)
                return
            yield Check(READ, CheckStatus.FAILED, problem=problem)
            return
        yield Check(READ, CheckStatus.PASSED, Message("SOURCE_READABLE" if found else "SOURCE_EMPTY"))

    def _planned(self, cursor: Any, statement: str) -> tuple[str, Sequence[RemoteColumn]]:
        schema = _schema(cursor, statement)
        refuse_twice(schema.names)
        return self._dialect.plan(statement, schema)

    @contextmanager
    def _cursor(self, held: ExitStack | None = None) -> Iterator[Any]:
        """Yield a cursor in a transaction that only reads; errors of the driver come out in our words. What ``held``
        still holds at the end is closed.
        """
        held = held or ExitStack()
        try:
            connection = self._dialect.connect()
        except Exception as error:  # noqa: BLE001 - what is no error of the driver is raised again
            raise self._told(error) from None
        held.callback(arrow_parts.quietly, connection.close)
        try:
            cursor = connection.cursor(adbc_stmt_kwargs=self._dialect.batches())
            held.callback(arrow_parts.quietly, cursor.close)
            for statement in self._dialect.begin():
                cursor.execute(statement)
            yield cursor
        except Exception as error:  # noqa: BLE001 - as above
            raise self._told(error) from None
        finally:
            held.close()

    def _told(self, error: Exception) -> Exception:
        return error if isinstance(error, LelekaError) else self._dialect.translate(error) or error


def _reader(cursor: Any) -> "pa.RecordBatchReader":
    """Return the rows by the driver manager's own reader: Arrow's loses which error it was."""
    from adbc_driver_manager._reader import AdbcRecordBatchReader  # noqa: PLC0415 - it has no public name

    handle = cursor.fetch_arrow()
    reader: pa.RecordBatchReader = AdbcRecordBatchReader._import_from_c(handle.address)  # noqa: SLF001 - as above
    return reader


def _schema(cursor: Any, statement: str) -> "pa.Schema":
    """Return the columns of a statement as the far side plans it; where its driver plans nothing, it is begun."""
    from adbc_driver_manager import NotSupportedError  # noqa: PLC0415 - loaded where a driver is

    try:
        planned: pa.Schema = cursor.adbc_execute_schema(statement)
    except NotSupportedError:
        cursor.execute(statement)
        with _reader(cursor) as reader:
            begun: pa.Schema = reader.schema
        return begun
    return planned


def _listed(catalogues: Sequence[Any]) -> list[str]:
    """Return schema and table of what a driver lists."""
    schemas = [one for catalogue in catalogues for one in catalogue["catalog_db_schemas"] or ()]
    names = [
        (one["db_schema_name"], table["table_name"])
        for one in schemas
        for table in one["db_schema_tables"] or ()
    ]
    return sorted(f"{schema}.{name}" if schema else name for schema, name in names)


def refuse_twice(names: Sequence[str]) -> None:
    """Raises ``InvalidInput`` SOURCE_COLUMN_TWICE: of two columns with one name neither could be asked for."""
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise InvalidInput("SOURCE_COLUMN_TWICE", column=name)
        seen.add(name.lower())


def refuse_unreadable(columns: Sequence[RemoteColumn]) -> None:
    """Raises ``InvalidInput`` SOURCE_COLUMN_TYPE with the columns that have no type of ours."""
    found = [f"{one.name} ({one.far_type})" for one in columns if one.type is None]
    if found:
        raise InvalidInput("SOURCE_COLUMN_TYPE", columns=found)


def driver(module: str, extra: str = EXTRA) -> Any:
    """Return a driver's module. Raises ``NeedsAttention`` SOURCE_DRIVER_MISSING with the extra that brings it."""
    try:
        return import_module(module)
    except ImportError:
        raise NeedsAttention("SOURCE_DRIVER_MISSING", module=module.partition(".")[0], extra=extra) from None
