from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from leleka.core.clock import current_clock, utc_now
from leleka.core.statuses import TaskStatus
from leleka.errors import NotFound, Problem, TryLater
from leleka.messages.stored import problem_data
from leleka.services.access.actor import Actor
from leleka.services.monitoring import workers as monitoring_workers
from leleka.state.models import Task

KEPT: Final = timedelta(days=1)
MOST_WAITING: Final = 10  # of one person
# What a person may ask for within a minute, by kind: a preview plans a whole run.
A_MINUTE: Final[Mapping[str, int]] = {
    Task.Kind.PREVIEW: 10,
    Task.Kind.SEGMENT: 10,
    Task.Kind.COUNT: 30,
    Task.Kind.MEMBERS: 60,
    Task.Kind.RECONCILE: 5,
    Task.Kind.EXAMINE: 30,
    Task.Kind.RELATE: 30,
    Task.Kind.MEMBERSHIP: 30,
}
_MINUTE: Final = timedelta(minutes=1)
_COME_AGAIN: Final = 5.0  # seconds
ENDED: Final = (TaskStatus.SUCCESSFUL, TaskStatus.FAILED, TaskStatus.CANCELED)


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task and, once it is done, its result as plain data."""

    id: int
    kind: str
    subject: str
    status: TaskStatus
    stage: str
    stage_told: Mapping[str, Any]
    result: dict[str, Any]
    problems: Sequence[Problem]

    @property
    def done(self) -> bool:
        return self.status in ENDED


def ask(actor: Actor, kind: Task.Kind, subject: str, payload: Mapping[str, Any] | None = None) -> int:
    """Ask the worker for something; the one under way is taken where the same was asked before, unless it is lost.

    Raises ``TryLater`` TASKS_TOO_MANY where a person has asked for so many that others would wait for them.
    """
    with transaction.atomic():
        asked = dict(payload or {})
        same = Task.objects.filter(kind=kind, subject=subject, asked_by=actor.name, payload=asked)
        live = same.exclude(status__in=ENDED).first()
        if live is not None:
            if not is_lost(live):
                return live.pk
            died(live)
        refuse_too_many(actor, kind)
        row = Task.objects.create(
            kind=kind, subject=subject, payload=asked, asked_by=actor.name, made_at=utc_now()
        )
    return row.pk


def own(actor: Actor, number: int, kind: Task.Kind) -> Task:
    """Return a task of one's own. Raises ``NotFound``."""
    row = Task.objects.filter(asked_by=actor.name, kind=kind, pk=number, made_at__gt=utc_now() - KEPT).first()
    if row is None:
        raise NotFound("TASK_UNKNOWN")
    return row


def refuse_too_many(actor: Actor, kind: Task.Kind) -> None:
    """Raises ``TryLater`` TASKS_TOO_MANY, as ``ask`` does."""
    mine, now = Task.objects.filter(asked_by=actor.name), utc_now()
    if mine.exclude(status__in=ENDED).count() >= MOST_WAITING:
        raise TryLater("TASKS_TOO_MANY.waiting", retry_after=_COME_AGAIN, most=MOST_WAITING)
    lately = mine.filter(kind=kind, made_at__gt=now - _MINUTE, made_at__lte=now + _MINUTE).order_by(
        "-made_at"
    )
    times = list(lately.values_list("made_at", flat=True)[: A_MINUTE[kind]])
    if len(times) == A_MINUTE[kind]:
        left = (times[-1] + _MINUTE - now).total_seconds()
        raise TryLater("TASKS_TOO_MANY", retry_after=max(1.0, left), most=A_MINUTE[kind])


def died(row: Task) -> None:
    """Let a task fail whose process died, unless another process has it by now."""
    problem = Problem.of("TASK_DIED")
    _end(
        Task.objects.filter(pk=row.pk, worker=row.worker),
        TaskStatus.FAILED,
        problems=[problem_data(problem)],
    )


def is_lost(row: Task) -> bool:
    return bool(row.worker) and monitoring_workers.is_lost(row.worker, current_clock().now())


def waiting(row: Task) -> list[Problem]:
    """Return, of a task that waits, that no worker is there to take it up."""
    waits = row.status not in ENDED and (row.status == TaskStatus.QUEUED or is_lost(row))
    return [Problem.of("NO_WORKER.task")] if waits and not monitoring_workers.alive(current_clock()) else []


def finish(number: int, status: TaskStatus, **values: Any) -> bool:
    """End a task; return whether it had not ended before."""
    return _end(Task.objects.filter(pk=number), status, **values)


def _end(rows: QuerySet[Task], status: TaskStatus, **values: Any) -> bool:
    now = utc_now()
    return bool(rows.exclude(status__in=ENDED).update(status=status, stage="", finished_at=now, **values))
