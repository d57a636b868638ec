from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from leleka.core.clock import current_clock, utc_now
from leleka.core.statuses import TaskStatus
from leleka.errors import Problem
from leleka.messages.stored import problem_data
from leleka.services.access.actor import Actor
from leleka.services.monitoring import workers as monitoring_workers
from leleka.state.models import Task

KEPT: Final = timedelta(days=1)


ENDED: Final = (TaskStatus.SUCCESSFUL, TaskStatus.FAILED)


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
    """Ask the worker for something; the one under way is taken where the same was asked before, unless it is lost."""
    with transaction.atomic():
        asked = dict(payload or {})
        same = Task.objects.filter(kind=kind, subject=subject, asked_by=actor.name, payload=asked)
        live = same.exclude(status__in=ENDED).first()
        if live is not None:
            if not is_lost(live):
                return live.pk
            died(live)
        row = Task.objects.create(
            kind=kind, subject=subject, payload=asked, asked_by=actor.name, made_at=utc_now()
        )
    return row.pk


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


def finish(number: int, status: TaskStatus, **values: Any) -> None:
    _end(Task.objects.filter(pk=number), status, **values)


def _end(rows: QuerySet[Task], status: TaskStatus, **values: Any) -> None:
    now = utc_now()
    rows.exclude(status__in=ENDED).update(status=status, stage="", finished_at=now, **values)
