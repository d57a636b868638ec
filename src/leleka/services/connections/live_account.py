"""Connections: whether they work, and what their accounts offer."""

import json
from collections.abc import Iterator, Mapping, Sequence

from django.utils.crypto import salted_hmac

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Check, CheckStatus, Field, Target
from leleka.core.secret import Secret
from leleka.errors import LelekaError, NotFound
from leleka.messages.stored import check_data
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, may_use, require
from leleka.services.connections.far_side import FAR_SIDE, FRESH, noted
from leleka.services.connections.impatient_clock import ImpatientClock
from leleka.services.connections.keys import secrets_of
from leleka.services.connections.open_destination import Opened, open_with, opened, settings_of
from leleka.services.installation import configuration as installation_configuration
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
    """Return the lists and the fields of a connection's account, as they are or were half a minute ago.

    Raises ``Forbidden``, ``NotFound`` also of a connection that is not shared, what keeps the account from answering,
    and ``Unavailable`` where it has not answered yet.
    """
    require(actor, Permission.CHOOSE_CONNECTIONS)
    connection = _find(name)
    if not may_use(actor, connection):
        raise _unknown(name)
    secrets = secrets_of(connection)

    def begin(impatient: ImpatientClock) -> Iterator[tuple[Sequence[Target], Sequence[Field]]]:
        account = open_with(connection, secrets, impatient, impatient.within)
        return _asked(account)

    about = ("offers", connection.pk, fingerprint(settings_of(connection), secrets))
    who = account_of(connection.type, connection.account.name)
    with noted(connection.pk):
        return FAR_SIDE.asked(who, about, clock, begin, fresh=_fresh(connection.host))[0]


def _fresh(host: str) -> float:
    """Return for how many seconds lists and fields are kept; an account that pretends lives faster."""
    return FRESH / (installation_configuration.configuration().network.speed(host) or 1.0)


def _asked(account: Opened) -> Iterator[tuple[Sequence[Target], Sequence[Field]]]:
    try:
        yield account.destination.targets(), account.destination.fields()
    finally:
        account.destination.close()


def account_of(kind: str, name: str) -> str:
    """Return what names an account among all that are asked, saved or not."""
    return f"{kind} {name}"


def fingerprint(settings: Mapping[str, str], secrets: Mapping[str, Secret]) -> str:
    """Return what is the same for the same settings and secrets, and from which nobody can guess them."""
    told = json.dumps([dict(settings), {name: one.reveal() for name, one in secrets.items()}], sort_keys=True)
    return salted_hmac("leleka.connections.far_side", told, algorithm="sha256").hexdigest()


def _find(name: str) -> Connection:
    row = Connection.objects.filter(name=name).first()
    if row is None:
        raise _unknown(name)
    return row


def _unknown(name: str) -> NotFound:
    return NotFound("CONNECTION_UNKNOWN.named", name=name, near="")
