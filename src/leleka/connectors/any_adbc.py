"""Any database that has an ADBC driver, by the driver's name and options: the road to Snowflake, BigQuery and others.

Which hosts a driver reaches only the driver knows. So the operator names each driver that may be used, and answers for
where it goes; what cannot be known either is how to ask for a transaction that only reads: the user of the database
should be one that may not write.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from leleka.connectors import arrow_types, sql_text
from leleka.connectors.adbc import EXTRA, Database, driver
from leleka.connectors.checks import REACH, READ, check_seconds
from leleka.connectors.messages import WORDS
from leleka.connectors.spec import ConnectorSpec, SettingInfo
from leleka.core.ports.connector import Bounds, Connector, RemoteColumn, Wanted
from leleka.core.secret import Secret
from leleka.core.translation import translatable as _
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, TryLater

if TYPE_CHECKING:
    import pyarrow as pa

_DRIVER: Final = re.compile(r"adbc_driver_[a-z0-9_]{1,40}")
_LINE: Final = re.compile(r"([A-Za-z0-9_.:-]{1,200})\s*=\s*(.*)")
# Its statements read and write files of this machine; a kind of its own guards them.
_READS_FILES: Final = "adbc_driver_duckdb"
_LOADED: Final = frozenset(
    {"driver", "entrypoint", "profile"}
)  # what is loaded the setting ``driver`` says alone
_PROFILE: Final = "profile://"
_DIALECTS: Final[Mapping[str, str]] = {'"': "postgres", "`": "mysql"}


def check_driver(text: str) -> str:
    """Raises ``InvalidInput`` SOURCE_DRIVER_INVALID."""
    if not _DRIVER.fullmatch(text):
        raise InvalidInput("SOURCE_DRIVER_INVALID")
    return text


def check_options(text: str) -> str:
    """Raises ``InvalidInput`` SOURCE_OPTIONS_INVALID for a line that is no option."""
    _options(text)
    return text


def check_secret_options(text: str) -> Secret:
    """Raises ``InvalidInput`` SOURCE_OPTIONS_INVALID for a line that is no option."""
    _options(text)
    return Secret(text)


def _options(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        option = _LINE.fullmatch(line.strip())
        if option is None or option[1] in _LOADED or option[2].startswith(_PROFILE):
            raise InvalidInput("SOURCE_OPTIONS_INVALID", line=number)
        found[option[1]] = option[2]
    return found


@dataclass(frozen=True, slots=True)
class Settings:
    driver: Annotated[
        str,
        SettingInfo(
            _("Driver"),
            help=_("The name of its Python module; the operator installs it and allows it."),
            example="adbc_driver_snowflake",
            check=check_driver,
            address=True,
        ),
    ]
    options: Annotated[
        str,
        SettingInfo(
            _("Options"),
            help=_("One a line, name = value, as the driver's documentation names them; no secrets."),
            check=check_options,
            lines=True,
            address=True,
        ),
    ] = ""
    secret_options: Annotated[
        Secret,
        SettingInfo(
            _("Secret options"),
            help=_("Likewise, for passwords and for addresses that have one in them. Stored encrypted."),
            check=check_secret_options,
            lines=True,
        ),
    ] = Secret("")  # noqa: RUF009 - nothing of it can change
    quote: Annotated[
        str, SettingInfo(_("How names are quoted"), choices={'"': _('"name"'), "`": _("`name`")})
    ] = '"'
    statement_seconds: Annotated[
        str, SettingInfo(_("Longest statement, in seconds"), check=check_seconds)
    ] = "3600"


class AnyDriver:
    """``connectors.adbc.Dialect``."""

    def __init__(self, settings: Settings, bounds: Bounds) -> None:
        self._settings = settings
        self._allowed = bounds.network.source_drivers
        self._dialect = _DIALECTS[settings.quote]
        self.seconds = float(settings.statement_seconds)

    def connect(self) -> Any:
        name = self._settings.driver
        if name not in self._allowed or name == _READS_FILES:
            raise NeedsAttention("SOURCE_DRIVER_NOT_ALLOWED", driver=name)
        manager, dbapi = driver("adbc_driver_manager"), driver("adbc_driver_manager.dbapi")
        module = driver(name)
        path = module._driver_path() if hasattr(module, "_driver_path") else module.driver_path()  # noqa: SLF001
        options = {**_options(self._settings.options), **_options(self._settings.secret_options.reveal())}
        database = manager.AdbcDatabase(driver=path, **options)
        return dbapi.Connection(database, manager.AdbcConnection(database), autocommit=True)

    def begin(self) -> Sequence[str]:
        return ()

    def select(self, wanted: Wanted) -> str:
        since = wanted.since
        if since is not None and ":" in since.value:  # a moment, in UTC: the session's zone may be any
            earlier = datetime.fromisoformat(since.value) - timedelta(days=1)
            wanted = replace(wanted, since=replace(since, value=earlier.isoformat(" ")))
        return sql_text.selected(wanted, self._dialect)

    def plan(self, statement: str, schema: "pa.Schema") -> tuple[str, Sequence[RemoteColumn]]:
        return statement, arrow_types.columns(schema)

    def tables(self) -> str:
        return ""

    def translate(self, error: Exception) -> LelekaError | None:
        manager = driver("adbc_driver_manager")
        if not isinstance(error, manager.Error):
            return None
        status = manager.AdbcStatusCode
        if error.status_code in {status.UNAUTHENTICATED, status.UNAUTHORIZED}:
            return NeedsAttention("SOURCE_LOGIN")
        if error.status_code in {status.IO, status.TIMEOUT, status.CANCELLED}:
            return TryLater("SOURCE_LOST")
        return InvalidInput("SOURCE_QUERY_FAILED", code=error.sqlstate or error.status_code.name)

    def batches(self) -> dict[str, str]:
        return {}

    def version(self) -> str:
        return ""


def open_any(settings: Settings, bounds: Bounds) -> Connector:
    return Database(AnyDriver(settings, bounds))


SPEC: Final = ConnectorSpec(
    kind="adbc",
    title="ADBC",
    settings=Settings,
    steps={REACH: _("Open a connection"), READ: _("See tables")},
    open=open_any,
    extra=EXTRA,
    messages=WORDS,
)
