"""What a file that an installation wrote says of connections, and what of it this installation has.

``kept`` of a connection tells which one it was. Where that is still there, its secrets and its consent stay what they
are, unless it is to lead elsewhere; in another installation, all of them are asked for.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from leleka.connectors.registry import spec_of as source_spec_of
from leleka.core.configuration import Network
from leleka.core.ports.setting import Described
from leleka.destinations.registry import spec_of
from leleka.errors import InvalidInput, Problem
from leleka.services.connections.keys import key_of, reference_of
from leleka.services.definition_schema.connections import settings_given
from leleka.services.definition_schema.schema import ConnectionDefinition, SourceConnectionDefinition
from leleka.services.definitions.yaml_file import KEPT, DefinitionsFile
from leleka.services.source_connections import keys as source_keys
from leleka.state.models import Connection, SourceConnection

_DIGITS: Final = 16


def proof_of(connection: Connection) -> str:
    """Return what tells a connection of this installation from one of another that is called the same."""
    return _digest(f"{connection.account.salt} {connection.pk} {connection.created_at.isoformat()}")


def proof_of_source(connection: SourceConnection) -> str:
    """Return the same for a source connection: two are not made in one microsecond under one number."""
    return _digest(f"source {connection.type} {connection.pk} {connection.created_at.isoformat()}")


def kept_connection(part: ConnectionDefinition) -> Connection | None:
    """Return the connection of this installation that a definition was written from; None where it was another."""
    row = Connection.objects.select_related("account").filter(name=part.name).first()
    return row if row is not None and part.kept and part.kept == proof_of(row) else None


def kept_source(part: SourceConnectionDefinition) -> SourceConnection | None:
    """Return the same for a source connection."""
    row = SourceConnection.objects.filter(name=part.name).first()
    return row if row is not None and part.kept and part.kept == proof_of_source(row) else None


def with_secrets(part: ConnectionDefinition, network: Network) -> dict[str, str]:
    """Return the settings of a connection with the secrets that stay what they are, or where they are."""
    spec, given = spec_of(part.type), settings_given(part, spec_of(part.type))
    row = kept_connection(part)
    if row is None or not _leads_to(row, given.get(spec.address.name, ""), network):
        return given
    return {
        name: reference_of(row, name) or key_of(row, name).reveal() if value.startswith(KEPT) else value
        for name, value in given.items()
    }


def with_source_secrets(part: SourceConnectionDefinition) -> dict[str, str]:
    """Return the same for a source connection."""
    spec, given = source_spec_of(part.type), settings_given(part, source_spec_of(part.type))
    row = kept_source(part)
    if row is None or row.type != part.type or spec.address({**_defaults(spec), **given}) != row.address:
        return given
    secrets = source_keys.secrets_of(row, tuple(name for name in spec.secrets if _is_kept(given, name)))
    revealed = {name: secret.reveal() for name, secret in secrets.items()}
    named = {name: place for name in secrets if (place := source_keys.reference_of(row, name))}
    return {**given, **revealed, **named}


def refuse_missing(file: DefinitionsFile, network: Network) -> None:
    """Raises ``InvalidInput`` with every secret and every consent that this installation does not have, before
    anything is read.
    """
    problems: list[Problem] = []
    for number, source in enumerate(file.definitions.source_connections):
        here: tuple[str | int, ...] = ("source_connections", number)
        problems += _unset(file, here, with_source_secrets(source))
    for number, part in enumerate(file.definitions.connections):
        here = ("connections", number)
        problems += _unset(file, here, with_secrets(part, network))
        if part.kept and part.consent is None and kept_connection(part) is None:
            problems.append(Problem.of("CONSENT_REQUIRED.file", file.where((*here, "consent"))))
    if problems:
        raise InvalidInput.of(problems)


def is_foreign(file: DefinitionsFile) -> bool:
    """Return whether another installation wrote the file, and nobody here has said yet that it is meant."""
    parts = file.definitions
    foreign = [part for part in parts.connections if part.kept and kept_connection(part) is None]
    sources = [part for part in parts.source_connections if part.kept and kept_source(part) is None]
    return bool(foreign or sources)


def _unset(file: DefinitionsFile, here: Sequence[str | int], given: Mapping[str, str]) -> list[Problem]:
    return [
        Problem.of("VARIABLE_UNSET", file.where((*here, name)), name=value.removeprefix(KEPT))
        for name, value in given.items()
        if value.startswith(KEPT)
    ]


def _leads_to(row: Connection, address: str, network: Network) -> bool:
    """Return whether an address is still the one that the secrets are for."""
    try:
        return str(spec_of(row.type).identify(address, network)) == row.host
    except InvalidInput:
        return False  # what is wrong with it is said where it is checked


def _defaults(spec: Described) -> dict[str, Any]:
    return {one.name: one.default or "" for one in spec.plain}


def _is_kept(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "").startswith(KEPT)


def _digest(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()[:_DIGITS]
