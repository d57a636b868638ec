"""Who did what, written in the transaction that does it."""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone

from leleka.state.models import AuditEntry


class Role(StrEnum):
    """What somebody may do; each role may do what the one before may (CI-R1)."""

    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``user`` is None for the operator at the terminal; ``name`` is what the audit shows.

    ``address`` is where the request came from, ``request`` its id: both "" at the terminal.
    """

    name: str
    role: Role
    user: int | None = None
    address: str = ""
    request: str = ""

    @classmethod
    def operator(cls) -> "Actor":
        """The user at the terminal, who has the store in hand: an administrator's rights."""
        return cls(f"operator:{getpass.getuser()}", Role.ADMINISTRATOR)


def record(
    actor: Actor,
    action: str,
    subject: str,
    details: Mapping[str, object] | None = None,
    *,
    result: str = "done",
) -> None:
    """Append one entry. ``details`` hold no secret and no personal data; what changed stands in before and after."""
    AuditEntry.objects.create(
        at=timezone.now(),
        actor=actor.name,
        action=action,
        subject=subject,
        details=dict(details or {}),
        address=actor.address,
        request=actor.request,
        result=result,
    )
