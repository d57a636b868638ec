"""Connections: whether they work, and what their accounts offer."""

from collections.abc import Iterator, Sequence

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Check, CheckStatus, Field, Target
from leleka.errors import LelekaError, NotFound
from leleka.messages.stored import check_data
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, may_use, require
from leleka.services.connections.open_destination import opened
from leleka.state.models import Connection


def names(actor: Actor, only: str | None = None) -> Sequence[str]:
    """Return all connections' names, or the one asked for. Raises ``Forbidden``, ``NotFound``."""
    require(actor, Permission.CONNECTIONS)
    known = list(Connection.objects.order_by("name").values_list("name", flat=True))
    if only is not None and only not in known:
        raise NotFound("CONNECTION_UNKNOWN.listed", name=only, known=known)
    if not known:
        raise NotFound("CONNECTION_UNKNOWN.none")
    return known if only is None else [only]


def check(actor: Actor, name: str, target: str | None, clock: Clock) -> Iterator[Check]:
    """Test a connection step by step, and keep the result on it. Raises ``Forbidden``, ``NotFound``."""
    require(actor, Permission.CONNECTIONS)
    return _tested(_find(name), target, clock)


def _tested(connection: Connection, target: str | None, clock: Clock) -> Iterator[Check]:
    steps: list[Check] = []
    try:
        with opened(connection, clock) as account:
            for step in account.destination.check(target):
                steps.append(step)
                yield step
    except LelekaError as error:
        steps.append(Check("key", CheckStatus.FAILED, problem=error.problems[0]))
        yield steps[-1]
    keep_result(connection, steps)


def keep_result(connection: Connection, steps: Sequence[Check]) -> None:
    """Remember a test on its connection: what failed needs attention."""
    failed = next((step for step in steps if step.standing is CheckStatus.FAILED), None)
    connection.attention = check_data(failed)["sentence"][:500] if failed else ""
    connection.last_check = [check_data(step) for step in steps]
    connection.last_checked_at = utc_now()
    connection.save(update_fields=("attention", "last_check", "last_checked_at"))


def offers(actor: Actor, name: str, clock: Clock) -> tuple[Sequence[Target], Sequence[Field]]:
    """Return the lists and the fields of a connection's account, asked live.

    Raises ``Forbidden``, ``NotFound`` also of a connection that is not shared, and what keeps the account from
    answering.
    """
    require(actor, Permission.CHOOSE_CONNECTIONS)
    connection = _find(name)
    if not may_use(actor, connection):
        raise _unknown(name)
    with opened(connection, clock) as account:
        return account.destination.targets(), account.destination.fields()


def _find(name: str) -> Connection:
    row = Connection.objects.filter(name=name).first()
    if row is None:
        raise _unknown(name)
    return row


def _unknown(name: str) -> NotFound:
    return NotFound("CONNECTION_UNKNOWN.named", name=name, near="")
