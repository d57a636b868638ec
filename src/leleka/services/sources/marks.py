"""Up to where a source was read by what changed, and of what: a mark of one place says nothing of another."""

from collections.abc import Mapping

import orjson

from leleka.connectors.registry import spec_of
from leleka.services.source_connections.opening import Way
from leleka.services.sources.loaded import digest_of


def place_of(way: Way, spec: Mapping[str, object]) -> str:
    """Return what tells apart where rows come from: the kind, address and user of a connection, and what is asked."""
    leads = [way.type, spec_of(way.type).address(way.settings), way.settings.get("user", "")]
    return digest_of(orjson.dumps(leads).decode(), (), spec)


def kept(place: str, value: str) -> str:
    """Return how a mark is stored; "" where there is no value to go on from."""
    return f"{place} {value}" if value else ""


def value_of(mark: str, place: str) -> str:
    """Return the value of a stored mark; "" where it is of another place."""
    of, _, value = mark.partition(" ")
    return value if of == place else ""
