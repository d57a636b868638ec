"""Connections that somebody must look after."""

from collections.abc import Iterable

from leleka.services.concerns.contracts import Concern, ConcernKind
from leleka.services.connections.queries import in_need


def find() -> Iterable[Concern]:
    for number, name, problems in in_need():
        yield Concern(ConcernKind.CONNECTION, f"connection:{number}", name, problems)
