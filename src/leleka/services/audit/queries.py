import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit import log as audit_log
from leleka.services.runs.csv import lines
from leleka.state.models import AuditEntry

_COLUMNS: Final = ("id", "at", "actor", "action", "subject", "result", "details", "address", "request")
_AT_ONCE: Final = 500


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


def download(actor: Actor, text: str = "") -> Iterator[str]:
    """Return the lines of a CSV file with every entry that ``text`` is found in, the newest first.

    Raises ``Forbidden`` at once.
    """
    require(actor, Permission.AUDIT)
    audit_log.record(actor, "audit download", "audit", {"text": text} if text else {})
    return _csv(text)


def _csv(text: str) -> Iterator[str]:
    yield lines([_COLUMNS])
    before = None
    while page := entries(before, _AT_ONCE, text):
        yield lines(_cells(one) for one in page)
        before = page[-1].id


def _cells(one: EntryView) -> tuple[str, ...]:
    details = json.dumps(one.details, ensure_ascii=False, sort_keys=True) if one.details else ""
    return (
        str(one.id), one.at.isoformat(), one.actor, one.action, one.subject, one.result, details, one.address,
        one.request,
    )  # fmt: skip


def read(actor: Actor, *, before: int | None = None, limit: int = 50, text: str = "") -> Sequence[EntryView]:
    """Return entries, the newest first. Raises ``Forbidden``."""
    require(actor, Permission.AUDIT)
    found = entries(before, limit, text)
    told = {name: value for name, value in (("text", text), ("before", before)) if value}
    audit_log.record(actor, "audit read", "audit", told)
    return found
