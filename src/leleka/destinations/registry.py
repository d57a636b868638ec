"""The kinds of destination there are: one line each, an entry point of the group ``leleka.destinations``.

Entry points are found by every process that runs in the same environment, so that workers know a kind that somebody
installed as well as the process that was asked for a run. A kind is imported when it is asked for.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import structlog

from leleka.core.configuration import Network
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination, Turn, at_once
from leleka.destinations.spec import Spec
from leleka.errors import NeedsAttention, NotFound
from leleka.messages.registry import register

GROUP: Final = "leleka.destinations"
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
def spec_of(kind: str) -> Spec[Any]:
    """Raises ``NotFound`` where no destination is called that, ``NeedsAttention`` where it cannot be loaded."""
    point = _found().get(kind)
    if point is None:
        raise NotFound("DESTINATION_UNKNOWN", known=list(kinds()))
    try:
        spec = point.load()
    except Exception as error:
        log.exception("a destination cannot be loaded", kind=kind)
        raise _broken(kind) from error
    if not isinstance(spec, Spec) or spec.kind != kind:
        raise _broken(kind)
    register(spec.messages)
    return spec


def find_spec(kind: str) -> Spec[Any] | None:
    """Return the kind of that name; None where there is none, or none that can be loaded."""
    try:
        return spec_of(kind)
    except (NotFound, NeedsAttention):
        return None


@cache
def specs() -> tuple[Spec[Any], ...]:
    """Return every kind that can be loaded: one that cannot must not take the others' pages away."""
    return tuple(spec for spec in map(find_spec, kinds()) if spec is not None)


def title_of(kind: str) -> str:
    """Return how a kind is called; its bare name where it is no longer installed."""
    spec = find_spec(kind)
    return spec.title if spec else kind


def assumed_kind() -> str:
    """Return the kind that is meant where a file, a request or a form names none."""
    return next(spec.kind for spec in specs() if spec.assumed)


def assumed_title() -> str:
    """Return how the assumed kind is called."""
    return title_of(assumed_kind())


def open_destination(
    kind: str, settings: object, network: Network, clock: Clock, turn: Turn = at_once
) -> Destination:
    """Open an account of that kind; ``settings`` is an instance of the kind's settings class.

    Nothing is asked of the network yet. Raises ``InvalidInput`` for settings that cannot be right.
    """
    return spec_of(kind).open(settings, network, clock, turn)


def _broken(kind: str) -> NeedsAttention:
    return NeedsAttention("DESTINATION_BROKEN", where=kind, kind=kind)
