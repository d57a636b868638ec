"""Segments: who is meant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import orjson
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.data.customers import FoundCustomersOut, Looking
from leleka.api.problems import ProblemOut
from leleka.api.schemas.common import LARGEST, In, Number, Page, Paging, TaskAsked, Version, paged
from leleka.api.schemas.counts import Members, RuleCountsOut
from leleka.errors import InvalidInput
from leleka.services.builder import queries as builder_queries
from leleka.services.builder.contracts import RuleCounts
from leleka.services.customers import queries as customer_queries
from leleka.services.customers.contracts import FoundCustomers
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import queries as segment_queries
from leleka.services.segments.contracts import SegmentView

router = Router(tags=["Segments"])
_EXAMPLE: Final[dict[str, Any]] = {"column": "tier", "is": "gold"}


class SegmentScheduleOut(Schema):
    """Days on which a refresh evaluates a segment: of the week, or of the month."""

    repeat: Literal["daily", "weekly", "monthly"]
    days: Sequence[str | int] = ()


class Narrowed(Schema):
    """Which segments."""

    tag: str = Field("", max_length=200, description="Those that have this tag.")
    state: Literal["", "active", "inactive"] = ""


class SegmentOut(Schema):
    """``size`` is null until somebody counted; ``exports`` are the names of those that send it, ``segments`` those of
    the segments that are made of it, ``locked_by`` the exports of all these that one may not change: while there are
    any, changing the segment is 403 FEEDS_EXPORTS. ``sentences`` are the rules in words, by language, and
    ``remarks`` say where nobody or everybody can fit them: of one segment, and empty in lists. So are ``stops``, the
    exports that do not run while it is inactive, and ``warnings`` about its state and schedule. ``schedule`` is system,
    off, or its days; ``rests_on`` are the inactive segments that it is made of.
    """

    id: int
    name: str
    size: int | None
    evaluated_at: datetime | None
    exports: Sequence[str]
    rules: dict[str, Any]
    managed_by_file: str
    version: int
    locked_by: Sequence[str]
    segments: Sequence[str]
    sentences: dict[str, str]
    remarks: dict[str, Sequence[str]]
    active: bool
    state_since: datetime | None
    activate_at: datetime | None
    deactivate_at: datetime | None
    schedule: Literal["system", "off"] | SegmentScheduleOut
    tags: Sequence[str]
    rests_on: Sequence[str]
    stops: Sequence[str]
    warnings: Sequence[ProblemOut]


class RulesIn(In):
    """Rules as docs/reference/segments.md has them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rules": _EXAMPLE}]})
    rules: dict[str, Any]


class CountsIn(RulesIn):
    """``exact`` asks large tables, too, for all profiles; ``members`` are so many of those who fit; ``segment`` is the
    id of one whose saved rules they are compared with.
    """

    exact: bool = False
    members: Members = 0
    segment: Annotated[int, Field(ge=1, le=LARGEST)] | None = None


class SegmentIn(RulesIn):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Gold", "rules": _EXAMPLE}]})
    name: str


class SegmentChange(SegmentIn):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Gold", "rules": _EXAMPLE, "version": 1}]}
    )
    version: Version


@router.get("", response=Page[SegmentOut], operation_id="listSegments", summary="List segments")
def list_segments(
    request: ApiRequest, paging: Annotated[Paging, Query()], narrowed: Annotated[Narrowed, Query()]
) -> dict[str, object]:
    """In the order in which they were made."""
    found = segment_queries.segments_after(
        request.auth, paging.after, paging.limit + 1, narrowed.tag, narrowed.state
    )
    return paged(found, paging)


@router.post("", response={201: SegmentOut}, operation_id="createSegment", summary="Create a segment")
def create_segment(request: ApiRequest, data: SegmentIn) -> Status[SegmentView]:
    """Nobody is in it until it is counted, by the operation of that name or by a run."""
    number = segment_commands.create(request.auth, data.name, _text(data))
    return Status(201, segment_queries.segment(request.auth, number))


@router.post(
    "/count", response={202: TaskAsked}, operation_id="countRules", summary="Count who matches rules"
)
def count_rules(request: ApiRequest, data: RulesIn) -> Status[dict[str, int]]:
    """Check rules that are not saved, and ask the worker who matches in the sources as last read: ``count``."""
    return Status(202, {"task": segment_commands.ask_count(request.auth, _text(data))})


@router.post("/counts", response=RuleCountsOut, operation_id="countParts", summary="Count rules part by part")
def count_parts(request: ApiRequest, data: CountsIn) -> RuleCounts:
    """Count at once whom rules fit that are being edited, as a whole and part by part, and say what is wrong at which
    part. By tables of more than a million rows it is a sample unless ``exact``. Members are masked for who may not see
    personal data; to see them is audited.
    """
    return builder_queries.counts(
        request.auth, data.rules, exact=data.exact, members=data.members, segment=data.segment
    )


@router.get("/{int:number}", response=SegmentOut, operation_id="getSegment", summary="Get a segment")
def get_segment(request: ApiRequest, number: Number) -> SegmentView:
    return segment_queries.segment(request.auth, number)


@router.put("/{int:number}", response=SegmentOut, operation_id="updateSegment", summary="Change a segment")
def update_segment(request: ApiRequest, number: Number, data: SegmentChange) -> SegmentView:
    segment_commands.update(request.auth, number, data.name, _text(data), data.version)
    return segment_queries.segment(request.auth, number)


@router.delete(
    "/{int:number}", response={204: None}, operation_id="removeSegment", summary="Remove a segment"
)
def remove_segment(request: ApiRequest, number: Number) -> Status[None]:
    """One that an export sends, or another segment is made of, stays: 409 SEGMENT_IN_USE, or 403 FEEDS_EXPORTS where
    one may not change the export.
    """
    segment_commands.remove(request.auth, number)
    return Status(204, None)


@router.post(
    "/{int:number}/count", response={202: TaskAsked}, operation_id="countSegment", summary="Count its members"
)
def count_segment(request: ApiRequest, number: Number) -> Status[dict[str, int]]:
    """Ask the worker to read the sources that changed and to find the members anew."""
    return Status(202, {"task": segment_commands.ask_refresh(request.auth, number)})


@router.post(
    "/{int:number}/members",
    response={202: TaskAsked},
    operation_id="showMembers",
    summary="See its first members",
)
def show_members(request: ApiRequest, number: Number) -> Status[dict[str, int]]:
    """Ask the worker for size, columns and the first members, masked for who may not see personal data."""
    return Status(202, {"task": segment_commands.ask_members(request.auth, number)})


@router.get(
    "/{int:number}/members",
    response=FoundCustomersOut,
    operation_id="findMembers",
    summary="Look for members by words",
)
def find_members(request: ApiRequest, number: Number, looking: Annotated[Looking, Query()]) -> FoundCustomers:
    """Among the members as last evaluated, by the beginnings of words as customers are found. Viewers find nobody by
    what is masked for them; unmasked, it is audited.
    """
    within = customer_queries.members_of(request.auth, number)
    return customer_queries.find(
        request.auth, looking.search, (), looking.after, looking.limit, within=within
    )


def _text(data: RulesIn) -> str:
    try:
        return orjson.dumps(data.rules).decode()
    except TypeError:
        raise InvalidInput("RULE_YAML.number", where="rules") from None
