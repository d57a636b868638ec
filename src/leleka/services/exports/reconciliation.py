"""Reconciling: what ActiveCampaign skipped in silence, or somebody changed there, is found when it is asked for.

A page or a program asks, a task of the worker reads the list, which takes 42 minutes for a million people, and the
result is kept for a day. The terminal does the same work itself. One at a time of an export, whoever asks.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from django.db import IntegrityError, transaction

from leleka.core.clock import utc_now
from leleka.core.memory import shortage
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.statuses import TaskStatus
from leleka.errors import Conflict, LelekaError, NeedsAttention, NotFound
from leleka.messages.progress import in_english
from leleka.messages.stored import problem_data, said_data
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet, sees_personal
from leleka.services.access.permissions import Permission, require, require_export
from leleka.services.audit.log import record
from leleka.services.exports import list_comparison
from leleka.services.exports.contracts import Reconciled, ReconciliationView
from leleka.services.exports.queries import find_by_id, find_by_name
from leleka.services.exports.reconciliation_view import (
    latest_row,
    masked,
    newest,
    pointer,
    view_of,
    without_addresses,
)
from leleka.services.installation import database_outage, lake_sessions
from leleka.services.monitoring import process_identity
from leleka.services.tasks import commands as task_commands
from leleka.services.tasks.commands import ENDED
from leleka.state.models import Export, Task

Say = Callable[[Message], None]


def ask(actor: Actor, number: int) -> ReconciliationView:
    """Ask the worker to compare an export's list; the comparison that is under way is taken, whoever asked for it.

    Raises ``Forbidden``, ``Conflict`` while a run is under way, ``NotFound`` before the first, ``TryLater`` where
    somebody asks again and again.
    """
    export = find_by_id(number)
    require_export(actor, export)
    if _live(export) is None:
        list_comparison.ledger_of(export)
        list_comparison.refuse_running(export)
        task_commands.refuse_too_many(actor, Task.Kind.RECONCILE)
        with suppress(IntegrityError):  # somebody was quicker: theirs is as good
            _create(actor, export)
    return masked(view_of(latest_row(number)))


def latest(actor: Actor, number: int) -> ReconciliationView | None:
    """Return an export's latest reconciliation, with masked addresses; None where there was none within a day."""
    require(actor, Permission.SEE)
    row = newest(number)
    return None if row is None else discreet(actor, masked(view_of(row)))


def show(actor: Actor, number: int) -> ReconciliationView:
    """Return an export's latest reconciliation, with addresses to whoever may see them: that is audited.

    Raises ``NotFound`` where there was none within a day.
    """
    require(actor, Permission.SEE)
    view = view_of(latest_row(find_by_id(number).pk))
    found = view.result
    if not sees_personal(actor):
        return discreet(actor, masked(view))
    if found is not None and found.doubtful:
        rows = len(found.missing_sample) + len(found.different_sample)
        record(actor, "reconciliation seen", found.export, {"rows": rows})
    return view


def cancel(actor: Actor, number: int) -> ReconciliationView:
    """End an export's reconciliation. Whoever reads the list stops within a second, or with the reply they wait for."""
    export = find_by_id(number)
    require_export(actor, export)
    row = latest_row(export.pk)
    if not task_commands.finish(row.pk, TaskStatus.CANCELED):
        raise Conflict("RECONCILE_OVER", where=export.name)
    return masked(view_of(latest_row(export.pk)))


def repair(actor: Actor, number: int) -> ReconciliationView:
    """Make the missing and the different people of an export's latest reconciliation due again: the next run plans
    them, and still excludes who unsubscribed, bounced or never confirmed.

    Raises ``Conflict`` where there are none, or where anything was sent since, or a run is under way.
    """
    export = find_by_id(number)
    require_export(actor, export)
    row = latest_row(export.pk)
    _repair(actor, export, row)
    return masked(view_of(latest_row(export.pk)))


def reconcile(actor: Actor, name: str, clock: Clock, say: Say, *, repair: bool) -> Reconciled:
    """Compare an export's list in this process; with ``repair`` also do what ``repair`` does. Addresses are masked.

    Raises ``Forbidden``, ``Conflict`` while a run or another reconciliation is under way.
    """
    export = find_by_name(name)
    require_export(actor, export)
    if (live := _live(export)) is not None:
        raise Conflict("RECONCILE_IN_PROGRESS", where=name, who=live.asked_by)
    try:
        row = _create(actor, export, worker=process_identity.me(), status=TaskStatus.PROCESSING)
    except IntegrityError:
        raise Conflict("RECONCILE_IN_PROGRESS", where=name, who=latest_row(export.pk).asked_by) from None
    try:
        found = work(row, clock, say)
    except KeyboardInterrupt:
        task_commands.finish(row.pk, TaskStatus.CANCELED)
        raise
    except Exception as error:
        told = (
            error
            if isinstance(error, LelekaError)
            else shortage(error) or NeedsAttention("INTERNAL_ERROR.brief")
        )
        task_commands.finish(row.pk, TaskStatus.FAILED, problems=[problem_data(one) for one in told.problems])
        raise
    task_commands.finish(row.pk, TaskStatus.SUCCESSFUL, result=asdict(found))
    if repair and found.doubtful:
        _repair(actor, export, latest_row(export.pk))
    return replace(without_addresses(found), repaired=repair and found.doubtful)


def work(row: Task, clock: Clock, say: Say = lambda _: None) -> Reconciled:
    """Compare what a task is of, and keep with it what a repair needs. Raises ``Conflict`` where it was canceled."""
    live = Task.objects.filter(pk=row.pk).exclude(status__in=ENDED)

    def told(said: Message) -> None:
        say(said)
        try:
            live.update(stage=in_english(said)[:200], stage_told=said_data(said))
        except database_outage.ERRORS:
            database_outage.let_go()

    def pulse() -> None:
        if not live.exists():
            raise Conflict("RECONCILE_CANCELED", where=row.subject)

    if row.export is None:
        raise NotFound("EXPORT_UNKNOWN")
    found = list_comparison.compare(row.export, clock, told, pulse)
    live.update(payload={"ledger": found.ledger, "repaired": found.repaired})
    return found.figures


def _create(actor: Actor, export: Export, **values: Any) -> Task:
    with transaction.atomic():
        return Task.objects.create(
            kind=Task.Kind.RECONCILE,
            subject=export.name,
            export=export,
            asked_by=actor.name,
            made_at=utc_now(),
            **values,
        )


def _repair(actor: Actor, export: Export, row: Task) -> None:
    ledger, repaired = row.payload.get("ledger", ""), row.payload.get("repaired", "")
    if row.status != TaskStatus.SUCCESSFUL or not repaired:
        raise Conflict("NOTHING_TO_REPAIR", where=export.name)
    is_there = lake_sessions.lake().is_sound(repaired)
    with transaction.atomic():
        Export.objects.select_for_update().get(pk=export.pk)  # no run begins meanwhile
        list_comparison.refuse_running(export)
        compared = pointer(export, ledger)
        if not is_there or not compared.update(snapshot=repaired):
            raise Conflict("RECONCILE_OUTDATED", where=export.name)
        told = {"by": actor.name, "at": utc_now().isoformat()}
        Task.objects.filter(pk=row.pk).update(payload={**row.payload, **told})
        figures = {"missing": row.result["missing"], "different": row.result["different"]}
        record(actor, "export reconcile", export.name, figures)


def _live(export: Export) -> Task | None:
    row = Task.objects.filter(export=export).exclude(status__in=ENDED).first()
    if row is not None and task_commands.is_lost(row):
        task_commands.died(row)
        return None
    return row
