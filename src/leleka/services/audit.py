"""Who did what, written in the transaction that does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from leleka.services.access.actor import Actor
from leleka.state.models import AuditEntry


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
