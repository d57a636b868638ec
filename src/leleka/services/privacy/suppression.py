"""The suppression set of an account: nothing is sent any more to who is in it."""

from leleka.core.clock import utc_now
from leleka.core.email import Unusable, normalise
from leleka.errors import InvalidInput, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.state.models import Account, Connection, SuppressedPerson
from leleka.state.suppression import digest


def suppress(actor: Actor, connection: str, address: str, reason: str = "") -> bool:
    """Put somebody into the set of the connection's account; tell whether they were not in it yet.

    It counts from this moment on: runs under way look again before each batch leaves for the first time.
    Raises ``Forbidden``, ``NotFound``, ``InvalidInput``.
    """
    require(actor, Permission.CONNECTIONS)
    found = Connection.objects.select_related("account").filter(name=connection).first()
    if found is None:
        raise NotFound("CONNECTION_UNKNOWN.named", name=connection)
    known = normalise(address)
    if isinstance(known, Unusable):
        raise InvalidInput.of([known.problem])
    _, created = SuppressedPerson.objects.get_or_create(
        account=found.account,
        digest=digest(found.account.salt, known.key),
        defaults={"reason": reason, "by": actor.name, "at": utc_now()},
    )
    if created:
        record(actor, "person suppress", connection, {"reason": reason})
    return created


def digests(account: Account) -> tuple[str, ...]:
    """Return the whole set, for a plan."""
    return tuple(SuppressedPerson.objects.filter(account=account).values_list("digest", flat=True))
