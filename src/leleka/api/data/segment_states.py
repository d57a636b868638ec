"""Segments: whether they are active, on which days they are evaluated, their tags, and one action on several."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from ninja import Router, Schema
from pydantic import ConfigDict, FailFast, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.problems import ProblemOut
from leleka.api.schemas.common import LARGEST, In, Number, Version
from leleka.api.segments import SegmentOut
from leleka.core.clock import current_clock
from leleka.services.segments import bulk, queries, states, tags
from leleka.services.segments.contracts import BulkOutcome, SegmentSettings, SegmentView, TagView

router = Router(tags=["Segments"])
_MOST: Final = 100
_Moment = Annotated[str, Field(max_length=50)]
_Day = Annotated[str, Field(max_length=20)] | Annotated[int, Field(ge=1, le=31)]
_Tag = Annotated[str, Field(max_length=200)]
_SETTINGS: Final[dict[str, Any]] = {
    "deactivate_at": "2027-12-24 08:00",
    "schedule": {"repeat": "monthly", "days": [1, 15]},
    "tags": ["Christmas"],
    "version": 1,
}


class SegmentScheduleIn(In):
    """Days on which a refresh evaluates it: of the week, mon to sun, or of the month, 1 to 31."""

    repeat: Annotated[str, Field(max_length=100, description="daily, weekly or monthly.")]
    days: Annotated[list[_Day] | None, Field(max_length=31)] = None

    def written(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class SettingsIn(In):
    """What is left out stays. A moment is a day, or a day with a time, in the installation's time zone, or with an
    offset of its own; "" takes it away.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_SETTINGS]})
    active: bool | None = None
    activate_at: _Moment | None = None
    deactivate_at: _Moment | None = None
    schedule: Literal["system", "off"] | SegmentScheduleIn | None = None
    tags: Annotated[list[_Tag] | None, Field(max_length=100)] = None
    version: Version

    def wanted(self) -> SegmentSettings:
        told = self.schedule.written() if isinstance(self.schedule, SegmentScheduleIn) else self.schedule
        return SegmentSettings(self.active, self.activate_at, self.deactivate_at, told, self.tags)


class BulkIn(In):
    """``tag`` is the tag that tag and untag are about."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"action": "activate", "segments": [1]}]})
    action: Literal["activate", "deactivate", "refresh", "tag", "untag", "remove"]
    segments: Annotated[
        list[Annotated[int, Field(ge=1, le=LARGEST)]], Field(min_length=1, max_length=_MOST), FailFast()
    ]
    tag: _Tag = ""


class BulkOut(Schema):
    """What became of one of them. ``refresh`` is the number of the refresh that was asked for."""

    id: int
    name: str
    done: bool
    problems: Sequence[ProblemOut]
    refresh: int | None


class TagOut(Schema):
    """``segments`` is how many have it."""

    id: int
    name: str
    segments: int


class TagIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Christmas"}]})
    name: _Tag


@router.put(
    "/{int:number}/settings",
    response=SegmentOut,
    operation_id="setSegmentSettings",
    summary="Set a segment's state, schedule and tags",
)
def set_settings(request: ApiRequest, number: Number, data: SettingsIn) -> SegmentView:
    """To activate it is to refresh it. While it is inactive nothing evaluates it and no export that depends on it
    runs: ``stops`` of the answer names them.
    """
    states.set_settings(request.auth, number, data.wanted(), data.version, current_clock())
    return queries.segment(request.auth, number)


@router.post(
    "/bulk", response=list[BulkOut], operation_id="changeSegments", summary="One action on several segments"
)
def change_segments(request: ApiRequest, data: BulkIn) -> Sequence[BulkOutcome]:
    """Each for itself: what cannot be done says why in ``problems``, and the others are done."""
    return bulk.act_on(request.auth, data.action, data.segments, current_clock(), data.tag)


@router.get("/tags", response=list[TagOut], operation_id="listTags", summary="List tags")
def list_tags(request: ApiRequest) -> Sequence[TagView]:
    """Those that segments have, by name."""
    return tags.list_tags(request.auth)


@router.put("/tags/{int:number}", response=TagOut, operation_id="renameTag", summary="Rename a tag")
def rename_tag(request: ApiRequest, number: Number, data: TagIn) -> TagView:
    """At all segments that have it: 409 TAG_MANAGED where a definitions file writes it for one of them."""
    tags.rename_tag(request.auth, number, data.name)
    return next(one for one in tags.list_tags(request.auth) if one.id == number)
