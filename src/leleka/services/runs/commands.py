from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction

from leleka.core.clock import utc_now
from leleka.core.data_matching import leavers_of, matching_of
from leleka.core.growth import growth_of
from leleka.core.run_configuration import RunConfiguration, SegmentSnapshot
from leleka.errors import Conflict, LelekaError, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, may_use, require, require_export
from leleka.services.audit.log import record
from leleka.services.connections import export_user
from leleka.services.exports import queries as export_queries
from leleka.services.exports.commands import chosen_exports
from leleka.services.exports.queries import connection_of, find_by_id, find_by_name
from leleka.services.runs import audit as run_audit
from leleka.services.runs.contracts import RunView
from leleka.services.runs.queries import run_row, view_of
from leleka.services.segments.resting import refuse_resting
from leleka.services.tasks import commands as task_commands
from leleka.state.lease import over
from leleka.state.models import AttemptRow, Connection, Export, Run, RunStatus, Segment, Task, Trigger


@dataclass(frozen=True, slots=True)
class AskedRun:
    """What became of asking one export to run: the run's number, or why there is none."""

    export: str
    run: int | None
    problems: Sequence[Problem] = ()

    @property
    def status(self) -> str:
        """Return the status of a run that was just asked for."""
        return RunStatus.QUEUED


def run(actor: Actor, number: int, *, resend: bool = False) -> int:
    """Ask the worker to run an export now; return the run's number."""
    return ask_run(actor, find_by_id(number).name, resend=resend)


def run_all(actor: Actor, numbers: Sequence[int] | None = None) -> Sequence[AskedRun]:
    """Ask for a run of every export one may run and whose schedule is on (CI-O1), or of those named, whatever their
    schedules; tell what became of each.
    """
    require(actor, Permission.EDIT_SHARED_EXPORTS)
    asked = []
    for row in chosen_exports(actor, numbers):
        try:
            asked.append(AskedRun(row.name, ask_run(actor, row.name)))
        except LelekaError as error:
            asked.append(AskedRun(row.name, None, error.problems))
    return asked


def those_of_run_all(actor: Actor) -> Sequence[int]:
    """Return the ids of the exports that ``run_all`` runs where none is named."""
    require(actor, Permission.EDIT_SHARED_EXPORTS)
    return [row.pk for row in chosen_exports(actor, None)]


def ask_preview(actor: Actor, number: int) -> int:
    """Ask the worker what a run would do now; return the number of the task (``due.task``)."""
    row = find_by_id(number)
    require_export(actor, row)
    return task_commands.ask(actor, Task.Kind.PREVIEW, row.name)


def snapshots(segments: Iterable[Segment]) -> tuple[SegmentSnapshot, ...]:
    return tuple(SegmentSnapshot(one.name, one.snapshot, one.size or 0) for one in segments)


def outline(export: Export) -> RunConfiguration:
    """Return the settings alone, and the segments as they last were: what is known of a run that could not begin."""
    connection = connection_of(export)
    return RunConfiguration(
        export=export.name,
        connection=connection.name,
        type=connection.type,
        host=connection.host,
        target=export.target,
        share=connection.share,
        automations=export.automations,
        limit=export.limit,
        matching=matching_of(export.matching),
        leavers=leavers_of(export.leavers),
        growth=growth_of(export.growth),
        segments=snapshots(export.segments.order_by("name")),
        subscribe_unconfirmed=export.subscribe_unconfirmed,
    )


def may_act(actor: Actor, number: int) -> bool:
    """Return whether somebody may run, cancel and resend what this run is of."""
    require(actor, Permission.SEE)
    return may_use(actor, run_row(number).export.connection)


def cancel_run(actor: Actor, number: int) -> RunView:
    """Ask a live run to stop; one that nobody works on ends at once if nothing of it was sent."""
    with transaction.atomic():
        run = run_row(number)
        require_export(actor, run.export)
        if not Run.objects.filter(pk=number, finished_at__isnull=True).exists():
            raise Conflict("RUN_FINISHED", where=f"run {number}", status=run.status)
        ask_to_cancel(actor, run)
    return view_of(run_row(number))


def ask_to_cancel(actor: Actor, run: Run) -> None:
    """Ask a run to stop, within the caller's transaction; one that has ended meanwhile stays as it is."""
    now = utc_now()
    live = Run.objects.filter(pk=run.pk, finished_at__isnull=True)
    asked = live.filter(cancel_requested_at__isnull=True)
    if asked.update(cancel_requested_at=now, status=RunStatus.CANCELING):
        record(actor, "run cancel", run.export.name, {"run": run.pk})
    if not AttemptRow.objects.filter(batch__run=run.pk).exists():
        idle = live.filter(over(now.timestamp()), fence=run.fence)
        if idle.update(status=RunStatus.CANCELED, finished_at=now):
            run_audit.record_ended(run)


def confirm_run(actor: Actor, number: int) -> RunView:
    """Let a run that waits for confirmation go on, with exactly the plan it has."""
    require(actor, Permission.CONFIRM)
    run = run_row(number)
    acts_as = _name_now(run)
    with transaction.atomic():
        waiting = Run.objects.filter(pk=number, status=RunStatus.NEEDS_CONFIRMATION, finished_at__isnull=True)
        if not waiting.update(
            status=RunStatus.QUEUED,
            confirmed_by=actor.name,
            confirmed_at=utc_now(),
            acts_as=acts_as,
            lease_until=0.0,
        ):
            raise Conflict("NOTHING_TO_CONFIRM", where=f"run {number}", status=run.status)
        record(actor, "run confirm", run.export.name, {"run": number, "plan": run.plan})
    return view_of(run_row(number))


def _name_now(run: Run) -> str:
    """Return in whose name a run sends that is confirmed now, through the connection that it began with."""
    connection = Connection.objects.filter(name=run.configuration.connection).first()
    return run.acts_as if connection is None else export_user.name_now(connection, run)


def ask_run(
    actor: Actor,
    name: str,
    *,
    refresh: bool = True,
    resend: bool = False,
    trigger: str = Trigger.ON_DEMAND,
    tries: int = 1,
) -> int:
    """Queue a run of an export and return its number. Raises ``Conflict`` where one runs, or SEGMENT_INACTIVE.

    Whoever claims it refreshes, freezes the configuration and sees it through.
    ``tries`` counts the runs of one due instant, this one included.
    """
    export = find_by_name(name)
    require_export(actor, export)
    refuse_resting(export)
    by_operator = actor.is_operator
    asked = replace(outline(export), resend=resend, refresh=refresh, by_operator=by_operator)
    return _create(export, asked, actor, trigger=trigger, tries=tries)


def _create(export: Export, configuration: RunConfiguration, actor: Actor, **values: Any) -> int:
    now = utc_now()
    connection = export_queries.connection_of(export)
    acts_as = export_user.name_for(connection, actor)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                export=export,
                account=connection.account,
                config=configuration.to_data(),
                asked_by=actor.name,
                asker_id=actor.user,
                acts_as=acts_as,
                created_at=now,
                started_at=now,
                stepped_at=now,
                **values,
            )
            record(actor, "export run", export.name, {"run": run.pk})
    except IntegrityError:
        raise Conflict("RUN_IN_PROGRESS.started", where=export.name) from None
    return run.pk
