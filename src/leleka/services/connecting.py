"""From a stored connection to an open destination; the only place where a key is revealed."""

from collections.abc import Iterator, Mapping
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
        raise InvalidInput(
            "KEY_SYNTAX",
            "This names neither a variable nor a file that holds the key.",
            remedy="Write env:NAME or file:/path/of/the/file.",
        )


@contextmanager
def opened(connection: Connection, clock: Clock) -> Iterator[Opened]:
    """Open the destination of a connection, and close it."""
    with opened_with(connection, secrets_of(connection), clock) as account:
        yield account


@contextmanager
def opened_with(connection: Connection, secrets: Mapping[str, Secret], clock: Clock) -> Iterator[Opened]:
    """Open with the secrets at hand; the connection need not be saved, nor its account be known yet."""
    network = store.configuration().network
    spec = spec_of(connection.type)
    tempo = Tempo(network.speed(connection.host))
    turn = _turn_of(connection.account_id, spec.limits, tempo, clock) if connection.account_id else at_once
    settings = spec.settings(**settings_of(connection), **secrets)
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


def settings_of(connection: Connection) -> dict[str, str]:
    """Return a connection's settings by name, without its secrets."""
    spec = spec_of(connection.type)
    kept = {one.name: str(connection.settings.get(one.name, one.default or "")) for one in spec.plain}
    return {spec.address.name: connection.host, **kept}


def reference_of(connection: Connection, name: str = KEY) -> str:
    """Return where a secret lies that is named instead of given; "" where there is none such."""
    return connection.key_reference if name == KEY else str(connection.settings.get(name, ""))


def secrets_of(connection: Connection) -> dict[str, Secret]:
    """Return the connection's secrets by name; raises ``NeedsAttention`` where one cannot be had."""
    return {name: key_of(connection, name) for name in spec_of(connection.type).secrets}


def key_of(connection: Connection, name: str = KEY) -> Secret:
    """Return the connection's key; raises ``NeedsAttention`` where it cannot be had.

    ``name`` is that of the setting, for kinds that call it otherwise or have several secrets.
    """
    reference = reference_of(connection, name)
    if reference:
        return referenced(reference, connection.name)
    row = connection.secrets.filter(name=name).first()
    if row is None:
        what = "API key" if name == KEY else name
        raise NeedsAttention("KEY_MISSING", f"The connection has no {what}.", where=connection.name)
    sealed = Sealed(row.master_key, bytes(row.wrapped), bytes(row.sealed))
    return store.master_keys().open(sealed, place_of(connection, row.version, name))


def keep_key(connection: Connection, secret: Secret, name: str = KEY) -> None:
    """Seal a secret for this connection and its host; replaces the one before."""
    with alone():
        previous = connection.secrets.filter(name=name).first()
        version = previous.version + 1 if previous else 1
        sealed = store.master_keys().seal(secret, place_of(connection, version, name))
        StoredSecret.objects.update_or_create(
            connection=connection,
            name=name,
            defaults={
                "version": version,
                "master_key": sealed.master_key,
                "wrapped": sealed.wrapped,
                "sealed": sealed.sealed,
                "hint": secret.hint,
            },
        )


def keep_secrets(
    connection: Connection, secrets: Mapping[str, Secret], references: Mapping[str, str]
) -> None:
    """Seal the secrets that were given, and let go of those that are only named from now on."""
    for name, secret in secrets.items():
        keep_key(connection, secret, name)
    connection.secrets.filter(name__in=references).delete()


def place_of(connection: Connection, version: int, name: str = KEY) -> Place:
    """Return what the connection's key, or another secret of it, is bound to."""
    return Place(connection.pk, name, connection.host, version)


def referenced(reference: str, where: str) -> Secret:
    """Read a key that is named; raises ``NeedsAttention`` where it cannot be had."""
    if reference.startswith(_ENV):
        name = reference.removeprefix(_ENV)
        value = store.configuration().environment.get(name, "")
        if not value:
            raise NeedsAttention("KEY_MISSING", f"The environment variable {name} is not set.", where=where)
        return Secret(value.strip())
    path = Path(reference.removeprefix(_FILE))
    try:
        return Secret(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        raise NeedsAttention("KEY_MISSING", f"The key file {path} cannot be read.", where=where) from None
