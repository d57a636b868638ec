"""Who did what, written in the transaction that does it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from django.db import transaction

from leleka.core.clock import utc_now
from leleka.services.access.actor import Actor
from leleka.state import audit_chain
from leleka.state.models import AuditEntry

# Entries of this process that another transaction's linking kept from being linked.
_LATE: Final[set[int]] = set()


def record(
    actor: Actor,
    action: str,
    subject: str,
    details: Mapping[str, object] | None = None,
    *,
    result: str = "done",
) -> None:
    """Append one entry. ``details`` hold no secret and no personal data; what changed stands in before and after."""
    record_each(actor, action, subject, [details or {}], result=result)


def record_each(
    actor: Actor, action: str, subject: str, details: Sequence[Mapping[str, object]], *, result: str = "done"
) -> None:
    """Append an entry for each of ``details``, and link them to the chain."""
    with transaction.atomic():
        late = frozenset(_LATE)
        written = AuditEntry.objects.bulk_create(
            AuditEntry(
                at=utc_now(),
                actor=actor.name,
                action=action,
                subject=subject,
                details=dict(one),
                address=actor.address,
                request=actor.request,
                result=result,
            )
            for one in details
        )
        if audit_chain.link(late):
            transaction.on_commit(partial(_LATE.difference_update, late))
        else:
            transaction.on_commit(partial(_link, frozenset(one.pk for one in written)))


def _link(written: frozenset[int]) -> None:
    """Link what could not be linked in its transaction; if it cannot be now, it is with this process' next entry."""
    _LATE.update(written)
    late = frozenset(_LATE)
    if audit_chain.link(late):
        _LATE.difference_update(late)
