"""Exports: which segments go to which list, and what of a profile goes along."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from ninja import Header, Query, Router, Status

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import AskedRunOut, Number, Page, Paging, RunAsked, TaskAsked, paged
from leleka.api.schemas.exports import (
    AttachIn,
    ChoicesOut,
    ExportChange,
    ExportIn,
    ExportLineOut,
    ExportOut,
    OffersOut,
    RebuiltLedgerOut,
    ReconciliationOut,
    RunAllIn,
    RunIn,
    SavedOut,
    WrittenOut,
)
from leleka.api.schemas.schedules import DecisionOut, ExportScheduleIn, ExportScheduleOut, of_export
from leleka.core.clock import current_clock
from leleka.core.ports.destination import Field
from leleka.errors import LelekaError, NeedsAttention, NotFound, Problem, Unavailable
from leleka.services.access.actor import Actor
from leleka.services.contracts import ExportSummary
from leleka.services.exports import choices as export_choices
from leleka.services.exports import commands as export_commands
from leleka.services.exports import queries as export_queries
from leleka.services.exports import reconciliation
from leleka.services.exports.choices import Choices
from leleka.services.exports.contracts import RebuiltLedger, ReconciliationView
from leleka.services.exports.queries import ExportDetail
from leleka.services.runs import commands as run_commands
from leleka.services.runs import idempotency
from leleka.services.schedules import commands as schedule_commands
from leleka.services.schedules import queries as schedule_queries
from leleka.services.schedules.queries import DecisionView

router = Router(tags=["Exports"])


@router.get("", response=Page[ExportLineOut], operation_id="listExports", summary="List exports")
def list_exports(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """In the order in which they were made."""
    return paged(export_queries.exports_after(request.auth, paging.after, paging.limit + 1), paging)


@router.get(
    "/choices", response=ChoicesOut, operation_id="listChoices", summary="What an export can be made of"
)
def list_choices(request: ApiRequest) -> Choices:
    """Of connections only those one may use, and of these only the names."""
    return export_choices.choices(request.auth)


@router.get(
    "/offers", response=OffersOut, operation_id="listOffers", summary="An account's lists and custom fields"
)
def list_offers(
    request: ApiRequest, connection: Annotated[str, Query(max_length=200, description="Its name.")]
) -> dict[str, Any]:
    """As they are, or were half a minute ago: 503 with Retry-After where the account has not answered yet, or does
    not. A connection one may not use is as unknown as one that does not exist.
    """
    known = export_choices.choices(request.auth).connections.values()
    if not any(connection in names for names in known):
        raise NotFound("CONNECTION_UNKNOWN", where="connection")
    offered = export_choices.offered(request.auth, connection, current_clock())
    if offered.problems:
        raise _unanswered(replace(offered.problems[0], where="connection"), offered.retry_after)
    return {"lists": offered.lists, "fields": [_custom_field(one) for one in offered.fields]}


@router.post("", response={201: SavedOut}, operation_id="createExport", summary="Add an export")
def create_export(request: ApiRequest, data: ExportIn) -> Status[dict[str, Any]]:
    """Saving does not run it."""
    return Status(201, _told(request.auth, export_commands.create(request.auth, _data(data))))


@router.post(
    "/run", response={202: list[AskedRunOut]}, operation_id="runExports", summary="Run several exports"
)
def run_exports(request: ApiRequest, data: RunAllIn) -> Status[Sequence[run_commands.AskedRun]]:
    """Ask for a run of each; one that cannot run does not stop the others."""
    return Status(202, run_commands.run_all(request.auth, data.exports))


@router.get("/{int:number}", response=ExportOut, operation_id="getExport", summary="Get an export")
def get_export(request: ApiRequest, number: Number) -> ExportDetail:
    return export_queries.export(request.auth, number)


@router.put("/{int:number}", response=SavedOut, operation_id="updateExport", summary="Change an export")
def update_export(request: ApiRequest, number: Number, data: ExportChange) -> dict[str, Any]:
    """A run under way keeps to what it began with."""
    saved = export_commands.update(request.auth, number, _data(data), data.version)
    return _told(request.auth, saved)


@router.delete("/{int:number}", response={204: None}, operation_id="removeExport", summary="Remove an export")
def remove_export(request: ApiRequest, number: Number) -> Status[None]:
    """Its runs go with it; what it sent stays where it was sent."""
    export_commands.remove(request.auth, [number])
    return Status(204, None)


@router.post(
    "/{int:number}/duplicate", response=WrittenOut, operation_id="duplicateExport", summary="Create duplicate"
)
def duplicate_export(request: ApiRequest, number: Number) -> dict[str, Any]:
    """What a copy would begin with, under a free name. Nothing is saved: change what you like and POST it."""
    return export_commands.duplicate(request.auth, number)


@router.post(
    "/{int:number}/detach", response=ExportLineOut, operation_id="detachExport", summary="Detach an export"
)
def detach_export(request: ApiRequest, number: Number) -> ExportSummary:
    """Take its connection away: it keeps everything else and does not run."""
    export_commands.detach(request.auth, [number])
    return export_queries.export(request.auth, number).line


@router.post(
    "/{int:number}/attach", response=SavedOut, operation_id="attachExport", summary="Attach an export"
)
def attach_export(request: ApiRequest, number: Number, data: AttachIn) -> dict[str, Any]:
    """Return a detached export a connection again."""
    saved = export_commands.attach(request.auth, number, data.connection, data.version)
    return _told(request.auth, saved)


@router.post(
    "/{int:number}/rebuild-ledger",
    response=RebuiltLedgerOut,
    operation_id="rebuildLedger",
    summary="Rebuild a damaged ledger",
)
def rebuild_ledger(request: ApiRequest, number: Number) -> RebuiltLedger:
    """Make the record of what was sent again, from what the export's runs left behind. Everybody in it is due again."""
    return export_commands.rebuild_ledger(request.auth, number)


