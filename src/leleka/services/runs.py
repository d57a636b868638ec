"""Runs: what they did, and what may be done with them."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from leleka.core.email import mask
from leleka.core.planning import Counts
from leleka.errors import Conflict, NotFound, Problem
from leleka.services import store
from leleka.services.audit import Actor, record
from leleka.services.contracts import RowView, RunView
from leleka.state.models import AttemptRow, Run, RunStatus
from leleka.warehouse import outcomes


def list_runs(export: str | None = None, limit: int = 20) -> list[RunView]:
    """Give the newest runs first."""
    rows = Run.objects.select_related("export").order_by("-pk")
    if export is not None:
        rows = rows.filter(export__name=export)
    return [view_of(run) for run in rows[:limit]]


def show_run(number: int) -> RunView:
    return view_of(_find(number))


def rows_of(number: int, ended: str, limit: int) -> Sequence[RowView]:
    """Give profiles of a run that ended so; addresses are masked."""
    run = _find(number)
    if not run.outcomes:
        raise Conflict(
            "RUN_UNFINISHED", "The run has no outcomes: it is not finished.", where=f"run {number}"
        )
    with store.session() as session:
        found = outcomes.rows(session, store.lake().open(run.outcomes), ended, limit)
    return [
        RowView(profile_id, mask(address) if address else "", how, code, detail)
        for profile_id, address, how, code, detail in found
    ]


def verify_run(number: int) -> tuple[RunView, Counts]:
    """Count a finished run's outcomes again; give the run and what was counted now."""
    run = _find(number)
    if not run.outcomes:
        raise Conflict(
            "RUN_UNFINISHED", "The run has no outcomes: it is not finished.", where=f"run {number}"
        )
    with store.session() as session:
        counted = outcomes.count(session, store.lake().open(run.outcomes))
    return view_of(run), counted


def cancel_run(number: int, actor: Actor) -> RunView:
    """Ask a live run to stop; one that nobody works on ends at once if nothing of it was sent."""
    run = _find(number)
    with transaction.atomic():
        asked = Run.objects.filter(pk=number, finished_at__isnull=True, cancel_requested_at__isnull=True)
        if not asked.update(cancel_requested_at=timezone.now(), status=RunStatus.CANCELING):
            raise Conflict("RUN_FINISHED", f"The run has ended: {run.status}.", where=f"run {number}")
        sent = AttemptRow.objects.filter(batch__run=number).exists()
        if not sent and run.lease_until < timezone.now().timestamp():
            Run.objects.filter(pk=number).update(status=RunStatus.CANCELED, finished_at=timezone.now())
        record(actor, "run cancel", run.export.name, {"run": number})
    return view_of(_find(number))


def confirm_run(number: int, actor: Actor) -> RunView:
    """Let a run that waits for confirmation go on, with exactly the plan it has."""
    run = _find(number)
    with transaction.atomic():
        waiting = Run.objects.filter(pk=number, status=RunStatus.NEEDS_CONFIRMATION, finished_at__isnull=True)
        if not waiting.update(
            status=RunStatus.QUEUED, confirmed_by=actor.name, confirmed_at=timezone.now(), lease_until=0.0
        ):
            raise Conflict(
                "NOTHING_TO_CONFIRM",
                f"The run does not wait for confirmation: {run.status}.",
                where=f"run {number}",
            )
        record(actor, "run confirm", run.export.name, {"run": number, "plan": run.plan})
    return view_of(_find(number))


def view_of(run: Run) -> RunView:
    counts = counts_of(run)
    ended = run.finished_at or timezone.now()
    seconds = (ended - (run.started_at or run.created_at)).total_seconds()
    requests = run.requests or AttemptRow.objects.filter(batch__run=run).count()
    delivered = counts.delivered if counts else 0
    return RunView(
        id=run.pk,
        export=run.export.name,
        connection=run.config["connection"],
        target=run.config["target"],
        segments=tuple((name, size) for name, _, size in run.config["segments"]),
        status=run.status,
        asked_by=run.asked_by,
        created_at=run.created_at,
        finished_at=run.finished_at,
        counts=counts,
        leavers=run.config["leavers"]["policy"],
        requests=requests,
        seconds=seconds,
        rate=delivered / seconds if seconds > 0 else 0.0,
        confirmation_reason=run.confirmation_reason,
        problems=[Problem(**problem) for problem in run.problems],
    )


def counts_of(run: Run) -> Counts | None:
    """Give the frozen counts; of a run without outcomes, those of its plan."""
    return Counts(**run.counts) if run.counts else None


def _find(number: int) -> Run:
    run = Run.objects.select_related("export").filter(pk=number).first()
    if run is None:
        raise NotFound("RUN_UNKNOWN", f"There is no run {number}.", remedy="leleka run list shows them.")
    return run
