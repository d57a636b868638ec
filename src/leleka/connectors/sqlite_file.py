"""Tables and queries of an SQLite file, opened for reading.

SQLite's columns have no types, its values do. So every column is looked at first: whole numbers alone make an integer,
numbers alone a number, anything else text; bytes are refused. A date is text until the source says what it is.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

from leleka.connectors import arrow_parts, fetched_rows, folders, sql_text
from leleka.connectors.adbc import EXTRA, driver, refuse_twice, refuse_unreadable
from leleka.connectors.checks import REACH, READ, steps_by_listing
from leleka.connectors.messages import WORDS
from leleka.connectors.spec import ConnectorSpec, SettingInfo
from leleka.core.clock import current_clock
from leleka.core.columns import ColumnType
from leleka.core.messages import Message
from leleka.core.ports.connector import Bounds, Connector, Copied, RemoteColumn, Version, Wanted, Watch
from leleka.core.ports.destination import Check
from leleka.core.translation import translatable as _
from leleka.errors import InvalidInput, LelekaError, TryLater

if TYPE_CHECKING:
    import pyarrow as pa

_DIALECT: Final = "sqlite"
_CHUNK: Final = 500  # rows: each may hold a long text
_LOOK_EVERY: Final = 1_000_000  # instructions of SQLite: some hundredths of a second
_SECONDS: Final = 3600.0
_CASTS: Final = {ColumnType.INTEGER: "INTEGER", ColumnType.NUMBER: "REAL", ColumnType.TEXT: "TEXT"}
_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY 1"
)
_LONGEST_SAID: Final = 300
_UNDECODED: Final = "Could not decode"  # the value follows, whatever it says


@dataclass(frozen=True, slots=True)
class Settings:
    path: Annotated[
        str,
        SettingInfo(
            _("File"),
            help=_("Its path on the server, below a folder that the operator allowed."),
            example="/srv/data/shop.db",
            address=True,
        ),
    ]


class SQLiteFile:
    """``core.ports.Connector``."""

    def __init__(self, settings: Settings, bounds: Bounds) -> None:
        self._settings = settings
        self._bounds = bounds

    def check(self) -> Iterable[Check]:
        return steps_by_listing(self.names, Message("SOURCE_FILE_OPENED"))

    def names(self, limit: int) -> Sequence[str]:
        with self._opened() as database:
            return [str(row[0]) for row in database.execute(_TABLES).fetchmany(limit)]

    def columns(self, wanted: Wanted) -> Sequence[RemoteColumn]:
        with self._opened() as database:
            return _columns(database, sql_text.selected(wanted, _DIALECT))

    def version(self, wanted: Wanted) -> Version:  # noqa: ARG002 - whatever is asked for, it is in the one file
        path = self._path()
        return Version(folders.changed(path, path.with_name(f"{path.name}-wal")))

    def copy(self, wanted: Wanted, folder: Path, watch: Watch) -> Copied:
        driver("pyarrow")
        statement = sql_text.selected(wanted, _DIALECT)
        with self._opened() as database:
            with _watched(database, watch):
                columns = _columns(database, statement)
            refuse_unreadable(columns)
            return arrow_parts.write(
                lambda: _reader(database, statement, columns),
                folder,
                watch,
                seconds=_SECONDS,
                cancel=database.interrupt,
                translate=_translated,
            )

    def close(self) -> None:
        """Nothing is held open between two questions."""

    def _path(self) -> Path:
        return folders.inside(self._settings.path, self._bounds.folders)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Open for reading, one moment of it; what else a statement may do, such as opening files, is refused."""
        address = f"file:{quote(str(self._path()))}?mode=ro"
        try:
            with closing(
                sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
            ) as database:
                database.execute("BEGIN")
                database.execute("SELECT 1 FROM sqlite_master").fetchone()
                database.set_authorizer(_only_reading)
                yield database
        except sqlite3.Error as error:
            raise _translated(error) or error from None


