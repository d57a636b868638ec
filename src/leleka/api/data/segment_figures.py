"""Segments: who came and left, what they share, whom they are made of, and since when each member is in one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final

from django.http import StreamingHttpResponse
from ninja import Query, Router, Schema

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import Moment, Number
from leleka.services.segments import figures
from leleka.services.segments.contracts import Breakdown, Evaluation, Movement, Overlap

router = Router(tags=["Segments"])
_MOST: Final = 1_000
_CSV: Final = {"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}}
_PARQUET: Final = "application/vnd.apache.parquet"
_FILE: Final = {
    "responses": {200: {"content": {_PARQUET: {"schema": {"type": "string", "format": "binary"}}}}}
}
Segments = Annotated[
    str,
    Query(
        pattern=r"^\d{1,15}(,\d{1,15}){1,9}$",
        description="Ids of the segments to compare, two to four, with commas between them.",
        examples=["1,2"],
    ),
]


class EvaluationOut(Schema):
    """``came`` and ``left`` are null where nothing was there to compare with."""

    at: datetime
    size: int
    came: int | None
    left: int | None


class MovedOut(Schema):
    """``first`` are the first ids, masked for whoever may not see personal data."""

    count: int
    first: Sequence[str]


class MovementOut(Schema):
    """Who came and left since ``since``; before ``followed_since`` nothing is known."""

    since: datetime
    followed_since: datetime
    came: MovedOut
    left: MovedOut
    masked: bool


class PartOut(Schema):
    """People in these segments and in no other of those compared."""

    within: Sequence[str]
    people: int


class OverlapOut(Schema):
    ids: Sequence[int]
    names: Sequence[str]
    sizes: Sequence[int]
    parts: Sequence[PartOut]


class BreakdownGroupOut(Schema):
    """``value`` is null for no value; ``people`` are all profiles with it."""

    value: str | None
    members: int
    people: int


class BreakdownOut(Schema):
    """``others`` are those with rarer values, null where there are none."""

    column: str
    size: int
    groups: Sequence[BreakdownGroupOut]
    others: BreakdownGroupOut | None


class PeriodOut(Schema):
    """``entered`` is null of who was in it when the segment was first followed, ``left`` of who is in it now."""

    profile: str
    entered: datetime | None
    left: datetime | None


class PeriodsOut(Schema):
    """``next`` is what to send as ``after`` for the page behind this one, null on the last."""

    items: Sequence[PeriodOut]
    next: str | None


@router.get(
    "/overlap", response=OverlapOut, operation_id="compareSegments", summary="See what segments share"
)
def compare_segments(request: ApiRequest, segments: Segments) -> Overlap:
    """How many people are in exactly which of them."""
    return figures.overlap(request.auth, [int(one) for one in segments.split(",")])


@router.get(
    "/{int:number}/evaluations",
    response=list[EvaluationOut],
    operation_id="listEvaluations",
    summary="See its size over time",
)
def list_evaluations(request: ApiRequest, number: Number) -> Sequence[Evaluation]:
    """The newest first."""
    return figures.evaluations(request.auth, number)


@router.get(
    "/{int:number}/movement",
    response=MovementOut,
    operation_id="showMovement",
    summary="See who came and left",
)
def show_movement(request: ApiRequest, number: Number, since: Moment | None = None) -> Movement:
    """Since a moment, or since the segment is followed. Who came and left again in between did neither."""
    return figures.movement(request.auth, number, since)


@router.get(
    "/{int:number}/breakdown",
    response=BreakdownOut,
    operation_id="breakDownSegment",
    summary="See its members by a column",
)
def break_down(
    request: ApiRequest, number: Number, column: Annotated[str, Query(max_length=500)]
) -> Breakdown:
    """Of columns and measures that are classed as harmless: 409 VALUES_PERSONAL for others."""
    return figures.breakdown(request.auth, number, column)


@router.get(
    "/{int:number}/memberships",
    response=PeriodsOut,
    operation_id="listMemberships",
    summary="See since when each member is in it",
)
def list_memberships(
    request: ApiRequest,
    number: Number,
    after: Annotated[str, Query(max_length=500)] = "",
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> dict[str, object]:
    """By profile; ``limit`` counts profiles. Also of those who left within a year. Audited."""
    found = figures.periods(request.auth, number, after, limit)
    profiles = dict.fromkeys(one.profile for one in found)
    return {"items": found, "next": next(reversed(profiles)) if len(profiles) == limit else None}


@router.get(
    "/{int:number}/memberships/download",
    response={200: None},
    operation_id="downloadMemberships",
    summary="Download since when each member is in it, as Parquet",
    openapi_extra=_FILE,
)
def download_memberships(request: ApiRequest, number: Number) -> StreamingHttpResponse:
    """The columns are profile_id, entered and left, in UTC. Audited."""
    return _file(figures.download_periods(request.auth, number), _PARQUET, f"memberships-{number}.parquet")


@router.get(
    "/{int:number}/members.csv",
    response={200: None},
    operation_id="downloadMembers",
    summary="Download its members as CSV",
    openapi_extra=_CSV,
)
def download_members(request: ApiRequest, number: Number) -> StreamingHttpResponse:
    """With all columns of the profiles, so it is for those who may download personal data, and audited."""
    lines = figures.download(request.auth, number)
    text = (line.encode() for line in lines)
    return _file(text, "text/csv; charset=utf-8", f"segment-{number}.csv")


def _file(content: Iterable[bytes], kind: str, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
