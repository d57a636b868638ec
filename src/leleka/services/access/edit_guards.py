"""What holds for every edit: a file's rows are the file's, a stale edit overwrites nothing, and nobody changes what is
sent by an export that they may not change.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import IntegrityError, transaction

from leleka.errors import Conflict, Forbidden
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import may_use
from leleka.state.models import Export


class Managed(Protocol):
    """A row that a definitions file may have made."""

    name: str
    managed_by_file: str


def refuse_managed(row: Managed) -> None:
    """Raises ``Conflict`` MANAGED_BY_FILE."""
    if row.managed_by_file:
        raise Conflict("MANAGED_BY_FILE", name=row.name, file=row.managed_by_file)


def out_of_reach(actor: Actor, exports: Iterable[Export]) -> tuple[str, ...]:
    """Return the names of those of these exports that somebody may only look at."""
    return tuple(sorted(one.name for one in exports if not may_use(actor, one.connection)))


def refuse_steering(actor: Actor, name: str, exports: Iterable[Export]) -> None:
    """Raises ``Forbidden`` FEEDS_EXPORTS where something is sent by exports that somebody may only look at: whoever
    changes it decides what these send, in the name of others.
    """
    if names := out_of_reach(actor, exports):
        raise Forbidden("FEEDS_EXPORTS", where=name, name=name, exports=list(names))


def stale(name: str) -> Conflict:
    """Return the error of an edit that began before another one was saved."""
    return Conflict("STALE", name=name)


@contextmanager
def unique(taken: Conflict) -> Iterator[None]:
    """Write within it what may be there only once. Whoever looks first does not see what another writes at the same
    moment; the database does. Raises ``taken``.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise taken from None