@contextmanager
def _watched(database: sqlite3.Connection, watch: Watch) -> Iterator[None]:
    """Have statements end with what ``watch`` raises, or with ``TryLater`` when the time is over."""
    over_at = current_clock().monotonic() + _SECONDS
    raised: list[Exception] = []

    def look() -> int:
        try:
            watch()
        except Exception as error:  # noqa: BLE001 - it is raised where the statement ends
            raised.append(error)
        if current_clock().monotonic() > over_at:
            raised.append(TryLater("SOURCE_SLOW", seconds=round(_SECONDS)))
        return len(raised)

    database.set_progress_handler(look, _LOOK_EVERY)
    try:
        yield
    except sqlite3.Error:
        if raised:
            raise raised[0] from None
        raise
    finally:
        database.set_progress_handler(None, 0)


def _only_reading(action: int, *_of: Any) -> int:
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
    return sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY


def _columns(database: sqlite3.Connection, statement: str) -> Sequence[RemoteColumn]:
    names = [str(one[0]) for one in database.execute(f"SELECT * FROM ({statement}) LIMIT 0").description]  # noqa: S608
    refuse_twice(names)
    quoted = [sql_text.name(name, _DIALECT) for name in names]
    kinds = ", ".join(f"group_concat(DISTINCT typeof({name}))" for name in quoted)
    (row,) = database.execute(f"SELECT {kinds} FROM ({statement})").fetchall()  # noqa: S608 - names are quoted
    return [
        _column(name, {*(kinds or "").split(",")} - {"null", ""})
        for name, kinds in zip(names, row, strict=True)
    ]


def _column(name: str, kinds: set[str]) -> RemoteColumn:
    said = "/".join(sorted(kinds)) or "null"
    if "blob" in kinds:
        return RemoteColumn(name, said, None)
    if kinds and kinds <= {"integer"}:
        return RemoteColumn(name, said, ColumnType.INTEGER)
    if kinds and kinds <= {"integer", "real"}:
        return RemoteColumn(name, said, ColumnType.NUMBER)
    return RemoteColumn(name, said, ColumnType.TEXT)


def _reader(
    database: sqlite3.Connection, statement: str, columns: Sequence[RemoteColumn]
) -> "pa.RecordBatchReader":
    types = [one.type or ColumnType.TEXT for one in columns]
    quoted = [sql_text.name(one.name, _DIALECT) for one in columns]
    values = ", ".join(f"CAST({name} AS {_CASTS[kind]})" for name, kind in zip(quoted, types, strict=True))
    cursor = database.execute(f"SELECT {values} FROM ({statement})")  # noqa: S608 - names are quoted
    chunks = iter(lambda: cursor.fetchmany(_CHUNK), [])
    return fetched_rows.reader([one.name for one in columns], types, chunks)


def _translated(error: Exception) -> LelekaError | None:
    if not isinstance(error, sqlite3.Error):
        return None
    text = str(error)
    if text.startswith(_UNDECODED):
        return InvalidInput("SOURCE_QUERY_FAILED", code="UTF-8")
    if "not authorized" in text or "prohibited" in text:
        return InvalidInput("SOURCE_WRITES")
    if "locked" in text or "busy" in text:
        return TryLater("SOURCE_FILE_BUSY")
    if isinstance(error, sqlite3.OperationalError) and text.startswith(("no such ", 'near "')):
        return InvalidInput("SOURCE_QUERY", said=text[:_LONGEST_SAID])
    return _of_contents(error, text)


def _of_contents(error: sqlite3.Error, text: str) -> LelekaError:
    if isinstance(error, sqlite3.DatabaseError) and ("not a database" in text or "malformed" in text):
        return InvalidInput("SOURCE_FILE_KIND", kind="SQLite")
    return InvalidInput("SOURCE_QUERY_FAILED", code=getattr(error, "sqlite_errorname", "SQLITE_ERROR"))


def open_sqlite(settings: Settings, bounds: Bounds) -> Connector:
    return SQLiteFile(settings, bounds)


SPEC: Final = ConnectorSpec(
    kind="sqlite",
    title="SQLite",
    settings=Settings,
    steps={REACH: _("Open the file"), READ: _("See tables")},
    open=open_sqlite,
    extra=EXTRA,
    messages=WORDS,
)
