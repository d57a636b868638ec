"""From a source connection to an open connector; the only place where its secrets are revealed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from leleka.connectors import apart
from leleka.connectors.objects.urls import WEB, is_url, masked, origin, parse
from leleka.connectors.registry import spec_of, spec_of_scheme
from leleka.core.ports.connector import Bounds, Connector, RemoteColumn, Wanted
from leleka.core.ports.destination import Check
from leleka.core.secret import Secret
from leleka.errors import InvalidInput
from leleka.services.connections.named_keys import referenced
from leleka.services.connections.settings import check_secret
from leleka.services.installation import configuration as installation_configuration
from leleka.services.source_connections import keys
from leleka.services.source_connections.settings import CheckedSource, plain_of
from leleka.state.models import SourceConnection
from leleka.transport.source_hosts import is_named


@dataclass(frozen=True, slots=True)
class Way:
    """A kind with all that is needed to open it: what a row or a file says, with the secrets at hand."""

    type: str
    settings: Mapping[str, str]
    secrets: Mapping[str, Secret]

    @contextmanager
    def opened(self) -> Iterator[Connector]:
        """Open in this process, for copying: drivers are loaded into it."""
        spec = spec_of(self.type)
        connector = spec.open(spec.settings(**self.settings, **self.secrets), bounds())
        try:
            yield connector
        finally:
            connector.close()

    def check(self) -> Sequence[Check]:
        """Test it in a process of its own."""
        return apart.check(self._asked())

    def names(self, limit: int) -> Sequence[str]:
        """Return what can be chosen, asked by a process of its own."""
        return apart.names(self._asked(), limit)

    def columns(self, wanted: Wanted) -> Sequence[RemoteColumn]:
        """Return the columns of a table or query, asked by a process of its own."""
        return apart.columns(self._asked(), wanted)

    def _asked(self) -> apart.Asked:
        return apart.Asked(self.type, self.settings, self.secrets, bounds())


def bounds() -> Bounds:
    """Return what the operator allows connectors."""
    configuration = installation_configuration.configuration()
    return Bounds(configuration.network, configuration.source_dirs)


def way_of(row: SourceConnection) -> Way:
    """Return the way of a stored connection. Raises ``NeedsAttention`` where a secret cannot be had."""
    return Way(row.type, plain_of(row), keys.secrets_of(row, spec_of(row.type).secrets))


def way_of_checked(checked: CheckedSource, row: SourceConnection | None) -> Way:
    """Return the way of settings that are not stored yet; what was not given comes from ``row``."""
    spec = spec_of(checked.type)
    left = tuple(name for name in spec.secrets if name not in {*checked.secrets, *checked.references})
    kept = keys.secrets_of(row, left) if row is not None else {}
    named = {name: _named(spec, name, place) for name, place in checked.references.items()}
    return Way(checked.type, checked.plain, {**kept, **named, **checked.secrets})


def way_called(name: str) -> Way:
    """Return the way of the connection of this name. Raises ``InvalidInput`` SOURCE_CONNECTION_UNKNOWN."""
    row = SourceConnection.objects.filter(name=name).first()
    if row is None:
        known = list(SourceConnection.objects.values_list("name", flat=True))
        near = next(iter(get_close_matches(name, known, n=1)), "")
        raise InvalidInput("SOURCE_CONNECTION_UNKNOWN", name=name, near=near)
    return way_of(row)


def way_of_urls(source: str, files: Sequence[str]) -> Way:
    """Return the way to what is public. Raises ``InvalidInput`` where no one kind reads all of it, and for hosts that
    the operator named for source connections: who may read from there is said with these.
    """
    kinds = {_kind_of(source, file) for file in files}
    for file in files:
        _refuse_private(file)
    if len(kinds) > 1:
        raise InvalidInput("SOURCE_FILES_MIXED", where=source)
    return Way(kinds.pop(), {}, {})


def _kind_of(source: str, file: str) -> str:
    if not is_url(file):
        raise InvalidInput("SOURCE_FILES_MIXED", where=source)
    spec = spec_of_scheme(file.partition(":")[0].lower())
    if spec is None:
        raise InvalidInput("SOURCE_NEEDS_CONNECTION", where=masked(file))
    return spec.kind


def _refuse_private(file: str) -> None:
    url = parse(file)
    if url.scheme not in WEB:
        return  # of a bucket's own service, which is public
    place = origin(f"{url.scheme}://{url.place}")
    if is_named(place.host, place.port, installation_configuration.configuration().network):
        raise InvalidInput("SOURCE_NEEDS_CONNECTION.private", where=url.shown, host=place.host)


def _named(spec: Any, name: str, place: str) -> Secret:
    text = referenced(place, "").reveal()
    one = next(one for one in spec.fields if one.name == name)
    return check_secret(one, text) or Secret(text)
