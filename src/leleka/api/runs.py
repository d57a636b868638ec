"""Runs: what was sent, to whom, and what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from django.http import StreamingHttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.problems import ProblemOut
from leleka.api.schemas.common import Number, Page, Paging, RunAsked, paged
from leleka.core.statuses import Ended
from leleka.services.runs import commands as export_commands
from leleka.services.runs import commands as run_commands
from leleka.services.runs import queries as run_queries
from leleka.services.runs.contracts import RunView

router = Router(tags=["Runs"])
_CSV: Final = {"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}}
_LAST_ROW: Final = 2_000_000  # an export holds at most a million


class CountsOut(Schema):
    """Everyone selected ended in exactly one of these; ``left`` are people who are no longer selected."""

    selected: int
    added: int
    changed: int
    unchanged: int
    delivered: int
    unconfirmed: int
    excluded: Mapping[str, int]
    rejected: Mapping[str, int]
    not_attempted: Mapping[str, int]
    left: Mapping[str, int]
    warnings: Mapping[str, int]


class ProgressOut(Schema):
    total: int
    accepted: int
    confirmed: int
    rate: float
    seconds_left: float | None


class NoteOut(Schema):
    """What else is to be known: a sentence, and its code and values."""

    message: str
    told: Mapping[str, Any]


class RunOut(Schema):
    """``finished_at`` is null while it is under way; ``confirmation_reason`` is why it waits, or waited, for it.

    ``acts_as`` is the export user in whose name it sends; ``asked_by`` who asked for it.
    ``stage_told`` and ``confirmation_told`` are code and values of the sentences beside them.
    ``trigger`` is why it runs; ``tries`` counts the runs of one due instant, ``retry_at`` is when it is tried again.
    """

    id: int
    export: str
    export_id: int
    connection: str
    target: str
    segments: Sequence[tuple[str, int | None]]
    status: str
    stage: str
    stage_told: Mapping[str, Any]
    asked_by: str
    acts_as: str
    created_at: datetime
    finished_at: datetime | None
    counts: CountsOut | None
    progress: ProgressOut | None
    leavers: str
    requests: int
    seconds: float
    rate: float
    confirmation_reason: str
    confirmation_told: Mapping[str, Any]
    confirmed_by: str
    trigger: str
    tries: int
    retry_at: datetime | None
    stalled_at: datetime | None
    problems: Sequence[ProblemOut]
    notes: Sequence[NoteOut]


class RowOut(Schema):
    """One profile. ``address`` is masked for whoever may not see personal data."""

    profile_id: str
    address: str
    ended: str
    code: str
    detail: str


class VerifiedOut(Schema):
    """A finished run, and its outcomes counted again from the files."""

    run: RunOut
    counted: CountsOut
    same: bool


class RowsPaging(Schema):
    ended: Ended = Ended.REJECTED
    limit: int = Field(default=50, ge=1, le=200)
    after: int = Field(default=0, ge=0, le=_LAST_ROW)


@router.get("", response=Page[RunOut], operation_id="listRuns", summary="List runs, newest first")
def list_runs(
    request: ApiRequest,
    paging: Annotated[Paging, Query()],
    export: Annotated[str, Query(max_length=200, description="Only those of this export.")] = "",
) -> dict[str, object]:
    found = run_queries.list_runs(request.auth, export or None, paging.limit + 1, paging.after or None)
    return paged(found, paging)


@router.get("/{int:number}", response=RunOut, operation_id="getRun", summary="Get a run")
def get_run(request: ApiRequest, number: Number) -> RunView:
    return run_queries.show_run(request.auth, number)


@router.get(
    "/{int:number}/rows", response=Page[RowOut], operation_id="listRows", summary="List who ended how"
)
def list_rows(
    request: ApiRequest, number: Number, paging: Annotated[RowsPaging, Query()]
) -> dict[str, object]:
    found, more = run_queries.rows_page(request.auth, number, paging.ended, paging.limit, paging.after)
    return {"items": found, "next": paging.after + paging.limit if more else None}


@router.get(
    "/{int:number}/rows.csv",
    response={200: None},
    operation_id="downloadRows",
    summary="Download who ended how, as CSV",
    openapi_extra=_CSV,
)
def download_rows(
    request: ApiRequest, number: Number, ended: Annotated[Ended, Query()] = Ended.REJECTED
) -> StreamingHttpResponse:
    """With addresses, so it is for those who may download personal data, and audited."""
    lines = run_queries.download_rows(request.auth, number, ended)
    answer = StreamingHttpResponse(_bytes(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="run-{number}-{ended.value}.csv"'
    return answer


@router.post("/{int:number}/cancel", response=RunOut, operation_id="cancelRun", summary="Cancel a run")
def cancel_run(request: ApiRequest, number: Number) -> RunView:
    """What was sent stays sent and is settled; the answer may still say Canceling."""
    return run_commands.cancel_run(request.auth, number)


@router.post("/{int:number}/confirm", response=RunOut, operation_id="confirmRun", summary="Confirm a run")
def confirm_run(request: ApiRequest, number: Number) -> RunView:
    """Let a run that waits for confirmation go on, with exactly the plan it has. Administrators only."""
    return run_commands.confirm_run(request.auth, number)


@router.post(
    "/{int:number}/resend",
    response={202: RunAsked},
    operation_id="resendRun",
    summary="Send again what was refused",
)
def resend_run(request: ApiRequest, number: Number) -> Status[dict[str, int]]:
    """Begin a new run of the same export that also sends rows ActiveCampaign refused before."""
    export = run_queries.show_run(request.auth, number).export_id
    return Status(202, {"run": export_commands.run(request.auth, export, resend=True)})


@router.post("/{int:number}/verify", response=VerifiedOut, operation_id="verifyRun", summary="Verify a run")
def verify_run(request: ApiRequest, number: Number) -> dict[str, object]:
    """Count a finished run's outcomes again, from the files they are kept in. Changes nothing."""
    run, counted = run_queries.verify_run(request.auth, number)
    return {"run": run, "counted": counted, "same": run.counts == counted}


def _bytes(lines: Iterable[str]) -> Iterable[bytes]:
    for line in lines:
        yield line.encode()
