"""The kinds of destination there are: one line each, an entry point of the group ``leleka.destinations``."""

from typing import Any, Final

from leleka.core.configuration import Network
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination
from leleka.core.ports.turn import Turn, at_once
from leleka.destinations.spec import Spec
from leleka.errors import NeedsAttention, NotFound
from leleka.messages.registry import Kinds

_KINDS: Final[Kinds[Spec[Any]]] = Kinds(
    "leleka.destinations",
    Spec,
    unknown=lambda known: NotFound("DESTINATION_UNKNOWN", known=known),
    broken=lambda kind: NeedsAttention("DESTINATION_BROKEN", where=kind, kind=kind),
)
kinds = _KINDS.names
spec_of = _KINDS.get
find_spec = _KINDS.find
specs = _KINDS.all
title_of = _KINDS.title_of


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
