"""What the operator decided, as plain data: read from the environment in ``conf``, handed down from there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urlsplit

from leleka.core.secret import Secret

ProxyNetwork = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Network:
    """Which hosts may be reached, and how fast the pretended ones go.

    ``host_suffixes`` are domains that the operator permits besides those a destination documents.
    ``test_speed`` scales paces, polls and pauses for ``test_hosts`` alone; ``None`` is unlimited. ``source_hosts`` are
    those of private networks and of this machine that data may be read from: a name, or a name with a port;
    ``source_drivers`` are the database drivers that may be used by name, wherever they lead.
    """

    host_suffixes: tuple[str, ...] = ()
    test_hosts: frozenset[str] = frozenset()
    test_speed: float | None = 1.0
    source_hosts: frozenset[str] = frozenset()
    source_drivers: frozenset[str] = frozenset()

    def speed(self, host: str) -> float | None:
        return self.test_speed if host in self.test_hosts else 1.0


@dataclass(frozen=True, slots=True)
class KeyPlaces:
    """Where API keys may be read from that are named instead of given, and that a definitions file may ask for.

    Anything else of the environment or of the disk may be a secret of somebody else's, or of Leleka's own.
    """

    variables: frozenset[str] = frozenset()  # besides those that begin with PREFIX
    folders: tuple[Path, ...] = ()
    own_files: tuple[Path, ...] = ()  # Leleka's own secrets, wherever they lie: nobody's key

    PREFIX: ClassVar[str] = "LELEKA_SECRET_"

    def has_variable(self, name: str) -> bool:
        return name.startswith(self.PREFIX) or name in self.variables


@dataclass(frozen=True, slots=True)
class Web:
    """Where the pages are. ``public_url`` is how people reach them, without a slash at its end; "" is loopback."""

    public_url: str = ""
    address: str = "127.0.0.1"
    port: int = 8787
    privacy_url: str = ""
    request_seconds: float = 20.0  # for a client to send the body of a request
    trusted_proxies: tuple[ProxyNetwork, ...] = ()  # whose X-Forwarded-For is believed
    hsts_subdomains: bool = False

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def url(self) -> str:
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names that a request may carry: nothing else is believed (input 115)."""
        named = urlsplit(self.public_url).hostname if self.public_url else None
        return tuple(dict.fromkeys(filter(None, (named, "127.0.0.1", "localhost", "[::1]"))))


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where notices are posted. ``name`` tells it from others and holds nothing of a path that may be secret.

    ``private`` hosts, named in the allow-list one by one, may lie in the company's network; ``test`` hosts on this
    machine, and without encryption where ``plain``.
    """

    name: str
    host: str
    port: int
    target: Secret  # path and query
    private: bool = False
    test: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class MailServer:
    """Who takes our mail. ``security`` is tls (from the first byte), starttls (demanded) or plain (this machine)."""

    host: str
    port: int
    security: str
    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Channels:
    """How notices leave the house; without any they stay in the pages.

    ``heartbeat`` is posted to while all is well, ``heartbeat_fail`` while something is critical.
    """

    webhooks: tuple[Webhook, ...] = ()
    secret: Secret = field(default_factory=lambda: Secret(""))  # signs what is posted
    mail: MailServer | None = None
    sender: str = ""
    heartbeat: Webhook | None = None
    heartbeat_fail: Webhook | None = None


KEEP_RUN_DATA_DAYS: Final = 90
UPLOAD_LIMIT: Final = 5 * 10**9


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of one installation. Sizes are in the units DuckDB reads, durations in seconds or as noted."""

    data_dir: Path
    master_key_file: Path
    source_dirs: tuple[Path, ...]
    network: Network
    lease_seconds: float
    database_patience_seconds: float
    memory_limit: str
    threads: int
    time_zone: str
    web: Web = field(default_factory=Web, kw_only=True)
    log_level: str = field(default="", kw_only=True)  # "" leaves it to the process
    keep_run_data: int = field(default=KEEP_RUN_DATA_DAYS, kw_only=True)  # in days
    upload_limit: int = field(default=UPLOAD_LIMIT, kw_only=True)  # bytes of a file
    metrics_token: Secret = field(default=Secret(""), kw_only=True)
    channels: Channels = field(default_factory=Channels, kw_only=True)
    environment: Mapping[str, str]  # for ${NAME} and env: references; never printed
    key_places: KeyPlaces = field(default_factory=KeyPlaces, kw_only=True)

    @property
    def lake_dir(self) -> Path:
        return self.data_dir / "lake"

    @property
    def uploads_dir(self) -> Path:
        """Where files lie that people uploaded, each in a folder of its number."""
        return self.data_dir / "uploads"

    @property
    def spill_dir(self) -> Path:
        return self.data_dir / "spill"

    def __repr__(self) -> str:
        return f"Configuration(data_dir={self.data_dir})"
