from collections.abc import Mapping

from leleka.core.secret import Secret
from leleka.destinations.registry import spec_of
from leleka.errors import NeedsAttention
from leleka.services.connections import master_keys
from leleka.services.connections.named_keys import referenced
from leleka.state.models import Connection, StoredSecret
from leleka.state.secret_lock import alone
from leleka.state.secrets import Place, Sealed

KEY = "key"


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
