"""What rules would do to the exports that depend on a segment, before they are saved.

Who is selected is counted as in the builder, by sets of profiles; the ledger tells whom the list is known to hold. What
only the account knows, whom it excludes, who unsubscribed or bounced there, comes with the preview of the export.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Final

from leleka.core.data_matching import Leavers, leavers_of
from leleka.core.growth import growth_of
from leleka.core.messages import Message
from leleka.core.plan import Counts, Planned
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data
from leleka.engine.guards import confirmation_needed, growth_unconfirmed
from leleka.errors import InvalidInput, Unavailable
from leleka.messages.progress import in_english
from leleka.messages.stored import said_data
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, require
from leleka.services.builder.asking import Asking, asking
from leleka.services.builder.audiences import Audiences
from leleka.services.builder.contracts import ExportEffect, Outcome, RuleEffects
from leleka.services.builder.held import Held, held_by
from leleka.services.contracts import NoteView
from leleka.services.runs import before
from leleka.services.segments.queries import find_by_id
from leleka.services.segments.usage import exports_fed, refuse_cycle
from leleka.services.sources import catalogue
from leleka.services.tasks import commands as task_commands
from leleka.services.tasks.commands import TaskView
from leleka.state.models import Export, Segment, Task
from leleka.warehouse.engines.port import Engine

_WHERE: Final = "rules"
_SLOW: Final = "READING_SLOW"
Session = Callable[[], AbstractContextManager[Engine]]


def effects(actor: Actor, segment: int, rules: object) -> RuleEffects:
    """Return what rules, that need not be saved, would make of a segment and of the exports that depend on it.

    Raises ``InvalidInput``, ``NotFound``, ``Conflict``, and ``Unavailable`` READING_SLOW where it takes longer than a
    page may: then the worker can be asked.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    return counted(find_by_id(segment), rules)


def next_exports(actor: Actor, segment: int) -> RuleEffects:
    """Return what the next run of each export that depends on a segment would do by its saved rules, as ``effects``."""
    require(actor, Permission.SEE)
    row = find_by_id(segment)
    try:
        return counted(row, row.rules)
    except InvalidInput as error:
        raise InvalidInput.of(discreet(actor, list(error.problems))) from error


def ask_effects(actor: Actor, segment: int, rules: object) -> int:
    """Ask the worker for what ``effects`` says; return the number of the task."""
    require(actor, Permission.EDIT_SEGMENTS)
    row = find_by_id(segment)
    written = to_data(parse(rules, catalogue.current(), _WHERE))
    refuse_cycle(written, row.name, _WHERE, row.name)
    return task_commands.ask(actor, Task.Kind.COUNT, row.name, {"rules": written, "segment": row.pk})


def ask_next_exports(actor: Actor, segment: int) -> int:
    """Ask the worker for what ``next_exports`` says."""
    require(actor, Permission.SEE)
    row = find_by_id(segment)
    return task_commands.ask(actor, Task.Kind.COUNT, row.name, {"rules": row.rules, "segment": row.pk})


def takes_long(error: Unavailable) -> bool:
    """Return whether a page is no place for the answer, so that the worker is to be asked."""
    return any(one.code == _SLOW for one in error.problems)


def counted(row: Segment, rules: object, session: Session | None = None) -> RuleEffects:
    """Count within what a page may take, or in a ``session`` that may take longer."""
    known = catalogue.current()
    rule = parse(rules, known, _WHERE)
    refuse_cycle(to_data(rule), row.name, _WHERE, row.name)
    with asking(known, exact=True, session=session) as asked:
        audiences = Audiences(asked, row, to_data(rule))
        saved, drafted = (audiences.of_segment(row.name, drafted=one) for one in (False, True))
        exports = [_effect(asked, audiences, one, session) for one in exports_fed([row.name])]
    return RuleEffects(
        segment=row.pk,
        before=saved.bit_count(),
        after=drafted.bit_count(),
        came=(drafted & ~saved).bit_count(),
        left=(saved & ~drafted).bit_count(),
        exports=tuple(exports),
    )


def _effect(asked: Asking, audiences: Audiences, export: Export, session: Session | None) -> ExportEffect:
    leavers, nothing = leavers_of(export.leavers), Outcome(0, 0, 0)
    if paused := audiences.paused_by(export):
        policy = leavers.policy.value
        return ExportEffect(export.pk, export.name, policy, nothing, nothing, paused_by=tuple(paused))
    held = held_by(asked, export, patient=session is not None)
    outcomes = []
    for drafted in (False, True):
        selected = audiences.of_export(export, drafted=drafted)
        elsewhere = audiences.beside(export, drafted=drafted)
        outcomes.append(
            Outcome(selected.bit_count(), held.added(selected), held.left(selected, elsewhere, leavers))
        )
    sizes = {
        one: audiences.of_segment(one, drafted=True).bit_count() for one in audiences.segments_of(export)
    }
    warnings = _warnings(export, leavers, outcomes[1], held, sizes)
    return ExportEffect(
        id=export.pk,
        name=export.name,
        leavers=leavers.policy.value,
        before=outcomes[0],
        after=outcomes[1],
        warnings=tuple(NoteView(in_english(one), said_data(one)) for one in warnings),
    )


def _warnings(
    export: Export, leavers: Leavers, outcome: Outcome, held: Held, sizes: Mapping[str, int]
) -> list[Message]:
    """Return what the guards of a run would say of such a plan."""
    counts = Counts(selected=outcome.selected, added=outcome.added, left={"due": outcome.left})
    planned = Planned("", counts, held.known)
    said = [
        confirmation_needed(planned, leavers, before.emptied(export, sizes)),
        growth_unconfirmed(planned, growth_of(export.growth), before.audience_before(export)),
    ]
    if outcome.selected > export.limit:
        said.append(Message("BEYOND_LIMIT", selected=outcome.selected, limit=export.limit))
    return [one for one in said if one]


def effects_of(actor: Actor, task: TaskView) -> RuleEffects | None:
    """Return what the worker found for ``ask_effects`` or ``ask_next_exports``; None of any other task."""
    require(actor, Permission.SEE)
    if task.kind != Task.Kind.COUNT or "exports" not in task.result:
        return None
    exports = [
        ExportEffect(
            **{
                **one,
                "before": Outcome(**one["before"]),
                "after": Outcome(**one["after"]),
                "warnings": tuple(NoteView(**note) for note in one["warnings"]),
                "paused_by": tuple(one["paused_by"]),
            }
        )
        for one in task.result["exports"]
    ]
    return RuleEffects(**{**task.result, "exports": tuple(exports)})
