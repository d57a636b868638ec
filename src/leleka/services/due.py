"""What is due: refreshes, runs and tasks that nobody works on. An errand is named ``refresh:5``, ``run:7``, ``task:3``,
``late:2`` for an account whose late confirmations are to be asked for, or ``notices``.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from structlog.contextvars import bind_contextvars

from leleka.core.ports import Clock
from leleka.core.saying import Said
from leleka.errors import LelekaError, NeedsAttention, NotFound, Problem
from leleka.messages.progress import in_english
from leleka.messages.stored import problem_data, problem_of, said_data
from leleka.services import (
    beats,
    dying,
    exports,
    late,
    notices,
    running,
    segments,
    store,
    turns,
    walking,
    workers,
)
from leleka.services.audit import Actor
from leleka.services.connecting import opened
from leleka.services.plain import plain
from leleka.services.watching import Nobody
from leleka.state.models import Connection, Task

log = structlog.get_logger(__name__)
NOTICES: Final = "notices"
_KEPT: Final = timedelta(days=1)
_ENDED: Final = (Task.Status.SUCCESSFUL, Task.Status.FAILED)


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task and, once it is done, its result as plain data."""

    id: int
    kind: str
    subject: str
    status: str
    stage: str
    stage_told: Mapping[str, Any]
    result: dict[str, Any]
    problems: Sequence[Problem]

    @property
    def done(self) -> bool:
        return self.status in _ENDED


def ask(actor: Actor, kind: Task.Kind, subject: str, payload: Mapping[str, Any] | None = None) -> int:
    """Ask the worker for something; the one under way is taken where the same was asked before, unless it is lost."""
    with transaction.atomic():
        asked = dict(payload or {})
        same = Task.objects.filter(kind=kind, subject=subject, asked_by=actor.name, payload=asked)
        live = same.exclude(status__in=_ENDED).first()
        if live is not None:
            if not _is_lost(live):
                return live.pk
            _died(live)
        row = Task.objects.create(
            kind=kind, subject=subject, payload=asked, asked_by=actor.name, made_at=timezone.now()
        )
    return row.pk


def task(actor: Actor, number: int) -> TaskView:
    """Give a task of one's own. Members of a segment are masked, or their reading is audited, at every look."""
    row = Task.objects.filter(pk=number, asked_by=actor.name, made_at__gt=timezone.now() - _KEPT).first()
    if row is None:
        raise NotFound("TASK_UNKNOWN")
    problems = [problem_of(one) for one in row.problems]
    result = row.result
    if row.kind == Task.Kind.MEMBERS and result:
        result = segments.seen(actor, row.subject, result)
    return TaskView(row.pk, row.kind, row.subject, row.status, row.stage, row.stage_told, result, problems)


def errands(clock: Clock, but: Container[str], limit: int) -> Sequence[str]:
    """Name what is due and not among ``but``: the refresh whose turn it is, and up to ``limit`` others: tasks first,
    somebody waits for them, then runs in turns between accounts.

    The refresh takes no place of the others: runs that have begun and wait for it could hold all of them (I-16).
    """
    refresh = walking.next_to_walk(clock)
    first = [f"refresh:{refresh}"] if refresh is not None else []
    live = Task.objects.exclude(status__in=_ENDED).order_by("pk")
    found = [f"task:{row.pk}" for row in live if not row.worker or workers.is_dead(row.worker)]
    found += [f"run:{number}" for number in turns.runs_in_turn(clock, but)]
    found += [f"late:{account}" for account in late.accounts_to_ask(clock)]
    others = [errand for errand in found if errand not in but][:limit]
    return [*(errand for errand in first if errand not in but), *others]


def carry_out(errand: str, clock: Clock) -> None:
    """Do one errand, in a process of its own."""
    bind_contextvars(errand=errand)
    kind, _, number = errand.partition(":")
    if kind == "run":
        _run(int(number), clock)
    elif kind == "refresh":
        walking.carry_out(int(number), clock)
    elif kind == "task":
        _do(int(number), clock)
    elif kind == "late":
        _ask_late(int(number), clock)
    elif kind == NOTICES:
        notices.work(clock)
    else:
        raise NotFound("ERRAND_UNKNOWN", job=errand)


def _run(number: int, clock: Clock) -> None:
    try:
        if not dying.end_if_it_kills(number, clock):
            running.go_on(number, clock, Nobody())
    except LelekaError as error:  # it stands with the run, or another process has taken the run
        log.warning("a run did not go on", run=number, code=error.code)


