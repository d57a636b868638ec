"""Tables and queries of a DuckDB file, opened for reading, without access to any other file or to the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from leleka.connectors import arrow_types, folders, sql_text
from leleka.connectors.adbc import EXTRA, Database, driver
from leleka.connectors.checks import REACH, READ, check_seconds
from leleka.connectors.messages import WORDS
from leleka.connectors.spec import ConnectorSpec, SettingInfo
from leleka.core.ports.connector import Bounds, Connector, RemoteColumn, Wanted
from leleka.core.translation import translatable as _
from leleka.errors import InvalidInput, LelekaError, TryLater

if TYPE_CHECKING:
    import pyarrow as pa

_DIALECT: Final = "duckdb"
_LONGEST_SAID: Final = 300
_OPTIONS: Final[Mapping[str, str]] = {
    "access_mode": "READ_ONLY",
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "memory_limit": "128MB",
    "threads": "1",
}


@dataclass(frozen=True, slots=True)
class Settings:
    path: Annotated[
        str,
        SettingInfo(
            _("File"),
            help=_("Its path on the server, below a folder that the operator allowed."),
            example="/srv/data/shop.duckdb",
            address=True,
        ),
    ]
    statement_seconds: Annotated[
        str, SettingInfo(_("Longest statement, in seconds"), check=check_seconds)
    ] = "3600"


class DuckDBFile:
    """``connectors.adbc.Dialect``."""

    def __init__(self, settings: Settings, bounds: Bounds) -> None:
        self._settings = settings
        self._bounds = bounds
        self.seconds = float(settings.statement_seconds)

    def connect(self) -> Any:
        manager, dbapi = driver("adbc_driver_manager"), driver("adbc_driver_manager.dbapi")
        ours = driver("adbc_driver_duckdb")
        database = manager.AdbcDatabase(
            driver=ours.driver_path(), entrypoint="duckdb_adbc_init", path=str(self._path()), **_OPTIONS
        )
        return dbapi.Connection(database, manager.AdbcConnection(database), autocommit=True)

    def begin(self) -> Sequence[str]:
        return ("BEGIN TRANSACTION READ ONLY", "SET TimeZone = 'UTC'", "SET lock_configuration = true")

    def select(self, wanted: Wanted) -> str:
        sql_text.refuse_several(wanted.query, _DIALECT)
        return sql_text.selected(wanted, _DIALECT)

    def plan(self, statement: str, schema: "pa.Schema") -> tuple[str, Sequence[RemoteColumn]]:
        return statement, arrow_types.columns(schema)

    def tables(self) -> str:
        return (
            "SELECT CASE table_schema WHEN 'main' THEN table_name ELSE table_schema || '.' || table_name END AS name "
            "FROM information_schema.tables ORDER BY 1"
        )

    def translate(self, error: Exception) -> LelekaError | None:
        manager = driver("adbc_driver_manager")
        return _translated(str(error)) if isinstance(error, manager.Error) else None

    def batches(self) -> dict[str, str]:
        return {}

    def version(self) -> str:
        path = self._path()
        return folders.changed(path, path.with_name(f"{path.name}.wal"))

    def _path(self) -> Path:
        return folders.inside(self._settings.path, self._bounds.folders)


def _translated(text: str) -> LelekaError:
    said = text.partition(": ")[2].partition("\n")[0]
    if any(said.startswith(f"{one} Error") for one in ("Catalog", "Parser", "Binder")):
        return InvalidInput("SOURCE_QUERY", said=said[:_LONGEST_SAID])
    if "read-only mode" in said:
        return InvalidInput("SOURCE_WRITES")
    if said.startswith("Permission Error"):
        return InvalidInput("SOURCE_OTHER_FILE")
    if "lock" in said and said.startswith("IO Error"):
        return TryLater("SOURCE_FILE_BUSY")
    if said.startswith(("IO Error", "Serialization Error")):
        return InvalidInput("SOURCE_FILE_KIND", kind="DuckDB")
    return InvalidInput("SOURCE_QUERY_FAILED", code=said.partition(" Error")[0][:40])


def open_duckdb(settings: Settings, bounds: Bounds) -> Connector:
    return Database(DuckDBFile(settings, bounds))


SPEC: Final = ConnectorSpec(
    kind="duckdb",
    title="DuckDB",
    settings=Settings,
    steps={REACH: _("Open the file"), READ: _("See tables")},
    open=open_duckdb,
    extra=EXTRA,
    messages=WORDS,
)
