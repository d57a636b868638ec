"""Tables and queries of MySQL and MariaDB, streamed within a read-only transaction that sees one moment.

A decimal with places becomes a number, one without an integer; a time, JSON and an enumeration text; a date of zeros is
no value, and a TINYINT an integer.
"""

import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from leleka.connectors import arrow_parts, pinned_socket, sql_text
from leleka.connectors.adbc import EXTRA, driver, refuse_unreadable
from leleka.connectors.checks import REACH, READ, steps_by_listing
from leleka.connectors.messages import WORDS
from leleka.connectors.mysql_values import columns, conversions, reader
from leleka.connectors.server_settings import PORT, ServerSettings
from leleka.connectors.spec import ConnectorSpec
from leleka.core.messages import Message
from leleka.core.ports.connector import Bounds, Connector, Copied, RemoteColumn, Version, Wanted, Watch
from leleka.core.ports.destination import Check
from leleka.core.translation import translatable as _
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, TryLater

_DIALECT: Final = "mysql"
_GRACE: Final = 30.0
_LONGEST_SAID: Final = 300
_TABLES: Final = (
    "SELECT concat(table_schema, '.', table_name) AS name FROM information_schema.tables WHERE table_schema NOT IN "
    "('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class Settings(ServerSettings):
    port: Annotated[str, PORT] = "3306"


class MySQL:
    """``core.ports.Connector``."""

    def __init__(self, settings: Settings, bounds: Bounds) -> None:
        self._settings = settings
        self._bounds = bounds
        self._seconds = int(settings.statement_seconds)

    def check(self) -> Iterable[Check]:
        return steps_by_listing(self.names, Message("SOURCE_REACHED"))

    def names(self, limit: int) -> Sequence[str]:
        with self._opened() as database, database.cursor() as cursor:
            cursor.execute(f"{_TABLES} LIMIT {int(limit)}")
            return [str(row[0]) for row in cursor.fetchall()]

    def columns(self, wanted: Wanted) -> Sequence[RemoteColumn]:
        with self._opened() as database:
            return columns(database, sql_text.selected(wanted, _DIALECT))

    def version(self, wanted: Wanted) -> Version:  # noqa: ARG002 - a database tells nothing of the kind
        return Version()

    def copy(self, wanted: Wanted, folder: Path, watch: Watch) -> Copied:
        driver("pyarrow")
        statement = sql_text.selected(wanted, _DIALECT)
        with self._opened() as database:
            found = columns(database, statement)
            refuse_unreadable(found)
            return arrow_parts.write(
                lambda: reader(database, statement, found),
                folder,
                watch,
                seconds=self._seconds + _GRACE,
                cancel=database._force_close,  # noqa: SLF001 - closing politely would read all that is left
                translate=self._translated,
            )

    def close(self) -> None:
        """Nothing is held open between two questions."""

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        pymysql = driver("pymysql")
        try:
            made = pinned_socket.connect(self._settings.host, int(self._settings.port), self._bounds.network)
            database = pymysql.connect(
                host=self._settings.host,
                user=self._settings.user,
                password=self._settings.password.reveal(),
                database=self._settings.database,
                charset="utf8mb4",
                ssl=self._tls(),
                conv=conversions(),
                defer_connect=True,
                autocommit=True,
                connect_timeout=pinned_socket.CONNECT_SECONDS,
                read_timeout=pinned_socket.SILENT_SECONDS,  # the library takes away the socket's own
            )
            database.connect(made)
            try:
                self._begin(database)
                database._read_timeout = self._seconds + _GRACE  # noqa: SLF001 - of a statement, not of a greeting
                yield database
            finally:
                database._force_close()  # noqa: SLF001 - as above
        except (pymysql.err.MySQLError, OSError) as error:
            raise self._translated(error) or error from None

    def _begin(self, database: Any) -> None:
        pymysql = driver("pymysql")
        with database.cursor() as cursor:
            for limit in (
                f"max_statement_time = {self._seconds}",
                f"max_execution_time = {self._seconds * 1000}",
            ):
                with suppress(pymysql.err.MySQLError):  # MariaDB has the first, MySQL the second
                    cursor.execute(f"SET SESSION {limit}")
            cursor.execute("SET SESSION time_zone = '+00:00'")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def _tls(self) -> ssl.SSLContext | None:
        settings = self._settings
        if settings.encryption == "disable":
            return None
        try:
            context = ssl.create_default_context(cadata=settings.authority or None)
        except (ssl.SSLError, ValueError):
            raise NeedsAttention("SOURCE_TLS") from None
        if settings.encryption == "require":
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def _translated(self, error: Exception) -> LelekaError | None:
        pymysql = driver("pymysql")
        if isinstance(error, ssl.SSLError):
            return NeedsAttention("SOURCE_TLS")
        if isinstance(error, OSError):
            return TryLater("SOURCE_LOST")
        if not isinstance(error, pymysql.err.MySQLError):
            return None
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        if code in _SLOW:
            return TryLater("SOURCE_SLOW", seconds=self._seconds)
        if code in _SAID:
            return InvalidInput("SOURCE_QUERY", said=str(error.args[1])[:_LONGEST_SAID])
        kind, key = next(((kind, key) for codes, kind, key in _CODES if code in codes), (None, ""))
        return kind(key) if kind else InvalidInput("SOURCE_QUERY_FAILED", code=str(code))


_SLOW: Final = frozenset({1969, 3024, 1317})
_SAID: Final = frozenset({1051, 1054, 1060, 1064, 1066, 1109, 1146, 1248, 1305})
_Kind = type[InvalidInput] | type[NeedsAttention] | type[TryLater]
_CODES: Final[Sequence[tuple[frozenset[int], _Kind, str]]] = (
    (frozenset({1045, 1698, 2061}), NeedsAttention, "SOURCE_LOGIN"),
    (frozenset({1049}), NeedsAttention, "SOURCE_DATABASE_UNKNOWN"),
    (frozenset({1044, 1142, 1143, 1227, 1370}), NeedsAttention, "SOURCE_DENIED"),
    (frozenset({1792, 1290}), InvalidInput, "SOURCE_WRITES"),
    (frozenset({1040, 1203, 1226}), TryLater, "SOURCE_SERVER_BUSY"),
    (frozenset({2002, 2003}), TryLater, "SOURCE_UNREACHABLE"),
    (frozenset({2026}), NeedsAttention, "SOURCE_TLS"),
    (frozenset({0, 1053, 2006, 2013, 2014}), TryLater, "SOURCE_LOST"),
)


def open_mysql(settings: Settings, bounds: Bounds) -> Connector:
    return MySQL(settings, bounds)


SPEC: Final = ConnectorSpec(
    kind="mysql",
    title="MySQL / MariaDB",
    settings=Settings,
    steps={REACH: _("Reach the server"), READ: _("See tables")},
    open=open_mysql,
    extra=EXTRA,
    messages=WORDS,
)
