"""Who did what, written in the transaction that does it."""

from collections.abc import Mapping

from leleka.core.clock import utc_now
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
        at=utc_now(),
        actor=actor.name,
        action=action,
        subject=subject,
        details=dict(details or {}),
        address=actor.address,
        request=actor.request,
        result=result,
    )
