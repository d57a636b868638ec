"""One action on several segments: what can be done is done, and what cannot says why."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import Final

from django.db import transaction

from leleka.core.ports.clock import Clock
from leleka.errors import InvalidInput, LelekaError
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed
from leleka.services.access.permissions import Permission, require
from leleka.services.refresh import commands as refresh_commands
from leleka.services.segments import commands, states, tags
from leleka.services.segments.contracts import BulkOutcome
from leleka.services.segments.queries import find_by_id
from leleka.services.segments.usage import references
from leleka.state.models import Segment

ACTIONS: Final = ("activate", "deactivate", "refresh", "tag", "untag", "remove")
MOST: Final = 100  # at once: activating one looks at what all refreshes would do
_TAGGING: Final = frozenset({"tag", "untag"})
Act = Callable[[int], int | None]


def act_on(
    actor: Actor, action: str, numbers: Sequence[int], clock: Clock, tag: str = ""
) -> Sequence[BulkOutcome]:
    """Do one of ``ACTIONS`` to these segments, each for itself, and tell what became of each.

    Segments that are made of others among them are removed before these. Raises ``InvalidInput`` where there is
    nothing to do.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    act = _action(actor, action, clock, tag)
    if not numbers:
        raise InvalidInput("SEGMENTS_CHOSEN.none", where="segments")
    if len(set(numbers)) > MOST:
        raise InvalidInput("SEGMENTS_CHOSEN.many", where="segments", most=MOST)
    names = dict(Segment.objects.filter(pk__in=numbers).values_list("pk", "name"))
    outcomes = {number: _tried(act, number, names.get(number, "")) for number in _outer_first(numbers, names)}
    return [outcomes[number] for number in dict.fromkeys(numbers)]


def _outer_first(numbers: Sequence[int], names: Mapping[int, str]) -> Sequence[int]:
    """Return them so that each stands before those that it is made of: these can be removed after it."""
    named = references()
    order = TopologicalSorter({name: named.get(name, ()) for name in names.values()})
    try:
        places = {name: place for place, name in enumerate(order.static_order())}
    except CycleError:  # nobody saves such rules; two who save at the same moment might
        places = {}
    return sorted(dict.fromkeys(numbers), key=lambda number: -places.get(names.get(number, ""), -1))


def _action(actor: Actor, action: str, clock: Clock, tag: str) -> Act:
    if action not in ACTIONS:
        raise InvalidInput("SEGMENTS_CHOSEN", where="action", action=action[:50], known=ACTIONS)
    if action in _TAGGING:
        if not tag.strip():
            raise InvalidInput("SEGMENTS_CHOSEN.tag", where="tag")
        names = tags.checked_tags([tag])
        return partial(_tag, actor, *((names, ()) if action == "tag" else ((), names)))
    if action == "remove":
        return partial(commands.remove, actor)
    if action == "refresh":
        return lambda number: refresh_commands.ask(actor, f"segment:{number}")
    return lambda number: states.switch(actor, number, clock, active=action == "activate")


def _tag(actor: Actor, added: Sequence[str], taken: Sequence[str], number: int) -> None:
    with transaction.atomic():
        row = find_by_id(number)
        refuse_managed(row)
        tags.tag(actor, row, added, taken)


def _tried(act: Act, number: int, name: str) -> BulkOutcome:
    try:
        return BulkOutcome(number, name, done=True, refresh=act(number))
    except LelekaError as error:
        return BulkOutcome(number, name, done=False, problems=tuple(error.problems))
