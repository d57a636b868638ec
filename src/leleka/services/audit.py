"""Who did what, written in the transaction that does it."""

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q
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

    @property
    def is_operator(self) -> bool:
        """Tell whether this is the user at the terminal; people's names end in their addresses, <ada@example.com>."""
        return self.user is None and self.name.startswith("operator:") and "<" not in self.name

    @classmethod
    def operator(cls) -> "Actor":
        """The user at the terminal, who has the store in hand: an administrator's rights."""
        return cls(f"operator:{getpass.getuser()}", Role.ADMINISTRATOR)

    @classmethod
    def worker(cls, asked_by: str) -> "Actor":
        """The worker, in the name of whoever asked: what it carries out was permitted when it was asked for."""
        return cls(asked_by, Role.ADMINISTRATOR)


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


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry as the page shows it."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, object]
    address: str
    request: str
    result: str


def entries(before: int | None, limit: int, text: str = "") -> Sequence[EntryView]:
    """Give entries, the newest first, from before an id on; ``text`` is looked for in who, what and which."""
    rows = AuditEntry.objects.order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if text:
        rows = rows.filter(Q(actor__icontains=text) | Q(action__icontains=text) | Q(subject__icontains=text))
    return [
        EntryView(
            row.pk,
            row.at,
            row.actor,
            row.action,
            row.subject,
            row.details,
            row.address,
            row.request,
            row.result,
        )
        for row in rows[:limit]
    ]
