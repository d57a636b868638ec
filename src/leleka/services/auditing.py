"""Reading the audit: administrators only, and that it was read is an entry, too."""

from collections.abc import Sequence

from leleka.services import audit
from leleka.services.audit import Actor, EntryView
from leleka.services.permissions import Permission, require


def read(actor: Actor, *, before: int | None = None, limit: int = 50, text: str = "") -> Sequence[EntryView]:
    """Give entries, the newest first. Raises ``Forbidden``."""
    require(actor, Permission.AUDIT)
    found = audit.entries(before, limit, text)
    if before is None:
        audit.record(actor, "audit read", "audit", {"text": text} if text else {})
    return found
