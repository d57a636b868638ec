from collections.abc import Mapping
from pathlib import Path
from typing import Final

from leleka.core.secret import Secret
from leleka.destinations.registry import spec_of
from leleka.errors import InvalidInput, NeedsAttention
from leleka.services.connections import master_keys
from leleka.services.installation import configuration as installation_configuration
from leleka.state.models import Connection, StoredSecret
from leleka.state.secret_lock import alone
from leleka.state.secrets import Place, Sealed

KEY = "key"


_FILE, _ENV = "file:", "env:"


_LONGEST_REFERENCE: Final = 1000  # what the state holds


def is_reference(key: str) -> bool:
    """Return whether a key is named instead of given: ``file:/path`` or ``env:NAME``."""
    return key.startswith((_FILE, _ENV))


def check_reference(reference: str) -> None:
    """Raises ``InvalidInput`` for a reference that names nothing."""
    _, _, name = reference.partition(":")
    if not name.strip() or not name.isprintable() or len(reference) > _LONGEST_REFERENCE:
        raise InvalidInput("KEY_SYNTAX.reference")


def key_of(connection: Connection, name: str = KEY) -> Secret:
    """Return the connection's key; raises ``NeedsAttention`` where it cannot be had.

    ``name`` is that of the setting, for kinds that call it otherwise or have several secrets.
    """
    reference = reference_of(connection, name)
    if reference:
        return referenced(reference, connection.name)
    row = connection.secrets.filter(name=name).first()
    if row is None:
        raise NeedsAttention("KEY_MISSING", where=connection.name)
    sealed = Sealed(row.master_key, bytes(row.wrapped), bytes(row.sealed))
    return master_keys.master_keys().open(sealed, place_of(connection, row.version, name))


def keep_key(connection: Connection, secret: Secret, name: str = KEY) -> None:
    """Seal a secret for this connection and its host; replaces the one before."""
    with alone():
        previous = connection.secrets.filter(name=name).first()
        version = previous.version + 1 if previous else 1
        sealed = master_keys.master_keys().seal(secret, place_of(connection, version, name))
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


def place_of(connection: Connection, version: int, name: str = KEY) -> Place:
    """Return what the connection's key, or another secret of it, is bound to."""
    return Place(connection.pk, name, connection.host, version)


def referenced(reference: str, where: str) -> Secret:
    """Read a key that is named; raises ``NeedsAttention`` where it cannot be had."""
    if reference.startswith(_ENV):
        name = reference.removeprefix(_ENV)
        value = installation_configuration.configuration().environment.get(name, "")
        if not value:
            raise NeedsAttention("KEY_MISSING.variable", where=where, name=name)
        return Secret(value.strip())
    path = Path(reference.removeprefix(_FILE))
    try:
        return Secret(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        raise NeedsAttention("KEY_MISSING.file", where=where, path=path) from None


def reference_of(connection: Connection, name: str = KEY) -> str:
    """Return where a secret lies that is named instead of given; "" where there is none such."""
    return connection.key_reference if name == KEY else str(connection.settings.get(name, ""))


def secrets_of(connection: Connection) -> dict[str, Secret]:
    """Return the connection's secrets by name; raises ``NeedsAttention`` where one cannot be had."""
    return {name: key_of(connection, name) for name in spec_of(connection.type).secrets}


def keep_secrets(
    connection: Connection, secrets: Mapping[str, Secret], references: Mapping[str, str]
) -> None:
    """Seal the secrets that were given, and let go of those that are only named from now on."""
    for name, secret in secrets.items():
        keep_key(connection, secret, name)
    connection.secrets.filter(name__in=references).delete()
