"""The destinations there are, one line each."""

from typing import Any, Final

from leleka.core.configuration import Network
from leleka.core.ports import Clock, Destination, Turn, at_once
from leleka.destinations.activecampaign.spec import SPEC as ACTIVECAMPAIGN
from leleka.destinations.spec import Spec
from leleka.errors import NotFound
from leleka.messages.registry import register

SPECS: Final[dict[str, Spec[Any]]] = {
    ACTIVECAMPAIGN.kind: ACTIVECAMPAIGN,
}
for _spec in SPECS.values():
    register(_spec.words)


def spec_of(kind: str) -> Spec[Any]:
    """Raises ``NotFound`` where no destination is called that."""
    try:
        return SPECS[kind]
    except KeyError:
        raise NotFound("DESTINATION_UNKNOWN", known=list(SPECS)) from None


def open_destination(
    kind: str, settings: object, network: Network, clock: Clock, turn: Turn = at_once
) -> Destination:
    """Open an account of that kind; ``settings`` is an instance of the kind's settings class.

    Nothing is asked of the network yet. Raises ``InvalidInput`` for settings that cannot be right.
    """
    return spec_of(kind).open(settings, network, clock, turn)