def _ask_late(account: int, clock: Clock) -> None:
    """Ask after what an account accepted from runs that have ended: for a day, whether it runs again or not."""
    connection = Connection.objects.select_related("account").filter(account=account).order_by("pk").first()
    if connection is None:
        return
    try:
        with store.session() as session, opened(connection, clock) as far_side:
            late.settle_late(session, connection.account, far_side, clock, lambda: None)
    except LelekaError as error:
        log.warning("late confirmations could not be asked for", account=account, code=error.code)


def came_to_grief(errand: str, clock: Clock) -> None:
    """A process died over an errand. Runs and refreshes are taken up again, so often; a task is not tried twice."""
    kind, _, number = errand.partition(":")
    if kind == "task":
        row = Task.objects.filter(pk=number).first()
        if row is not None and (not row.worker or workers.is_dead(row.worker)):
            _died(row)
        return
    log.error("a process died over an errand", errand=errand, at=clock.now())
    if kind == "run":
        dying.count(int(number), clock)


def ended(errand: str) -> None:
    """A process ended over an errand in order. It may have left a run as it was, over a database that stayed away."""
    kind, _, number = errand.partition(":")
    if kind == "run":
        dying.give_back(int(number))


def _died(row: Task) -> None:
    """Let a task fail whose process died, unless another process has it by now."""
    problem = Problem.of("TASK_DIED")
    _end(
        Task.objects.filter(pk=row.pk, worker=row.worker),
        Task.Status.FAILED,
        problems=[problem_data(problem)],
    )


def forget_old_tasks() -> None:
    Task.objects.filter(made_at__lt=timezone.now() - _KEPT).delete()


def fail_lost_tasks() -> None:
    """Let the tasks fail whose machine or container is gone: nobody would ever take them up again."""
    for row in Task.objects.exclude(status__in=_ENDED):
        if _is_lost(row):
            _died(row)


def _is_lost(row: Task) -> bool:
    return bool(row.worker) and beats.is_lost(row.worker, timezone.now().timestamp())


def take(number: int) -> Task | None:
    """Give a task that is this process's from now on; None where another one has it, or it is done."""
    row = Task.objects.get(pk=number)
    if row.worker and not workers.is_dead(row.worker):
        return None
    mine = Task.objects.filter(pk=number, worker=row.worker).exclude(status__in=_ENDED)
    return row if mine.update(worker=workers.me(), status=Task.Status.PROCESSING) else None


def _do(number: int, clock: Clock) -> None:
    row = take(number)
    if row is None:
        return  # another worker was quicker
    try:
        _work(row, clock)
    except KeyboardInterrupt:  # told to end: whoever comes next may begin it anew at once (fault 74)
        mine = Task.objects.filter(pk=number, worker=workers.me()).exclude(status__in=_ENDED)
        mine.update(worker="", status=Task.Status.QUEUED, stage="", stage_told={})
        raise


def _work(row: Task, clock: Clock) -> None:
    number = row.pk
    try:
        result = _result(row, clock, _Watcher(number))
    except LelekaError as error:
        _finish(number, Task.Status.FAILED, problems=[problem_data(one) for one in error.problems])
    except Exception:
        log.exception("a task failed unexpectedly", task=number)
        bug = NeedsAttention("INTERNAL_ERROR.brief")
        _finish(number, Task.Status.FAILED, problems=[problem_data(one) for one in bug.problems])
    else:
        _finish(number, Task.Status.SUCCESSFUL, result=result)


def _result(row: Task, clock: Clock, watcher: "_Watcher") -> dict[str, Any]:
    if row.kind == Task.Kind.PREVIEW:
        found: object = exports.preview_export(row.subject, clock, watcher)
    elif row.kind == Task.Kind.COUNT:
        found = {"count": segments.count_rules(row.payload["rules"], clock)}
    elif row.kind == Task.Kind.MEMBERS:
        found = segments.first_members(row.subject, clock, masked=row.payload["masked"])
    else:
        found = segments.refresh_segment(row.subject, clock, watcher.stage)
    result: dict[str, Any] = plain(found)
    return result


def _finish(number: int, status: Task.Status, **values: Any) -> None:
    _end(Task.objects.filter(pk=number), status, **values)


def _end(rows: QuerySet[Task], status: Task.Status, **values: Any) -> None:
    now = timezone.now()
    rows.exclude(status__in=_ENDED).update(status=status, stage="", finished_at=now, **values)


class _Watcher:
    """Writes down how far a task is."""

    def __init__(self, number: int) -> None:
        self._number = number

    def stage(self, said: Said) -> None:
        Task.objects.filter(pk=self._number).update(stage=in_english(said)[:200], stage_told=said_data(said))

    def planned(self, planned: object) -> None:
        """Its result says it."""

    def progress(self, batches: object) -> None:
        """Nothing is sent."""
