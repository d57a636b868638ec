"""Refreshes: asked for, looked at, canceled. The worker carries them out (``worker.refresh``)."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from django.db.models import Prefetch

from leleka.core.refresh_graph import StepKind
from leleka.errors import Forbidden, NotFound
from leleka.messages.stored import note_of, problem_of
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, require, require_export
from leleka.services.refresh import graph as refresh_graph
from leleka.services.refresh.contracts import RefreshView, StepView
from leleka.services.refresh.queue import ahead_of
from leleka.services.refresh.step_status import standing
from leleka.services.runs.contracts import RunView
from leleka.services.runs.queries import views_of
from leleka.state.models import Export, Refresh, RefreshStep, RunStatus

_NEEDED: Final = {
    StepKind.SOURCE: Permission.EDIT_SOURCES,
    refresh_graph.SOURCES: Permission.EDIT_SOURCES,
    StepKind.MEASURE: Permission.EDIT_SEGMENTS,
    StepKind.SEGMENT: Permission.EDIT_SEGMENTS,
    refresh_graph.SEGMENTS: Permission.EDIT_SEGMENTS,
}


def show(actor: Actor, number: int) -> RefreshView:
    """Return a refresh with its steps. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    return discreet(actor, _view(find_by_id(number), with_steps=True))


def latest(actor: Actor, limit: int = 20, before: int | None = None) -> Sequence[RefreshView]:
    """Return the newest refreshes first, without their steps."""
    require(actor, Permission.SEE)
    rows = Refresh.objects.order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return discreet(actor, [_view(row) for row in rows[:limit]])


def find_by_id(number: int) -> Refresh:
    """Raises ``NotFound``."""
    row = Refresh.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("REFRESH_UNKNOWN", number=number)
    return row


def _steps_of(row: Refresh) -> Sequence[StepView]:
    """Return all of them in four queries, however many led to a run."""
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
        notes=[note_of(one) for one in step.notes],
        problems=run.problems if run else [problem_of(one) for one in step.problems],
        started_at=step.started_at,
        finished_at=run.finished_at if run else step.finished_at,
        run=run.id if run else None,
    )


def outline(row: Refresh) -> RefreshView:
    """Return a refresh without its steps."""
    return _view(row)


def may_ask(actor: Actor, scope: str) -> bool:
    """Return whether somebody may refresh this much, and cancel it."""
    with suppress(Forbidden):
        require_refresh(actor, scope)
        return True
    return False


def _view(row: Refresh, *, with_steps: bool = False) -> RefreshView:
    return RefreshView(
        id=row.pk,
        trigger=row.trigger,
        scope=row.scope,
        subject=subject_of(row),
        asked_by=row.asked_by,
        status=RunStatus(row.status),
        due_at=row.due_at,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        behind=ahead_of(row),
        steps=_steps_of(row) if with_steps else (),
    )


def subject_of(row: Refresh) -> str:
    """Return the name of what was asked for; of everything, and of all segments, the scope itself."""
    kind, _, number = row.scope.partition(":")
    if not number:
        return row.scope
    return row.steps.filter(kind=kind, of=number).values_list("name", flat=True).first() or row.scope


def require_refresh(actor: Actor, scope: str) -> None:
    kind, _, number = scope.partition(":")
    export = None
    if kind == StepKind.EXPORT and number.isdecimal():
        export = Export.objects.select_related("connection").filter(pk=int(number)).first()
    if export is not None:
        require_export(actor, export)
    else:
        require(actor, _NEEDED.get(kind, Permission.SYSTEM))
