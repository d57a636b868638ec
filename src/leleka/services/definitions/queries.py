"""What there is, as definitions."""

from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.definitions import writing


def written(actor: Actor) -> str:
    """Return everything there is as a definitions file, without secrets and consents."""
    require(actor, Permission.SYSTEM)
    return writing.write(actor)
