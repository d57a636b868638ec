"""One action on several segments: what can be done is done, and what cannot says why."""

from collections.abc import Callable, Sequence
from functools import partial
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
from leleka.state.models import Segment

ACTIONS: Final = ("activate", "deactivate", "refresh", "tag", "untag", "remove")
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
    names = dict(Segment.objects.filter(pk__in=numbers).values_list("pk", "name"))
    outcomes: dict[int, BulkOutcome] = {}
    waiting = list(dict.fromkeys(numbers))
    while waiting:
        for number in waiting:
            outcomes[number] = _tried(act, number, names.get(number, ""))
        still = [number for number in waiting if outcomes[number].in_use]
        if len(still) == len(waiting):
            break
        waiting = still
    return [outcomes[number] for number in dict.fromkeys(numbers)]


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
