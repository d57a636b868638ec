"""Who did what, written in the transaction that does it."""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from leleka.state.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; at the terminal that is the system's user, with an administrator's rights."""

    name: str

    @classmethod
    def operator(cls) -> "Actor":
        return cls(f"operator:{getpass.getuser()}")


def record(actor: Actor, action: str, subject: str, details: Mapping[str, object] | None = None) -> None:
    """Append one entry. ``details`` hold no secret and no personal data."""
    AuditEntry.objects.create(
        at=timezone.now(), actor=actor.name, action=action, subject=subject, details=dict(details or {})
    )
