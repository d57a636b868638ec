"""From a stored connection to an open destination; the only place where a key is revealed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination, Limits
from leleka.core.ports.turn import Turn, at_once
from leleka.core.secret import Secret
from leleka.destinations.registry import spec_of
from leleka.engine.rate_limit import TimeScale
from leleka.engine.request_slots import RequestLimiter
from leleka.services.connections.keys import secrets_of
from leleka.services.installation import configuration as installation_configuration
from leleka.state.models import Connection
from leleka.state.request_slots import AccountSlots


@dataclass(frozen=True, slots=True)
class Opened:
    """An open destination with what its account allows."""

    destination: Destination
    limits: Limits
    time_scale: TimeScale


@contextmanager
def opened(connection: Connection, clock: Clock, *, holder: str = "") -> Iterator[Opened]:
    """Open the destination of a connection, and close it. ``holder`` tells whose its requests are, so that somebody who
    takes over may let go of them.
    """
    account = open_with(connection, secrets_of(connection), clock, holder=holder)
    try:
        yield account
    finally:
        account.destination.close()


@contextmanager
def opened_with(connection: Connection, secrets: Mapping[str, Secret], clock: Clock) -> Iterator[Opened]:
    """Open with the secrets at hand, as ``open_with`` does, and close it."""
    account = open_with(connection, secrets, clock)
    try:
        yield account
    finally:
        account.destination.close()


def open_with(
    connection: Connection,
    secrets: Mapping[str, Secret],
    clock: Clock,
    within: Callable[[Turn], Turn] = lambda turn: turn,
    *,
    holder: str = "",
) -> Opened:
    """Return an open destination, to be closed by whoever asked. The connection need not be saved, nor its account
    be known yet. ``within`` may say more about when a request has its turn.
    """
    network = installation_configuration.configuration().network
    spec = spec_of(connection.type)
    time_scale = TimeScale(network.speed(connection.host))
    turn: Turn = at_once
    if connection.account_id:
        turn = turn_of(connection.account_id, spec.limits, time_scale, clock, holder=holder)
    settings = spec.settings(**settings_of(connection), **secrets)
    return Opened(spec.open(settings, network, clock, within(turn)), spec.limits, time_scale)


def turn_of(account: int, limits: Limits, time_scale: TimeScale, clock: Clock, *, holder: str = "") -> Turn:
    """Return the turn of a request in an account's pace, which all processes share."""
    return RequestLimiter(limits, time_scale, clock, AccountSlots(account), holder=holder).turn


def settings_of(connection: Connection) -> dict[str, str]:
    """Return a connection's settings by name, without its secrets."""
    spec = spec_of(connection.type)
    kept = {one.name: str(connection.settings.get(one.name, one.default or "")) for one in spec.plain}
    return {spec.address.name: connection.host, **kept}
