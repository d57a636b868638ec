"""The secrets of source connections: sealed like API keys, and bound to where the connection leads."""

import hashlib
from collections.abc import Mapping
from typing import Final

from leleka.core.secret import Secret
from leleka.services.connections import master_keys
from leleka.services.connections.named_keys import referenced
from leleka.state.models import SourceConnection, SourceSecret
from leleka.state.secret_lock import alone
from leleka.state.secrets import Place, Sealed

_OF: Final = "source-secret"


def secrets_of(connection: SourceConnection, names: tuple[str, ...]) -> dict[str, Secret]:
    """Return those of these secrets that the connection has. Raises ``NeedsAttention`` where one cannot be had."""
    found: dict[str, Secret] = {}
    stored = {row.name: row for row in connection.secrets.all()}
    for name in names:
        place = reference_of(connection, name)
        if place:
            found[name] = referenced(place, connection.name)
        elif name in stored:
            row = stored[name]
            sealed = Sealed(row.master_key, bytes(row.wrapped), bytes(row.sealed))
            found[name] = master_keys.master_keys().open(sealed, place_of(row))
    return found


def reference_of(connection: SourceConnection, name: str) -> str:
    """Return where a secret lies that is named instead of given; "" where there is none such."""
    return str(connection.settings.get(name, ""))


def place_of(row: SourceSecret) -> Place:
    """Return what a secret is bound to; an address may be long, so its digest stands for it."""
    return _place(row.connection, row.name, row.version)


def keep(connection: SourceConnection, secrets: Mapping[str, Secret]) -> None:
    """Seal the secrets that were given; each replaces the one before."""
    for name, secret in secrets.items():
        with alone():
            previous = connection.secrets.filter(name=name).first()
            version = previous.version + 1 if previous else 1
            sealed = master_keys.master_keys().seal(secret, _place(connection, name, version))
            values = {
                "version": version,
                "master_key": sealed.master_key,
                "wrapped": sealed.wrapped,
                "sealed": sealed.sealed,
                "hint": secret.hint,
            }
            SourceSecret.objects.update_or_create(connection=connection, name=name, defaults=values)


def _place(connection: SourceConnection, name: str, version: int) -> Place:
    address = hashlib.sha256(connection.address.encode()).hexdigest()
    return Place(connection.pk, name, address, version, _OF)
