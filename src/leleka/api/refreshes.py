"""Refreshes: sources, profiles, segments and exports brought up to date in their order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.problems import ProblemOut
from leleka.api.schemas.common import In, Notes, Number, Page, Paging
from leleka.services.refresh import commands as refresh_commands
from leleka.services.refresh import queries as refresh_queries
from leleka.services.refresh.contracts import RefreshView

router = Router(tags=["Refreshes"])


class RefreshIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"scope": "data"}, {"scope": "segment:1"}]})
    scope: Annotated[
        str,
        Field(
            max_length=50,
            description="everything, data, sources, segments, or one thing: source:1, measure:1, segment:1, export:1.",
        ),
    ]


class RefreshAsked(Schema):
    """A refresh that goes on; GET /refreshes/{number} tells how far it is."""

    refresh: int


class StepOut(Schema):
    """One step. ``of`` is the id of the source, segment or export; ``run`` the run an export's step led to."""

    number: int
    kind: str
    of: int
    name: str
    status: str
    stage: str
    stage_told: Mapping[str, Any]
    changed: bool
    rows: int | None
    notes: Notes
    problems: Sequence[ProblemOut]
    started_at: datetime | None
    finished_at: datetime | None
    run: int | None


class RefreshLineOut(Schema):
    """``behind`` is the refresh that it waits for; ``subject`` the name of what it is of."""

    id: int
    trigger: str
    scope: str
    subject: str
    asked_by: str
    status: str
    due_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    behind: int | None


class RefreshOut(RefreshLineOut):
    steps: Sequence[StepOut]


@router.get(
    "", response=Page[RefreshLineOut], operation_id="listRefreshes", summary="List refreshes, newest first"
)
def list_refreshes(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    found = refresh_queries.latest(request.auth, paging.limit + 1, paging.after or None)
    items = found[: paging.limit]
    return {"items": items, "next": items[-1].id if len(found) > paging.limit else None}


@router.post("", response={202: RefreshAsked}, operation_id="askRefresh", summary="Refresh")
def ask_refresh(request: ApiRequest, data: RefreshIn) -> Status[dict[str, int]]:
    """One of the same scope that waits for its turn already is taken."""
    return Status(202, {"refresh": refresh_commands.ask(request.auth, data.scope)})


@router.get("/{int:number}", response=RefreshOut, operation_id="getRefresh", summary="Get a refresh")
def get_refresh(request: ApiRequest, number: Number) -> RefreshView:
    return refresh_queries.show(request.auth, number)


@router.post(
    "/{int:number}/cancel", response=RefreshOut, operation_id="cancelRefresh", summary="Cancel a refresh"
)
def cancel_refresh(request: ApiRequest, number: Number) -> RefreshView:
    """No further step begins, and the runs it started are canceled. What was refreshed stays so."""
    refresh_commands.cancel(request.auth, number)
    return refresh_queries.show(request.auth, number)