@router.post(
    "/{int:number}/reconcile",
    response={202: ReconciliationOut},
    operation_id="reconcileExport",
    summary="Reconcile: compare the list with what was sent",
)
def reconcile_export(request: ApiRequest, number: Number) -> Status[ReconciliationView]:
    """Ask the worker to read the list, 400 contacts a second at most. One that is under way already is taken."""
    return Status(202, reconciliation.ask(request.auth, number))


@router.get(
    "/{int:number}/reconcile",
    response=ReconciliationOut,
    operation_id="getReconciliation",
    summary="Get the latest reconciliation",
)
def get_reconciliation(request: ApiRequest, number: Number) -> ReconciliationView:
    """Results are kept for a day."""
    return reconciliation.show(request.auth, number)


@router.post(
    "/{int:number}/reconcile/cancel",
    response=ReconciliationOut,
    operation_id="cancelReconciliation",
    summary="Cancel a reconciliation",
)
def cancel_reconciliation(request: ApiRequest, number: Number) -> ReconciliationView:
    return reconciliation.cancel(request.auth, number)


@router.post(
    "/{int:number}/reconcile/repair",
    response=ReconciliationOut,
    operation_id="repairLedger",
    summary="Let the next run send the missing and the different people again",
)
def repair_ledger(request: ApiRequest, number: Number) -> ReconciliationView:
    """As the latest reconciliation found them. The next run still leaves out who unsubscribed, bounced or never
    confirmed.
    """
    return reconciliation.repair(request.auth, number)


@router.post(
    "/{int:number}/preview", response={202: TaskAsked}, operation_id="previewExport", summary="Preview"
)
def preview_export(request: ApiRequest, number: Number) -> Status[dict[str, int]]:
    """Ask the worker what a run would do now. Nothing is sent."""
    return Status(202, {"task": run_commands.ask_preview(request.auth, number)})


@router.post("/{int:number}/run", response={202: RunAsked}, operation_id="runExport", summary="Run now")
def run_export(
    request: ApiRequest,
    number: Number,
    data: RunIn,
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            pattern=r"^[!-~]+$",
            description="Sent again with the same key within 24 hours, the request gives the same run.",
        ),
    ] = "",
) -> Status[dict[str, int]]:
    """Ask the worker to run it."""
    if idempotency_key:
        run = idempotency.run_once(request.auth, number, idempotency_key, resend=data.resend)
    else:
        run = run_commands.run(request.auth, number, resend=data.resend)
    return Status(202, {"run": run})


@router.get(
    "/{int:number}/schedule",
    response=ExportScheduleOut,
    by_alias=True,
    operation_id="getExportSchedule",
    summary="Get an export's schedule",
)
def get_schedule(request: ApiRequest, number: Number) -> dict[str, Any]:
    return of_export(schedule_queries.of_export(request.auth, number, current_clock()))


@router.put(
    "/{int:number}/schedule",
    response=ExportScheduleOut,
    by_alias=True,
    operation_id="setExportSchedule",
    summary="Schedule an export",
)
def set_schedule(request: ApiRequest, number: Number, data: ExportScheduleIn) -> dict[str, Any]:
    """``system``, ``off``, or a schedule of its own with one time. What is switched off keeps the schedule it had.

    With the export's ``version`` nothing is overwritten that somebody else saved meanwhile: 409 STALE.
    """
    wanted = data.schedule if isinstance(data.schedule, str) else data.schedule.written()
    seen = {} if data.version is None else {number: data.version}
    schedule_commands.set_exports(request.auth, [number], wanted, current_clock(), seen)
    return of_export(schedule_queries.of_export(request.auth, number, current_clock()))


@router.get(
    "/{int:number}/schedule/decisions",
    response=list[DecisionOut],
    operation_id="listExportDecisions",
    summary="What was decided when the export was due",
)
def list_decisions(request: ApiRequest, number: Number) -> Sequence[DecisionView]:
    return schedule_queries.decisions(request.auth, number)


def _unanswered(problem: Problem, retry_after: float | None) -> LelekaError:
    if retry_after is None:
        return NeedsAttention.of([problem])
    error = Unavailable.of([problem])
    error.retry_after = retry_after
    return error


def _data(data: ExportIn) -> dict[str, Any]:
    return data.model_dump(exclude={"version"}, exclude_none=True)


def _told(actor: Actor, saved: export_commands.Saved) -> dict[str, Any]:
    version = export_queries.export(actor, saved.id).line.version
    return {"id": saved.id, "name": saved.name, "list_left": saved.list_left, "version": version}


def _custom_field(one: Field) -> dict[str, Any]:
    number = one.key.removeprefix("field:")
    several = bool(one.between)
    return {"id": number, "title": one.title, "kind": one.kind, "options": one.options, "several": several}
