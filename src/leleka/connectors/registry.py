"""The kinds of source there are besides files of this machine: an entry point each of the group ``leleka.connectors``.

A kind is imported when it is asked for; what it needs of drivers is imported when it is opened.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import structlog

from leleka.connectors.spec import ConnectorSpec
from leleka.errors import NeedsAttention, NotFound
from leleka.messages.registry import register

GROUP: Final = "leleka.connectors"
_OWN: Final = "leleka"  # the distribution whose kinds come first, and cannot be replaced by another's
log = structlog.get_logger(__name__)


@cache
def _found() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    points = entry_points(group=GROUP)
    for point in sorted(points, key=lambda one: (one.dist is None or one.dist.name != _OWN, one.name)):
        found.setdefault(point.name, point)
    return found


def kinds() -> tuple[str, ...]:
    """Return the names of all kinds, Leleka's own first; imports none of them."""
    return tuple(_found())


@cache
def spec_of(kind: str) -> ConnectorSpec[Any]:
    """Raises ``NotFound`` where no kind is called that, ``NeedsAttention`` where it cannot be loaded."""
    point = _found().get(kind)
    if point is None:
        raise NotFound("SOURCE_KIND_UNKNOWN", where="type", known=list(kinds()))
    try:
        spec = point.load()
    except Exception as error:
        log.exception("a kind of source cannot be loaded", kind=kind)
        raise NeedsAttention("SOURCE_KIND_BROKEN", where=kind, kind=kind) from error
    if not isinstance(spec, ConnectorSpec) or spec.kind != kind:
        raise NeedsAttention("SOURCE_KIND_BROKEN", where=kind, kind=kind)
    register(spec.messages)
    return spec


def find_spec(kind: str) -> ConnectorSpec[Any] | None:
    """Return the kind of that name; None where there is none, or none that can be loaded."""
    try:
        return spec_of(kind)
    except (NotFound, NeedsAttention):
        return None


@cache
def specs() -> tuple[ConnectorSpec[Any], ...]:
    """Return every kind that can be loaded: one that cannot must not take the others' pages away."""
    return tuple(spec for spec in map(find_spec, kinds()) if spec is not None)


def title_of(kind: str) -> str:
    """Return how a kind is called; its bare name where it is no longer installed."""
    spec = find_spec(kind)
    return spec.title if spec else kind


def spec_of_scheme(scheme: str) -> ConnectorSpec[Any] | None:
    """Return the kind that reads URLs of this scheme; None where none does."""
    return next((spec for spec in specs() if scheme in spec.schemes), None)
