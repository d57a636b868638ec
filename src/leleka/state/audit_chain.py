"""The chain over the audit: each link's digest covers an entry and the link before, so that no entry can be changed or
taken away without every later digest being another.

Links are made in the transaction that writes the entry. On PostgreSQL a transaction that finds another one linking does
not wait for it, which could wait for a row of the first: its entries are linked right after it, or with the next entry.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from datetime import UTC
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from leleka.state.models import AuditEntry, AuditLink
from leleka.state.secret_lock import AUDIT, take_at_once

_FIELDS: Final = ("id", "actor", "action", "subject", "details", "address", "request", "result")
_LOOKED_BACK: Final = 200  # entries; what is older is named by who wrote it, or found by ``link_all``
_AT_ONCE: Final = 1_000


def digest_of(previous: str, entry: Any) -> str:
    """Return the digest of a link: of the one before, and of all that an entry says."""
    told = {name: getattr(entry, name) for name in _FIELDS}
    told["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def link(late: Collection[int] = ()) -> bool:
    """Link the latest entries that have no link yet, and those of ``late``; tell whether it could: False while another
    transaction does it.
    """
    with transaction.atomic():
        if not take_at_once(AUDIT):
            return False
        last = AuditLink.objects.order_by("-number").first()
        wanted = Q(pk__gt=last.entry - _LOOKED_BACK if last else 0) | Q(pk__in=late)
        _extend(last, _unlinked().filter(wanted).iterator(_AT_ONCE))
    return True


def link_all() -> None:
    """Link every entry, however old."""
    with transaction.atomic():
        if take_at_once(AUDIT):
            _extend(AuditLink.objects.order_by("-number").first(), _unlinked().iterator(_AT_ONCE))


def _unlinked() -> Any:
    linked = AuditLink.objects.filter(entry=OuterRef("pk"))
    return AuditEntry.objects.filter(~Exists(linked)).order_by("pk")


def _extend(last: AuditLink | None, entries: Iterable[AuditEntry]) -> None:
    links = []
    for entry in entries:
        number, before = (last.number + 1, last.digest) if last else (1, "")
        last = AuditLink(number=number, entry=entry.pk, digest=digest_of(before, entry))
        links.append(last)
    AuditLink.objects.bulk_create(links, batch_size=_AT_ONCE)
