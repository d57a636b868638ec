"""What is due: refreshes, runs and tasks that nobody works on. A job is named ``refresh:5``, ``run:7``, ``task:3``,
``reconcile:4`` for a task that reads a list, ``late:2`` for an account whose late confirmations are to be asked for,
``notices`` or ``pruning``.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from math import inf
from typing import Any, Final

import structlog
from structlog.contextvars import bind_contextvars

from leleka.core.clock import utc_now
from leleka.core.memory import shortage
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.statuses import TaskStatus
from leleka.errors import LelekaError, NeedsAttention, NotFound
from leleka.messages.progress import in_english
from leleka.messages.stored import problem_data, said_data
from leleka.services.access.actor import Actor
from leleka.services.builder import effects
from leleka.services.connections.impatient_clock import ImpatientClock
from leleka.services.connections.open_destination import opened
from leleka.services.exports import reconciliation
from leleka.services.installation import lake_sessions
from leleka.services.installation.configuration import configuration
from leleka.services.installation.database_outage import Patience, outlast
from leleka.services.monitoring import process_identity
from leleka.services.relationships import suggestions
from leleka.services.segments import queries as segment_queries
from leleka.services.sources import examination
from leleka.services.tasks.commands import ENDED, KEPT, died, finish, is_lost
from leleka.services.why import account
from leleka.state.models import Connection, Task
from leleka.warehouse.lake import SnapshotUnreadable
from leleka.worker import previews, snapshot_pruning
from leleka.worker.job_context import JobContext
from leleka.worker.notices import sweep as notice_sweep
from leleka.worker.refresh import runner as refresh_runner
from leleka.worker.runs import crash_limit, fair_queue, late_confirmations
from leleka.worker.runs import execution as run_execution
from leleka.worker.runs.progress import NullWatcher
from leleka.worker.task_queue import lists_in_turn, tasks_in_turn

log = structlog.get_logger(__name__)
NOTICES: Final = "notices"
PRUNING: Final = "pruning"
_LONGEST_PAUSE: Final = 60.0  # seconds that somebody who looks waits for an account
_RESTS: Final = 30.0  # seconds before a run is taken up again whose snapshots cannot be read
LATE: Final = "late:"
_RUN: Final = "run:"
_OF_TASKS: Final = frozenset({"task", "reconcile"})


def due_jobs(
    clock: Clock, but: Container[str], limit: int, quiet: Container[int] = frozenset()
) -> Sequence[str]:
    """Name what is due and not among ``but``: the refresh whose turn it is, a few tasks in turns between people, and
    up to ``limit`` others: runs in turns between accounts, then late confirmations. ``quiet`` are the previews that
    hold no place.

    The refresh takes no place of the others: runs that have begun and wait for it could hold all of them (I-16). Nor
    do tasks: however much people look at, no run waits for it, and somebody who looks waits for no run. Lists that are
    read have places of their own for the same reason, one of an account.
    """
    refresh = refresh_runner.next_to_walk(clock)
    first = [f"refresh:{refresh}"] if refresh is not None else []
    found = [f"{_RUN}{number}" for number in fair_queue.runs_in_turn(clock, but)]
    found += [f"{LATE}{account}" for account in late_confirmations.accounts_to_ask(clock)]
    others = [job for job in found if job not in but][:limit]
    begun = [job for job in first if job not in but]
    return [*begun, *tasks_in_turn(but, quiet), *lists_in_turn(but), *others]


def waiting_for_accounts(taken: Sequence[str], clock: Clock) -> int:
    """Return how many of these jobs are runs that do nothing but wait for their accounts."""
    runs = [int(job.removeprefix(_RUN)) for job in taken if job.startswith(_RUN)]
    return fair_queue.waiting_for_accounts(runs, clock)


def carry_out(job: str, clock: Clock) -> None:
    """Do one job, in a process of its own."""
    bind_contextvars(job=job)
    kind, _, number = job.partition(":")
    if kind == "run":
        _run(int(number), clock)
    elif kind == "refresh":
        refresh_runner.carry_out(int(number), clock)
    elif kind in _OF_TASKS:
        _do(int(number), clock)
    elif kind == "late":
        _ask_late(int(number), clock)
    elif kind == NOTICES:
        notice_sweep.work(clock)
    elif kind == PRUNING:
        snapshot_pruning.prune(clock)
    else:
        raise NotFound("JOB_UNKNOWN", job=job)


def _run(number: int, clock: Clock) -> None:
    try:
        if not crash_limit.end_if_it_kills(number, clock):
            run_execution.go_on(number, clock, NullWatcher())
    except SnapshotUnreadable as error:  # a run that was sending stays as it is: it is taken up again
        log.warning("a run did not go on", run=number, code=error.code, where=error.problems[0].where)
        clock.sleep(_RESTS)
    except LelekaError as error:  # it stands with the run, or another process has taken the run
        log.warning("a run did not go on", run=number, code=error.code)


def _ask_late(account: int, clock: Clock) -> None:
    """Ask after what an account accepted from runs that have ended: for a day, whether it runs again or not."""
    connection = Connection.objects.select_related("account").filter(account=account).order_by("pk").first()
    if connection is None:
        return
    try:
        with lake_sessions.session() as session, opened(connection, clock) as far_side:
            job = JobContext(session, clock, NullWatcher())
            late_confirmations.settle_late(job, connection.account, far_side, lambda: None)
    except LelekaError as error:
        log.warning("late confirmations could not be asked for", account=account, code=error.code)


def on_job_crashed(job: str, clock: Clock) -> None:
    """A process died over a job. Runs and refreshes are taken up again, so often; a task is not tried twice."""
    kind, _, number = job.partition(":")
    if kind in _OF_TASKS:
        row = Task.objects.filter(pk=number).first()
        if row is not None and (not row.worker or process_identity.is_dead(row.worker)):
            died(row)
        return
    log.error("a process died over a job", job=job, at=clock.now())
    if kind == "run":
        crash_limit.count(int(number), clock)


def on_job_finished(job: str) -> None:
    """A process ended over a job in order. It may have left a run as it was, over a database that stayed away."""
    kind, _, number = job.partition(":")
    if kind == "run":
        crash_limit.give_back(int(number))


def forget_old_tasks() -> None:
    Task.objects.filter(made_at__lt=utc_now() - KEPT).delete()


def fail_lost_tasks() -> None:
    """Let the tasks fail whose machine or container is gone: nobody would ever take them up again."""
    for row in Task.objects.exclude(status__in=ENDED):
        if is_lost(row):
            died(row)


def claim(number: int) -> Task | None:
    """Return a task that is this process's from now on; None where another one has it, or it is done. A list over
    which a process died is not read twice: that may be what kills it.
    """
    row = Task.objects.filter(pk=number).first()
    if row is None or (row.worker and not process_identity.is_dead(row.worker)):
        return None
    if row.worker and row.kind == Task.Kind.RECONCILE:
        died(row)
        return None
    mine = Task.objects.filter(pk=number, worker=row.worker).exclude(status__in=ENDED)
    return row if mine.update(worker=process_identity.me(), status=TaskStatus.PROCESSING) else None


def _do(number: int, clock: Clock) -> None:
    row = claim(number)
    if row is None:
        return  # another worker was quicker
    try:
        _work(row, clock)
    except KeyboardInterrupt:  # told to end: whoever comes next may begin it anew at once (fault 74)
        mine = Task.objects.filter(pk=number, worker=process_identity.me()).exclude(status__in=ENDED)
        mine.update(worker="", status=TaskStatus.QUEUED, stage="", stage_told={})
        raise


def _work(row: Task, clock: Clock) -> None:
    number = row.pk
    try:
        result = _result(row, clock, _Watcher(number))
    except LelekaError as error:
        finish(number, TaskStatus.FAILED, problems=[problem_data(one) for one in error.problems])
    except Exception as bug:
        log.exception("a task failed unexpectedly", task=number)
        told = shortage(bug) or NeedsAttention("INTERNAL_ERROR.brief")
        finish(number, TaskStatus.FAILED, problems=[problem_data(one) for one in told.problems])
    else:  # it may have taken an hour: a database that is away just now is waited for
        seconds = configuration().database_patience_seconds
        patience = Patience(seconds, clock, lambda _: None)
        outlast(patience, lambda: finish(number, TaskStatus.SUCCESSFUL, result=result))


def _result(row: Task, clock: Clock, watcher: "_Watcher") -> dict[str, Any]:
    if row.kind == Task.Kind.PREVIEW:
        found: object = previews.preview_export(Actor.worker(row.asked_by), row.subject, clock, watcher)
    elif row.kind == Task.Kind.COUNT:
        found = _count(row, clock)
    elif row.kind == Task.Kind.MEMBERS:
        found = segment_queries.first_members(row.subject, clock, masked=row.payload["masked"])
    elif row.kind == Task.Kind.RECONCILE:
        found = reconciliation.work(row, clock)
    elif row.kind == Task.Kind.EXAMINE:
        found = examination.examine(row.payload, watcher.stage, watcher.found)
    elif row.kind == Task.Kind.RELATE:
        found = suggestions.suggest(watcher.stage)
    elif row.kind == Task.Kind.MEMBERSHIP:
        found = account.ask_account(row, ImpatientClock(clock, inf, nap=_LONGEST_PAUSE))
    else:
        found = segment_queries.refresh_segment(row.subject, clock, watcher.stage)
    result: dict[str, Any] = plain(found)
    return result


def _count(row: Task, clock: Clock) -> object:
    """Count who matches rules, or what they mean for the exports of a segment."""
    if number := row.payload.get("segment"):
        return effects.counted(
            segment_queries.find_by_id(number), row.payload["rules"], lake_sessions.session
        )
    return {"count": segment_queries.count_rules(row.payload["rules"], clock)}


class _Watcher:
    """Writes down how far a task is."""

    def __init__(self, number: int) -> None:
        self._number = number

    def stage(self, said: Message) -> None:
        Task.objects.filter(pk=self._number).update(stage=in_english(said)[:200], stage_told=said_data(said))

    def found(self, result: dict[str, Any]) -> None:
        """Keep what is known before the task ends, and if it fails."""
        Task.objects.filter(pk=self._number).exclude(status__in=ENDED).update(result=plain(result))

    def planned(self, planned: object) -> None:
        """Its result says it."""

    def progress(self, batches: object) -> None:
        """Nothing is sent."""


def plain(value: Any) -> Any:
    """Turn a contract into mappings, lists, text and numbers. Moments become ISO 8601 in UTC."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
