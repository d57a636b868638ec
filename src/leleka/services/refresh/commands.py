from datetime import datetime

from django.db import transaction

from leleka.core.clock import utc_now
from leleka.core.refresh_graph import Node, StepKind
from leleka.core.refresh_graph import walk as in_order
from leleka.errors import Conflict
from leleka.services.access.actor import Actor
from leleka.services.audit.log import record
from leleka.services.refresh import graph as refresh_graph
from leleka.services.refresh.queries import find_by_id, require_refresh, subject_of
from leleka.services.runs.commands import ask_to_cancel
from leleka.state.models import Refresh, RefreshStep, Run, RunStatus, Trigger


def ask(actor: Actor, scope: str) -> int:
    """Ask for a refresh on demand; the one that waits for its turn already is taken. Return its number.

    Raises ``Forbidden``, ``NotFound``, ``InvalidInput``.
    """
    require_refresh(actor, scope)
    with transaction.atomic():
        waiting = Refresh.objects.filter(
            scope=scope, status=RunStatus.QUEUED, started_at__isnull=True
        ).first()
        if waiting is not None:
            # In the name of whoever asked last: their rights are looked at when its runs begin.
            Refresh.objects.filter(pk=waiting.pk).update(asked_by=actor.name, asker=actor.user)
            return waiting.pk
        row = plan(scope, Trigger.ON_DEMAND, actor.name, asker=actor.user)
        record(actor, "refresh", subject_of(row), {"refresh": row.pk})
    return row.pk


def plan(
    scope: str, trigger: Trigger, asked_by: str, due_at: datetime | None = None, *, asker: int | None = None
) -> Refresh:
    """Write down a refresh and its steps, within the caller's transaction."""
    steps = in_order(refresh_graph.nodes_of(scope), refresh_graph.wanted(scope))
    row = Refresh.objects.create(
        trigger=trigger,
        scope=scope,
        asked_by=asked_by,
        asker_id=asker,
        due_at=due_at,
        created_at=utc_now(),
    )
    numbers = {step.key: number for number, step in enumerate(steps, 1)}
    RefreshStep.objects.bulk_create(_step(row, numbers, step) for step in steps)
    return row


def _step(row: Refresh, numbers: dict[tuple[StepKind, int], int], node: Node) -> RefreshStep:
    needs = sorted(numbers[key] for key in node.needs if key in numbers)
    return RefreshStep(
        refresh=row, number=numbers[node.key], kind=node.kind, of=node.id, name=node.name, needs=needs
    )


def cancel(actor: Actor, number: int) -> None:
    """Stop a refresh: no further step begins, and the runs it started are canceled. What was refreshed stays so."""
    row = find_by_id(number)
    require_refresh(actor, row.scope)
    with transaction.atomic():
        now = utc_now()
        live = Refresh.objects.filter(pk=number, finished_at__isnull=True, cancel_requested_at__isnull=True)
        if not live.update(cancel_requested_at=now, canceled_by=actor.name, status=RunStatus.CANCELING):
            if row.finished_at is None:
                return
            raise Conflict("REFRESH_OVER", where=f"refresh {number}")
        record(actor, "refresh cancel", subject_of(row), {"refresh": number})
        runs = Run.objects.filter(steps__refresh=number, finished_at__isnull=True).select_related("export")
        for run in runs:
            ask_to_cancel(actor, run)
