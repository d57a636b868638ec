"""Refreshes: asked for, looked at, canceled. Walking one is the worker's (``walking``)."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from leleka.core.chain import Node, StepKind
from leleka.core.chain import walk as in_order
from leleka.errors import Conflict, Forbidden, NotFound
from leleka.messages.stored import problem_of
from leleka.services import chain
from leleka.services.audit import Actor, record
from leleka.services.contracts import RefreshView, RunView, StepView
from leleka.services.permissions import Permission, require, require_export
from leleka.services.refresh_order import ahead_of
from leleka.services.runs import ask_to_cancel, views_of
from leleka.services.status_lines import standing
from leleka.state.models import Export, Refresh, RefreshStep, Run, RunStatus, Trigger

_NEEDED: Final = {
    StepKind.SOURCE: Permission.EDIT_SOURCES,
    chain.SOURCES: Permission.EDIT_SOURCES,
    StepKind.SEGMENT: Permission.EDIT_SEGMENTS,
    chain.SEGMENTS: Permission.EDIT_SEGMENTS,
}


def ask(actor: Actor, scope: str) -> int:
    """Ask for a refresh on demand; the one that waits for its turn already is taken. Gives its number.

    Raises ``Forbidden``, ``NotFound``, ``InvalidInput``.
    """
    _require(actor, scope)
    with transaction.atomic():
        waiting = Refresh.objects.filter(
            scope=scope, status=RunStatus.QUEUED, started_at__isnull=True
        ).first()
        if waiting is not None:
            return waiting.pk
        row = plan(scope, Trigger.ON_DEMAND, actor.name)
        record(actor, "refresh", _subject(row), {"refresh": row.pk})
    return row.pk


def plan(scope: str, trigger: Trigger, asked_by: str, due_at: datetime | None = None) -> Refresh:
    """Write down a refresh and its steps, within the caller's transaction."""
    steps = in_order(chain.nodes(), chain.wanted(scope))
    row = Refresh.objects.create(
        trigger=trigger, scope=scope, asked_by=asked_by, due_at=due_at, created_at=timezone.now()
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
    row = find(number)
    _require(actor, row.scope)
    with transaction.atomic():
        now = timezone.now()
        live = Refresh.objects.filter(pk=number, finished_at__isnull=True, cancel_requested_at__isnull=True)
        if not live.update(cancel_requested_at=now, canceled_by=actor.name, status=RunStatus.CANCELING):
            if row.finished_at is None:
                return
            raise Conflict("REFRESH_OVER", where=f"refresh {number}")
        record(actor, "refresh cancel", _subject(row), {"refresh": number})
        runs = Run.objects.filter(steps__refresh=number, finished_at__isnull=True).select_related("export")
        for run in runs:
            ask_to_cancel(actor, run)


def show(actor: Actor, number: int) -> RefreshView:
    """Give a refresh with its steps. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    return _view(find(number), with_steps=True)


def latest(actor: Actor, limit: int = 20, before: int | None = None) -> Sequence[RefreshView]:
    """Give the newest refreshes first, without their steps."""
    require(actor, Permission.SEE)
    rows = Refresh.objects.order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_view(row) for row in rows[:limit]]


def find(number: int) -> Refresh:
    """Raises ``NotFound``."""
    row = Refresh.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("REFRESH_UNKNOWN", number=number)
    return row


def _steps_of(row: Refresh) -> Sequence[StepView]:
    """Give all of them in four queries, however many led to a run."""
    names = Prefetch("run__export", Export.objects.only("name"))
    found = list(row.steps.select_related("run").prefetch_related(names).order_by("number"))
    runs = {run.id: run for run in views_of(step.run for step in found if step.run)}
    return [_step_view(step, runs.get(step.run_id or 0)) for step in found]


def _step_view(step: RefreshStep, run: RunView | None) -> StepView:
    return StepView(
        number=step.number,
        kind=step.kind,
        of=step.of,
        name=step.name,
        status=run.status if run else standing(step.status),
        stage=run.stage if run else step.stage,
        stage_told=run.stage_told if run else step.stage_told,
        changed=step.changed,
        rows=step.rows,
        notes=step.notes,
        problems=run.problems if run else [problem_of(one) for one in step.problems],
        started_at=step.started_at,
        finished_at=run.finished_at if run else step.finished_at,
        run=run,
    )


def outline(row: Refresh) -> RefreshView:
    """Give a refresh without its steps."""
    return _view(row)


def may_ask(actor: Actor, scope: str) -> bool:
    """Tell whether somebody may refresh this much, and cancel it."""
    with suppress(Forbidden):
        _require(actor, scope)
        return True
    return False


def _view(row: Refresh, *, with_steps: bool = False) -> RefreshView:
    return RefreshView(
        id=row.pk,
        trigger=row.trigger,
        scope=row.scope,
        subject=_subject(row),
        asked_by=row.asked_by,
        status=row.status,
        due_at=row.due_at,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        behind=ahead_of(row),
        steps=_steps_of(row) if with_steps else (),
    )


def _subject(row: Refresh) -> str:
    """Give the name of what was asked for; of everything, and of all segments, the scope itself."""
    kind, _, number = row.scope.partition(":")
    if not number:
        return row.scope
    return row.steps.filter(kind=kind, of=number).values_list("name", flat=True).first() or row.scope


def _require(actor: Actor, scope: str) -> None:
    kind, _, number = scope.partition(":")
    export = None
    if kind == StepKind.EXPORT and number.isdecimal():
        export = Export.objects.select_related("connection").filter(pk=int(number)).first()
    if export is not None:
        require_export(actor, export)
    else:
        require(actor, _NEEDED.get(kind, Permission.SYSTEM))
