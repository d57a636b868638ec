"""The system: when everything is refreshed, and how everything stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.problems import ProblemOut
from leleka.api.runs import ProgressOut
from leleka.api.schemas.common import Notes
from leleka.api.schemas.schedules import (
    DecisionOut,
    NextOut,
    ScheduleIn,
    SystemScheduleIn,
    SystemScheduleOut,
    told,
    written,
)
from leleka.core.clock import current_clock
from leleka.services.access.actor import Actor
from leleka.services.schedules import commands as schedule_commands
from leleka.services.schedules import queries as schedule_queries
from leleka.services.schedules.queries import DecisionView
from leleka.services.status import queries as status_queries
from leleka.services.status.queries import Overview, StatusFilter

router = Router(tags=["System"])
standing = Router(tags=["System"])
_LAST_PAGE = 1_000_000


class TaskLineOut(Schema):
    """How a source, the profiles, a segment or an export stands; ``problems`` say why it failed or was skipped."""

    kind: str
    of: int
    name: str
    status: str
    stage: str
    stage_told: dict[str, Any]
    problems: Sequence[ProblemOut]
    notes: Notes
    rows: int | None
    changed: bool
    started_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime | None
    trigger: str
    asked_by: str
    refresh: int | None
    step: int | None
    run: int | None
    tries: int
    retry_at: datetime | None
    tried_again: bool
    stalled: bool
    progress: ProgressOut | None


class GroupOut(Schema):
    """All things of a kind: ``statuses`` counts them all, ``found`` those looked for; ``lines`` is a page of these."""

    kind: str
    total: int
    statuses: dict[str, int]
    found: int
    lines: Sequence[TaskLineOut]
    page: int
    pages: int


class OverviewOut(Schema):
    groups: Sequence[GroupOut]
    live: bool


class Looking(Schema):
    """``words`` are looked for in names; ``page`` is one of the group ``kind``, by 50 lines."""

    words: str = Field(default="", max_length=200)
    status: str = Field(default="", max_length=50)
    kind: str = Field(default="", max_length=20)
    page: int = Field(default=1, ge=1, le=_LAST_PAGE)


@router.get(
    "/schedule",
    response=SystemScheduleOut,
    by_alias=True,
    operation_id="getSystemSchedule",
    summary="Get the system's schedule",
)
def get_schedule(request: ApiRequest) -> dict[str, Any]:
    """Before it was ever set it is off, and version 0."""
    return _shown(request.auth)


@router.put(
    "/schedule",
    response=SystemScheduleOut,
    by_alias=True,
    operation_id="setSystemSchedule",
    summary="Set the system's schedule",
)
def set_schedule(request: ApiRequest, data: SystemScheduleIn) -> dict[str, Any]:
    """What was due before is not run. Exports with schedules of their own keep them."""
    wanted = {key: value for key, value in data.written().items() if key != "version"}
    schedule_commands.set_system(request.auth, wanted, data.version, current_clock())
    return _shown(request.auth)


@router.post(
    "/schedule/preview", response=NextOut, operation_id="previewSchedule", summary="When a schedule is due"
)
def preview_schedule(request: ApiRequest, data: ScheduleIn) -> dict[str, Any]:  # noqa: ARG001 - who asks is known
    """The next ten moments, and what changes of the clocks do. Nothing is saved."""
    return told(*schedule_queries.preview(data.written(), current_clock()))


@router.get(
    "/schedule/decisions",
    response=list[DecisionOut],
    operation_id="listSystemDecisions",
    summary="What was decided when the system was due",
)
def list_decisions(request: ApiRequest) -> Sequence[DecisionView]:
    return schedule_queries.system_decisions(request.auth)


@standing.get("", response=OverviewOut, operation_id="showStatus", summary="How everything stands")
def show_status(request: ApiRequest, looking: Annotated[Looking, Query()]) -> Overview:
    """Each source, the profiles, each segment and export with what last became of it."""
    wanted = StatusFilter(looking.words, looking.status, looking.kind, looking.page)
    return status_queries.overview(request.auth, wanted)


def _shown(actor: Actor) -> dict[str, Any]:
    view = schedule_queries.system(actor, current_clock())
    return {
        "on": view.on,
        "schedule": written(view.schedule),
        "version": view.version,
        "managed_by_file": view.managed_by_file,
        **told(view.next, view.changes),
    }
