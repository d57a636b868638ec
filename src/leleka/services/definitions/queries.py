"""What there is, as definitions."""

from collections.abc import Mapping

from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.definitions import writing


def written(actor: Actor, lists: Mapping[str, str] | None = None) -> str:
    """Return everything there is as a definitions file, without secrets and consents; ``lists`` are the files of the
    lists' entries by name, which are written with ``lists.queries.contents``.
    """
    require(actor, Permission.SYSTEM)
    return writing.write(actor, lists or {})
