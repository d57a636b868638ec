"""Whether the chain over the audit holds, and from which entry on it does not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.state import audit_chain
from leleka.state.models import AuditEntry, AuditLink

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class ChainView:
    """``entries`` are linked, ``head`` is the digest of the last.

    ``broken_at`` is the first entry that is not as it was written, or is gone; ``head_is_known`` whether a head that
    somebody wrote down before is in the chain.
    """

    entries: int
    head: str
    broken_at: int | None
    head_is_known: bool

    holds: bool


def verify(actor: Actor, head: str = "") -> ChainView:
    """Read the whole audit and compute its chain anew. Raises ``Forbidden``.

    ``head`` is one that was written down elsewhere, as from the metrics: it is missing where the end was cut off, or
    the chain made anew.
    """
    require(actor, Permission.AUDIT)
    audit_chain.link_all()
    last = AuditLink.objects.order_by("-number").first()
    known = not head or AuditLink.objects.filter(digest=head.strip().lower()).exists()
    broken = _broken_at(last.number if last else 0)
    found = ChainView(
        AuditLink.objects.count(), last.digest if last else "", broken, known, holds=known and broken is None
    )
    record(actor, "audit verify", "audit", {"holds": found.holds, "entries": found.entries})
    return found


def _broken_at(last: int) -> int | None:
    expected, before = 1, ""
    for links in _pages(last):
        entries = AuditEntry.objects.in_bulk([link.entry for link in links])
        for link in links:
            entry = entries.get(link.entry)
            if (
                link.number != expected
                or entry is None
                or audit_chain.digest_of(before, entry) != link.digest
            ):
                return link.entry
            expected, before = link.number + 1, link.digest
    return None


def _pages(last: int) -> Iterator[Sequence[AuditLink]]:
    after = 0
    while links := list(
        AuditLink.objects.filter(number__gt=after, number__lte=last).order_by("number")[:_AT_ONCE]
    ):
        yield links
        after = links[-1].number
