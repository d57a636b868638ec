"""From a stored connection to an open destination; the only place where a key is revealed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leleka.core.ports import Clock, Destination, Limits, Turn, at_once
from leleka.core.secret import Secret
from leleka.destinations.registry import spec_of
from leleka.engine.pace import Tempo
from leleka.engine.places import KEPT_FOR_PEOPLE, RequestPace
from leleka.errors import InvalidInput, NeedsAttention
from leleka.services import store
from leleka.state.models import Connection, StoredSecret
from leleka.state.places import AccountPlaces
from leleka.state.sealing import alone
from leleka.state.secrets import Place, Sealed

KEY = "key"
_FILE, _ENV = "file:", "env:"
_LONGEST_REFERENCE: Final = 1000  # what the state holds


@dataclass(frozen=True, slots=True)
class Opened:
    """An open destination with what its account allows."""

    destination: Destination
    limits: Limits
    tempo: Tempo


def is_reference(key: str) -> bool:
    """Tell whether a key is named instead of given: ``file:/path`` or ``env:NAME``."""
    return key.startswith((_FILE, _ENV))


def check_reference(reference: str) -> None:
    """Raises ``InvalidInput`` for a reference that names nothing."""
    _, _, name = reference.partition(":")
    if not name.strip() or not name.isprintable() or len(reference) > _LONGEST_REFERENCE:
        raise InvalidInput("KEY_SYNTAX.reference")


@contextmanager
def opened(connection: Connection, clock: Clock) -> Iterator[Opened]:
    """Open the destination of a connection, and close it."""
    with opened_with(connection, key_of(connection), clock) as account:
        yield account


@contextmanager
def opened_with(connection: Connection, key: Secret, clock: Clock) -> Iterator[Opened]:
    """Open with a key at hand; the connection need not be saved, nor its account be known yet."""
    network = store.configuration().network
    spec = spec_of(connection.type)
    tempo = Tempo(network.speed(connection.host))
    turn = _turn_of(connection.account_id, spec.limits, tempo, clock) if connection.account_id else at_once
    settings = spec.settings(host=connection.host, key=key, share=connection.share)
    destination = spec.open(settings, network, clock, turn)
    try:
        yield Opened(destination, spec.limits, tempo)
    finally:
        destination.close()


def _turn_of(account: int, limits: Limits, tempo: Tempo, clock: Clock) -> Turn:
    places = AccountPlaces(
        account,
        limits.requests_per_second - KEPT_FOR_PEOPLE,
        longest=limits.seconds_in_flight + 1.0,
    )
    return RequestPace(limits, tempo, clock, places).turn


def key_of(connection: Connection) -> Secret:
    """Give the connection's key; raises ``NeedsAttention`` where it cannot be had."""
    reference = connection.key_reference
    if reference:
        return referenced(reference, connection.name)
    row = connection.secrets.filter(name=KEY).first()
    if row is None:
        raise NeedsAttention("KEY_MISSING", where=connection.name)
    sealed = Sealed(row.master_key, bytes(row.wrapped), bytes(row.sealed))
    return store.master_keys().open(sealed, place_of(connection, row.version))


def keep_key(connection: Connection, secret: Secret) -> None:
    """Seal a key for this connection and its host; replaces the one before."""
    with alone():
        previous = connection.secrets.filter(name=KEY).first()
        version = previous.version + 1 if previous else 1
        sealed = store.master_keys().seal(secret, place_of(connection, version))
        StoredSecret.objects.update_or_create(
            connection=connection,
            name=KEY,
            defaults={
                "version": version,
                "master_key": sealed.master_key,
                "wrapped": sealed.wrapped,
                "sealed": sealed.sealed,
                "hint": secret.hint,
            },
        )


def place_of(connection: Connection, version: int) -> Place:
    """Give what the connection's key is bound to."""
    return Place(connection.pk, KEY, connection.host, version)


def referenced(reference: str, where: str) -> Secret:
    """Read a key that is named; raises ``NeedsAttention`` where it cannot be had."""
    if reference.startswith(_ENV):
        name = reference.removeprefix(_ENV)
        value = store.configuration().environment.get(name, "")
        if not value:
            raise NeedsAttention("KEY_MISSING.variable", where=where, name=name)
        return Secret(value.strip())
    path = Path(reference.removeprefix(_FILE))
    try:
        return Secret(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        raise NeedsAttention("KEY_MISSING.file", where=where, path=path) from None
