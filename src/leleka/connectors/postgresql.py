"""Tables and queries of PostgreSQL, and of what speaks its protocol.

Rows come in the binary form of COPY through ADBC, within a read-only transaction that sees one moment. What our types
do not have is cast on the server: a numeric to a double, a UUID or JSON to text; an infinite date is no value.
"""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote, urlencode

from leleka.connectors import arrow_types, sql_text
from leleka.connectors.adbc import EXTRA, Database, driver
from leleka.connectors.checks import REACH, READ
from leleka.connectors.messages import WORDS
from leleka.connectors.server_settings import PORT, ServerSettings
from leleka.connectors.spec import ConnectorSpec
from leleka.core.columns import ColumnType
from leleka.core.ports.connector import Bounds, Connector, RemoteColumn, Wanted
from leleka.core.translation import translatable as _
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, TryLater
from leleka.transport.source_hosts import addresses

if TYPE_CHECKING:
    import pyarrow as pa

_DIALECT: Final = "postgres"
_BATCH_BYTES: Final = 4_000_000
_CONNECT_SECONDS: Final = 10
_AS_IT_IS: Final = frozenset(
    {"int2", "int4", "int8", "oid", "float4", "float8", "bool", "text", "varchar", "name"}
)
_MOMENTS: Final = frozenset({"date", "timestamp", "timestamptz"})
_MOST_DIGITS: Final = 18  # of an integer of 64 bits, whatever they are
_LONGEST_SAID: Final = 300
_TIMED_OUT: Final = "57014"
# Classes of SQLSTATE, and single ones; what a server says of data may hold values, of a statement only its own words.
_SAID: Final = "42"


@dataclass(frozen=True, slots=True)
class Settings(ServerSettings):
    port: Annotated[str, PORT] = "5432"


