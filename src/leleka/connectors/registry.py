"""The kinds of source there are besides files of this machine: an entry point each of the group ``leleka.connectors``.

A kind is imported when it is asked for; what it needs of drivers is imported when it is opened.
"""

from typing import Any, Final

from leleka.connectors.spec import ConnectorSpec
from leleka.errors import NeedsAttention, NotFound
from leleka.messages.registry import Kinds

_KINDS: Final[Kinds[ConnectorSpec[Any]]] = Kinds(
    "leleka.connectors",
    ConnectorSpec,
    unknown=lambda known: NotFound("SOURCE_KIND_UNKNOWN", where="type", known=known),
    broken=lambda kind: NeedsAttention("SOURCE_KIND_BROKEN", where=kind, kind=kind),
)
kinds = _KINDS.names
spec_of = _KINDS.get
find_spec = _KINDS.find
specs = _KINDS.all
title_of = _KINDS.title_of


def spec_of_scheme(scheme: str) -> ConnectorSpec[Any] | None:
    """Return the kind that reads URLs of this scheme; None where none does."""
    return next((spec for spec in specs() if scheme in spec.schemes), None)
