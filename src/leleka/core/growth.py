"""How suddenly the audience of an export may grow before an administrator is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MOST_PERCENT: Final = 100_000
MOST_PEOPLE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Growth:
    """``ask`` before sending to an audience that grew by more than ``percent`` and by at least ``people`` since the
    last run that delivered.
    """

    ask: bool = True
    percent: int = 50
    people: int = 100

    def is_sudden(self, before: int, now: int) -> bool:
        """Return whether somebody is to be asked about an audience of ``now`` after one of ``before``."""
        more = now - before
        return self.ask and more >= self.people and more * 100 > before * self.percent

    def to_data(self) -> dict[str, Any]:
        """Return what the state keeps."""
        return {"ask": self.ask, "percent": self.percent, "people": self.people}


def growth_of(data: Mapping[str, Any]) -> Growth:
    """Return the record of what the state keeps; ``KeyError`` or ``ValueError`` where it is damaged."""
    return Growth(bool(data["ask"]), int(data["percent"]), int(data["people"]))
