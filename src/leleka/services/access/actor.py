import getpass
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do; each role may do what the one before may (CI-R1)."""

    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``user`` is None for the operator at the terminal; ``name`` is what the audit shows.

    ``address`` is where the request came from, ``request`` its id: both "" at the terminal. ``until`` is when the token
    expires that was shown, None where somebody signed in.
    """

    name: str
    role: Role
    user: int | None = None
    address: str = ""
    request: str = ""
    until: datetime | None = None

    @property
    def is_operator(self) -> bool:
        """Return whether this is the user at the terminal; people's names end in their addresses, <ada@example.com>."""
        return self.user is None and self.name.startswith("operator:") and "<" not in self.name

    @classmethod
    def operator(cls) -> "Actor":
        """The user at the terminal, who has the store in hand: an administrator's rights."""
        return cls(f"operator:{getpass.getuser()}", Role.ADMINISTRATOR)

    @classmethod
    def nobody(cls, address: str, request: str) -> "Actor":
        """Whoever has not signed in: the least rights."""
        return cls("not signed in", Role.VIEWER, None, address, request)

    @classmethod
    def worker(cls, asked_by: str, user: int | None = None) -> "Actor":
        """The worker, in the name of whoever asked: what it carries out was permitted when it was asked for."""
        return cls(asked_by, Role.ADMINISTRATOR, user)
