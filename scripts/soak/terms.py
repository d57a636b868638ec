from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - the class, for seeded generators

from scripts.soak.network_faults import Weather

_LATEST = 600.0  # seconds until everything must have finished


@dataclass(frozen=True)
class Terms:
    """The parameters. The soak test ends after ``kills`` or after ``minutes``, whichever comes first."""

    kills: int
    minutes: float
    seed: int = 0
    database: str = "sqlite"
    accounts: int = 8
    people: int = 5_000
    speed: float = 50.0
    workers: int = 0  # so many workers with schedules, instead of commands
    weather: Weather = field(default_factory=Weather)


def _chance(terms: Terms, name: str) -> Random:
    return Random(f"{terms.seed}/{name}")  # noqa: S311 - it has to be repeatable
