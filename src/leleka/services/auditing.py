"""Reading the audit: administrators only, and that it was read is an entry, too."""

from collections.abc import Sequence

from leleka.services import audit
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit import EntryView


def read(actor: Actor, *, before: int | None = None, limit: int = 50, text: str = "") -> Sequence[EntryView]:
    """Give entries, the newest first. Raises ``Forbidden``."""
    require(actor, Permission.AUDIT)
    found = audit.entries(before, limit, text)
    told = {name: value for name, value in (("text", text), ("before", before)) if value}
    audit.record(actor, "audit read", "audit", told)
    return found
