from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit import log as audit_log
from leleka.state.models import AuditEntry


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
    """Return entries, the newest first, from before an id on; ``text`` is looked for in who, what and which."""
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


def read(actor: Actor, *, before: int | None = None, limit: int = 50, text: str = "") -> Sequence[EntryView]:
    """Return entries, the newest first. Raises ``Forbidden``."""
    require(actor, Permission.AUDIT)
    found = entries(before, limit, text)
    told = {name: value for name, value in (("text", text), ("before", before)) if value}
    audit_log.record(actor, "audit read", "audit", told)
    return found
