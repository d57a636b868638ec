from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ListView:
    """A list of profiles. ``column`` is that of their e-mail addresses, "" where the entries are their keys;
    ``segments`` are the names of those whose rules name it.
    """

    id: int
    name: str
    column: str
    size: int
    unknown: int
    unusable: int
    given_by: str
    given_at: datetime | None
    segments: Sequence[str]
    managed_by_file: str
    version: int
    locked_by: Sequence[str] = ()
    examples: Sequence[str] = field(default=(), repr=False)

    @property
    def found(self) -> int:
        """Return how many entries a profile had when the list was given."""
        return self.size - self.unknown


@dataclass(frozen=True, slots=True)
class Entries:
    """What somebody gave, read: the usable entries, how many are none, and some of these, masked."""

    values: frozenset[str] = field(repr=False)
    unusable: int
    examples: tuple[str, ...] = field(repr=False)
    digest: str
