"""The remote side of a destination as its contract suite looks at it: not through the destination."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination

ACTIVE: Final = "active"
UNSUBSCRIBED: Final = "unsubscribed"
BOUNCED: Final = "bounced"
NEVER_CONFIRMED: Final = "never_confirmed"


@dataclass(frozen=True)
class Contact:
    """A contact on the remote side. Values by field key, empty ones left out; list id to status."""

    values: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    lists: Mapping[str, str] = field(default_factory=dict)


class Account(ABC):
    """An account on the remote side, empty but for one list, another list, and one field of its own."""

    destination: Destination
    clock: Clock
    list_id: str
    list_name: str
    other_list_id: str
    absent_list_id: str
    field_key: str

    @abstractmethod
    def people(self) -> Mapping[str, Contact]:
        """Return everyone who is there, by address."""

    @abstractmethod
    def put(self, address: str, standing: str) -> int:
        """Put someone on the list with that status; return the contact's id."""

    @abstractmethod
    def work(self) -> None:
        """Process the account's queue until it is empty."""

    @abstractmethod
    def hold(self) -> None:
        """Let what is accepted from now on wait for ``work``."""

    @abstractmethod
    def refuse_key(self) -> None:
        """From now on the key is invalid."""
