"""Settings from the environment, prefix ``LELEKA_``."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from leleka.conf import guard_settings, notice_channels
from leleka.conf.channel_settings import ChannelSettings
from leleka.conf.guard_settings import GuardSettings, parts
from leleka.core.configuration import KEEP_RUN_DATA_DAYS, Channels, Configuration, Network, Web
from leleka.core.secret import Secret
from leleka.errors import InvalidInput, Problem

LARGEST_BODY: Final = 1_000_000  # bytes of a request
LOCALE = Path(__file__).parent.parent / "locale"
_PREFIX: Final = "LELEKA_"
_UNLIMITED = "unlimited"
_URL = re.compile(r"https?://(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SIZE = re.compile(r"[1-9]\d*(\.\d+)?(MB|GB)")
_SUFFIX = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("SETTING_INVALID.time_zone") from None


def _size(value: str) -> str:
    if not _SIZE.fullmatch(value):
        raise ValueError("SETTING_INVALID.size")
    return value


def _bytes(size: str) -> int:
    return int(float(size[:-2]) * {"MB": 10**6, "GB": 10**9}[size[-2:]])


def _suffixes(value: str) -> str:
    if any(not _SUFFIX.fullmatch(part) for part in parts(value.lower())):
        raise ValueError("SETTING_INVALID.domains")
    return value.lower()


def _hosts(value: str) -> str:
    if any(not _HOST.fullmatch(part) for part in parts(value.lower())):
        raise ValueError("SETTING_INVALID.hosts")
    return value.lower()


def _public_url(value: str) -> str:
    plain = value.strip().rstrip("/")
    if plain and not _URL.fullmatch(plain):
        raise ValueError("SETTING_INVALID.public_url")
    if plain.startswith("http://") and urlsplit(plain).hostname not in _LOOPBACK:
        raise ValueError("SETTING_INVALID.public_https")
    return plain.lower()


def _link(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise ValueError("SETTING_INVALID.link")
    return value


def _not_blank(value: object) -> object:
    # Path("") is the current folder, whichever that is.
    if isinstance(value, str) and not value.strip():
        raise ValueError("SETTING_INVALID.path")
    return value


def _absolute(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise ValueError("SETTING_INVALID.home") from None


def _folders(value: str) -> str:
    for part in parts(value):
        _absolute(Path(part))
    return value


# Also evaluated when nothing uses it: ~ in a default has no meaning for a user without a home directory.
_Path = Annotated[Path, BeforeValidator(_not_blank), AfterValidator(_absolute), Field(validate_default=True)]


class Settings(GuardSettings, ChannelSettings):
    """Every setting, with its default. Lists are comma-separated."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    data_dir: _Path = Field(
        default=Path("~/.local/share/leleka"), description="Where state and snapshots are kept."
    )
    master_key_file: _Path = Field(
        default=Path("~/.config/leleka/master.key"),
        description="The key that wraps every stored secret; outside the data directory, made at the first start.",
    )
    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="postgresql://user:password@host/name; SQLite in the data directory where it is left out.",
    )
    source_dirs: Annotated[str, AfterValidator(_folders)] = Field(
        default="", description="Folders that source files may be read from; real paths are checked."
    )
    source_hosts: Annotated[str, AfterValidator(_hosts)] = Field(
        default="",
        description="host[:port] of private networks and of this machine that data may be read from.",
    )
    activecampaign_host_suffixes: Annotated[str, AfterValidator(_suffixes)] = Field(
        default="",
        description="Domains under which ActiveCampaign hosts are accepted, besides the documented two.",
    )
    test_hosts: Annotated[str, AfterValidator(_hosts)] = Field(
        default="", description="host[:port] reachable over plain http and on loopback, for the sandbox only."
    )
    test_speed: Annotated[float, Field(gt=0, allow_inf_nan=False)] | Literal["unlimited"] = Field(
        default=1.0, description="How much faster time passes for test hosts; 'unlimited' lifts the limits."
    )
    lease_seconds: float = Field(
        default=90.0, ge=3, le=3600, description="How long a worker owns a run without renewing its claim."
    )
    database_patience_seconds: float = Field(
        default=60.0,
        ge=1,
        le=3600,
        description="How long a command waits for a database that is locked or does not answer.",
    )
    memory_limit: Annotated[str, AfterValidator(_size)] = Field(
        default="192MB",
        description="What queries may hold in memory before spilling.",
    )
    threads: int = Field(default=2, ge=1, le=64, description="Threads of one query.")
    keep_run_data: int = Field(
        default=KEEP_RUN_DATA_DAYS,
        ge=2,
        le=3650,
        description="Days for which it is kept who was in a run that has ended; its counts stay.",
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="The zone in which 'today' is meant in segments."
    )
    public_url: Annotated[str, AfterValidator(_public_url)] = Field(
        default="",
        description="How people reach the pages, as https://leleka.example.org; left out on loopback.",
    )
    web_address: str = Field(default="127.0.0.1", description="The address the pages are served on.")
    web_port: int = Field(default=8787, ge=0, le=65535, description="The port the pages are served on.")
    log_level: Literal["", "debug", "info", "warning", "error"] = Field(
        default="",
        description="How much is logged; left out, info by what serves, warning by other commands.",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""),
        description="What a program that collects metrics must present; without it they are for this machine.",
    )
    request_seconds: float = Field(
        default=20.0, ge=1, le=30, description="How long a client may take to send a request."
    )
    upload_limit: Annotated[str, AfterValidator(_size)] = Field(
        default="5GB", description="The largest file that may be uploaded as a data source."
    )
    privacy_url: Annotated[str, AfterValidator(_link)] = Field(
        default="", description="A link to your own privacy statement, shown beside the consent."
    )

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Return the settings of an environment; raises ``ValidationError`` with all that are wrong."""
        return cls.model_validate(
            {
                name.upper().removeprefix(_PREFIX).lower(): value
                for name, value in environment.items()
                if name.upper().startswith(_PREFIX)
            }
        )


def read(environment: Mapping[str, str] | None = None) -> Configuration:
    """Read the configuration; raises ``InvalidInput`` naming every setting that is wrong."""
    try:
        settings = Settings.of(os.environ)
    except ValidationError as error:
        problems = {_problem(detail["loc"], detail["msg"]) for detail in error.errors()}
        raise InvalidInput.of(sorted(problems, key=str)) from None
    data_dir, master_key = settings.data_dir, settings.master_key_file
    if master_key.resolve().is_relative_to(data_dir.resolve()):
        raise InvalidInput("MASTER_KEY_INSIDE", where="LELEKA_MASTER_KEY_FILE")
    test_hosts = frozenset(parts(settings.test_hosts))
    return Configuration(
        data_dir=data_dir,
        master_key_file=master_key,
        source_dirs=tuple(_absolute(Path(part)) for part in parts(settings.source_dirs)),
        network=_network(settings, test_hosts),
        lease_seconds=settings.lease_seconds,
        database_patience_seconds=settings.database_patience_seconds,
        memory_limit=settings.memory_limit,
        threads=settings.threads,
        time_zone=settings.time_zone,
        upload_limit=_bytes(settings.upload_limit),
        web=Web(
            public_url=settings.public_url,
            address=settings.web_address,
            port=settings.web_port,
            privacy_url=settings.privacy_url,
            request_seconds=settings.request_seconds,
            trusted_proxies=guard_settings.proxies(settings),
            hsts_subdomains=settings.hsts_subdomains,
        ),
        log_level=settings.log_level,
        keep_run_data=settings.keep_run_data,
        metrics_token=Secret(_metrics_token(environment)),
        channels=_channels(settings, test_hosts, os.environ if environment is None else environment),
        environment=os.environ if environment is None else environment,
        key_places=guard_settings.key_places(settings, os.environ),
    )


def _network(settings: Settings, test_hosts: frozenset[str]) -> Network:
    speed = settings.test_speed
    return Network(
        host_suffixes=parts(settings.activecampaign_host_suffixes),
        test_hosts=test_hosts,
        test_speed=None if speed == _UNLIMITED else float(speed),
        source_hosts=frozenset(parts(settings.source_hosts)),
        source_drivers=frozenset(parts(settings.source_drivers)),
    )


def _channels(settings: Settings, test_hosts: frozenset[str], known: Mapping[str, str]) -> Channels:
    """Raises ``InvalidInput``, whose messages contain no URL and no secret."""
    return notice_channels.read(
        urls=parts(settings.webhook_urls.get_secret_value()),
        heartbeat_urls=(
            settings.heartbeat_url.get_secret_value(),
            settings.heartbeat_fail_url.get_secret_value(),
        ),
        hosts=parts(settings.webhook_hosts),
        secret=_kept(settings.webhook_secret, "LELEKA_WEBHOOK_SECRET", known),
        smtp_url=_kept(settings.smtp_url, "LELEKA_SMTP_URL", known),
        sender=settings.mail_from,
        test_hosts=test_hosts,
    )


def _kept(value: SecretStr, name: str, known: Mapping[str, str]) -> str:
    """Return a secret from the environment, or from the file that the environment names."""
    return _from_file(f"{name}_FILE", known) or value.get_secret_value()


def _problem(location: tuple[int | str, ...], message: str) -> Problem:
    name = _PREFIX + str(location[0]).upper() if location else _PREFIX
    if name == "LELEKA_TEST_SPEED":  # two forms, each with a complaint of its own
        return Problem("SETTING_INVALID.speed", name)
    said = message.removeprefix("Value error, ")
    if said.startswith("SETTING_INVALID."):  # one of ours: our validators raise keys of the catalogue
        return Problem(said, name)
    return Problem.of("SETTING_INVALID", name, detail=said)


def database_url(environment: Mapping[str, str] | None = None) -> str:
    """Return the database's URL, from the environment or from the file it names; "" where there is none."""
    # Without a URL the state would silently begin anew in SQLite: an empty file is refused.
    return _from_file("LELEKA_DATABASE_URL_FILE", environment) or (
        Settings.of(os.environ).database_url.get_secret_value()
    )


def _metrics_token(environment: Mapping[str, str] | None) -> str:
    return _from_file("LELEKA_METRICS_TOKEN_FILE", environment) or (
        Settings.of(os.environ).metrics_token.get_secret_value()
    )


def _from_file(variable: str, environment: Mapping[str, str] | None) -> str:
    """Return what stands in the file that a variable names; "" where it names none."""
    named = (os.environ if environment is None else environment).get(variable)
    if named is None:
        return ""
    try:
        text = _absolute(Path(named)).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise InvalidInput("SETTING_INVALID.unreadable", where=variable, variable=variable) from None
    if not text:
        raise InvalidInput("SETTING_INVALID.empty", where=variable, variable=variable)
    return text
