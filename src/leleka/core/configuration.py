"""What the operator decided, as plain data: read from the environment in ``conf``, handed down from there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# The two domains that ActiveCampaign documents.
DOCUMENTED_SUFFIXES = ("api-us1.com", "activehosted.com")


@dataclass(frozen=True, slots=True)
class Network:
    """Which hosts may be reached, and how fast the pretended ones go.

    ``test_speed`` scales paces, polls and pauses for ``test_hosts`` alone; ``None`` is unlimited.
    """

    host_suffixes: tuple[str, ...] = DOCUMENTED_SUFFIXES
    test_hosts: frozenset[str] = frozenset()
    test_speed: float | None = 1.0

    def speed(self, host: str) -> float | None:
        return self.test_speed if host in self.test_hosts else 1.0


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of one installation. Sizes are in the units DuckDB reads, durations in seconds."""

    data_dir: Path
    master_key_file: Path
    source_dirs: tuple[Path, ...]
    network: Network
    lease_seconds: float
    database_patience_seconds: float
    memory_limit: str
    threads: int
    time_zone: str
    environment: Mapping[str, str]  # for ${NAME} and env: references; never printed

    @property
    def lake_dir(self) -> Path:
        return self.data_dir / "lake"

    @property
    def spill_dir(self) -> Path:
        return self.data_dir / "spill"

    def __repr__(self) -> str:
        return f"Configuration(data_dir={self.data_dir})"