class PostgreSQL:
    """``connectors.adbc.Dialect``."""

    def __init__(self, settings: Settings, bounds: Bounds) -> None:
        self._settings = settings
        self._bounds = bounds
        self.seconds = float(settings.statement_seconds)

    def connect(self) -> Any:
        host, port = self._settings.host, int(self._settings.port)
        found = addresses(host, port, self._bounds.network)
        dbapi = driver("adbc_driver_postgresql.dbapi")
        with tempfile.TemporaryDirectory(prefix="leleka-authority-") as folder:
            return dbapi.connect(self._uri(host, port, found, Path(folder)), autocommit=True)

    def begin(self) -> Sequence[str]:
        return (
            "BEGIN TRANSACTION READ ONLY ISOLATION LEVEL REPEATABLE READ",
            f"SET LOCAL statement_timeout = {int(self.seconds * 1000)}",
            "SET LOCAL timezone = 'UTC'",
            "SET LOCAL synchronize_seqscans = off",  # the same rows in the same order: nothing seems changed
        )

    def select(self, wanted: Wanted) -> str:
        return sql_text.selected(wanted, _DIALECT)

    def plan(self, statement: str, schema: "pa.Schema") -> tuple[str, Sequence[RemoteColumn]]:
        columns = [_column(field) for field in schema]
        values = ", ".join(f"{value} AS {sql_text.name(one.name, _DIALECT)}" for one, value in columns)
        return f"SELECT {values} FROM ({statement}) AS found", [one for one, _value in columns]  # noqa: S608

    def tables(self) -> str:
        return (
            "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables "
            "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )

    def translate(self, error: Exception) -> LelekaError | None:
        if getattr(error, "sqlstate", None) == _TIMED_OUT:
            return TryLater("SOURCE_SLOW", seconds=round(self.seconds))
        return _translated(error)

    def batches(self) -> dict[str, str]:
        return {"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)}

    def version(self) -> str:
        return ""

    def _uri(self, host: str, port: int, found: Sequence[str], folder: Path) -> str:
        """Name the host for its certificate, and the addresses that were judged to go to. What the library would take
        from the environment or the home folder, such as PGPASSWORD, is said here: it is not for this server.
        """
        settings, tried = self._settings, len(found)
        options = {
            "host": ",".join([host.strip("[]")] * tried),
            "hostaddr": ",".join(found),
            "port": ",".join([str(port)] * tried),
            "sslmode": settings.encryption,
            "connect_timeout": str(_CONNECT_SECONDS),
            "application_name": "leleka",
            "keepalives_idle": "30",
            "keepalives_interval": "10",
            "keepalives_count": "3",
            "tcp_user_timeout": "60000",
            "gssencmode": "disable",
            "password": settings.password.reveal(),
            "passfile": "/dev/null",
            "options": "",
            "sslcertmode": "disable",
        }
        if settings.authority:
            (folder / "authority.pem").write_text(settings.authority, encoding="ascii")
            options["sslrootcert"] = str(folder / "authority.pem")
        elif settings.encryption == "verify-full":
            options["sslrootcert"] = "system"
        account, database = quote(settings.user, safe=""), quote(settings.database, safe="")
        return f"postgresql://{account}@/{database}?{urlencode(options, quote_via=quote)}"


def _column(field: "pa.Field") -> tuple[RemoteColumn, str]:
    """Return what a column is, and the expression that gives it as we take it."""
    kind, name = arrow_types.said(field), sql_text.name(field.name, _DIALECT)
    if kind in _AS_IT_IS:
        return RemoteColumn(field.name, kind, arrow_types.type_of(field.type)), name
    if kind in _MOMENTS:
        ours = ColumnType.DATE if kind == "date" else ColumnType.DATETIME
        return RemoteColumn(field.name, kind, ours), f"CASE WHEN isfinite({name}) THEN {name} END"
    if kind == "numeric":
        return _numeric(field, name)
    if kind == "money":
        return RemoteColumn(field.name, kind, ColumnType.NUMBER), f"{name}::numeric::float8"
    if kind == "bytea" or kind.startswith("_") or _is_nested(field.type):
        return RemoteColumn(field.name, kind, None), name
    return RemoteColumn(field.name, kind, ColumnType.TEXT), f"{name}::text"


def _numeric(field: "pa.Field", name: str) -> tuple[RemoteColumn, str]:
    """A numeric without places is an integer if it has few digits, else text: a number would round it."""
    modifier = int((field.metadata or {}).get(b"POSTGRESQL:typmod", b"-1")) - 4
    digits, places = modifier >> 16, modifier & 0x7FF
    if modifier >= 0 and not places:
        fits = digits <= _MOST_DIGITS
        ours, cast = (ColumnType.INTEGER, "int8") if fits else (ColumnType.TEXT, "text")
        return RemoteColumn(field.name, f"numeric({digits})", ours), f"{name}::{cast}"
    return RemoteColumn(field.name, "numeric", ColumnType.NUMBER), f"{name}::float8"


def _is_nested(kind: "pa.DataType") -> bool:
    import pyarrow as pa  # noqa: PLC0415

    return bool(pa.types.is_nested(kind))


def _translated(error: Exception) -> LelekaError | None:
    from adbc_driver_manager import Error  # noqa: PLC0415

    if not isinstance(error, Error):
        return None
    code = error.sqlstate or ""
    if not code:
        return _without_code(str(error))
    if code in _OF_CODES:
        kind, key = _OF_CODES[code]
        return kind(key)
    if code.startswith(_SAID):
        return InvalidInput("SOURCE_QUERY", said=_primary(error))
    if code[:2] in _OF_CLASSES:
        kind, key = _OF_CLASSES[code[:2]]
        return kind(key)
    return InvalidInput("SOURCE_QUERY_FAILED", code=code)


def _without_code(text: str) -> LelekaError:
    """The library itself: a connection that could not be made, or that broke."""
    with suppress(StopIteration):
        kind, key = next(found for words, found in _OF_LIBRARY if any(word in text for word in words))
        return kind(key)
    return TryLater("SOURCE_LOST")


def _primary(error: Any) -> str:
    said: bytes = dict(error.details or ()).get(b"PG_DIAG_MESSAGE_PRIMARY", b"")
    return said.decode(errors="replace")[:_LONGEST_SAID]


_Kind = type[InvalidInput] | type[NeedsAttention] | type[TryLater]
_OF_CODES: Final[Mapping[str, tuple[_Kind, str]]] = {
    "25006": (InvalidInput, "SOURCE_WRITES"),
    "40001": (TryLater, "SOURCE_LOST"),  # of a standby that has to go on with what its primary sends
    "3D000": (NeedsAttention, "SOURCE_DATABASE_UNKNOWN"),
    "42501": (NeedsAttention, "SOURCE_DENIED"),
    "57P01": (TryLater, "SOURCE_LOST"),
}
_OF_CLASSES: Final[Mapping[str, tuple[_Kind, str]]] = {
    "08": (TryLater, "SOURCE_LOST"),
    "28": (NeedsAttention, "SOURCE_LOGIN"),
    "53": (TryLater, "SOURCE_SERVER_BUSY"),
    "57": (TryLater, "SOURCE_LOST"),
    "58": (TryLater, "SOURCE_LOST"),
}
_OF_LIBRARY: Final[Sequence[tuple[Sequence[str], tuple[_Kind, str]]]] = (
    (
        ("authentication failed", "no password supplied", "no pg_hba.conf entry"),
        (NeedsAttention, "SOURCE_LOGIN"),
    ),
    (("SSL", "certificate", "GSSAPI"), (NeedsAttention, "SOURCE_TLS")),
    (('database "', "does not exist"), (NeedsAttention, "SOURCE_DATABASE_UNKNOWN")),
    (
        ("too many connections", "too many clients", "remaining connection slots"),
        (TryLater, "SOURCE_SERVER_BUSY"),
    ),
    (("Failed to connect",), (TryLater, "SOURCE_UNREACHABLE")),
)


def open_postgresql(settings: Settings, bounds: Bounds) -> Connector:
    return Database(PostgreSQL(settings, bounds))


SPEC: Final = ConnectorSpec(
    kind="postgresql",
    title="PostgreSQL",
    settings=Settings,
    steps={REACH: _("Reach the server"), READ: _("See tables")},
    open=open_postgresql,
    extra=EXTRA,
    messages=WORDS,
)
