from pathlib import Path
from typing import Final

from leleka.core.secret import Secret
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
        raise InvalidInput(
            "KEY_SYNTAX",
            "This names neither a variable nor a file that holds the key.",
            remedy="Write env:NAME or file:/path/of/the/file.",
        )


def key_of(connection: Connection) -> Secret:
    """Return the connection's key; raises ``NeedsAttention`` where it cannot be had."""
    reference = connection.key_reference
    if reference:
        return referenced(reference, connection.name)
    row = connection.secrets.filter(name=KEY).first()
    if row is None:
        raise NeedsAttention("KEY_MISSING", "The connection has no API key.", where=connection.name)
    sealed = Sealed(row.master_key, bytes(row.wrapped), bytes(row.sealed))
    return master_keys.master_keys().open(sealed, place_of(connection, row.version))


def keep_key(connection: Connection, secret: Secret) -> None:
    """Seal a key for this connection and its host; replaces the one before."""
    with alone():
        previous = connection.secrets.filter(name=KEY).first()
        version = previous.version + 1 if previous else 1
        sealed = master_keys.master_keys().seal(secret, place_of(connection, version))
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
    """Return what the connection's key is bound to."""
    return Place(connection.pk, KEY, connection.host, version)


def referenced(reference: str, where: str) -> Secret:
    """Read a key that is named; raises ``NeedsAttention`` where it cannot be had."""
    if reference.startswith(_ENV):
        name = reference.removeprefix(_ENV)
        value = installation_configuration.configuration().environment.get(name, "")
        if not value:
            raise NeedsAttention("KEY_MISSING", f"The environment variable {name} is not set.", where=where)
        return Secret(value.strip())
    path = Path(reference.removeprefix(_FILE))
    try:
        return Secret(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        raise NeedsAttention("KEY_MISSING", f"The key file {path} cannot be read.", where=where) from None
