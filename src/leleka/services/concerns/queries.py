"""Everything that is wrong now, in one list: Home, the bell, notices, metrics, ``leleka status`` and the outgoing
heartbeat read it here, so that none of them says that all is well when another knows better.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, allows, require
from leleka.services.concerns import (
    of_connections,
    of_data,
    of_exports,
    of_installation,
    of_promises,
    of_schedules,
)
from leleka.services.concerns.contracts import Concern, ConcernKind, Concerns

_EACH: Final = 5  # of one kind are listed one by one; how many more there are, in a number
_ORDER: Final = {kind: number for number, kind in enumerate(ConcernKind)}


def everything(clock: Clock) -> Sequence[Concern]:
    """Return all concerns, the most pressing first, for those who tell others of them."""
    installation = list(of_installation.find(clock))
    works = all(one.kind is not ConcernKind.WORKER for one in installation)
    found = [
        *installation,
        *of_schedules.find(clock, works=works),
        *of_connections.find(),
        *of_exports.find(),
        *of_promises.find(clock),
        *of_data.find(clock),
    ]
    return sorted(found, key=lambda one: _ORDER[one.kind])


def list_concerns(actor: Actor, clock: Clock) -> Sequence[Concern]:
    """Return what needs attention, the most pressing first. Connections are for those who may see them."""
    require(actor, Permission.SEE)
    may_see_all = allows(actor, Permission.CONNECTIONS)
    found = [one for one in everything(clock) if may_see_all or one.kind is not ConcernKind.CONNECTION]
    return discreet(actor, found)


def grouped(actor: Actor, clock: Clock) -> Sequence[Concerns]:
    """Return the same by kind, a few of each."""
    by_kind: dict[ConcernKind, list[Concern]] = defaultdict(list)
    for one in list_concerns(actor, clock):
        by_kind[one.kind].append(one)
    return [Concerns(kind, ones[:_EACH], len(ones)) for kind, ones in by_kind.items()]
