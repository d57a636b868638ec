"""Schedules as they are written and answered: the same words as in a definitions file."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from leleka.api.schemas.common import In, Version
from leleka.core.schedules.model import ClockChange, Instant, Schedule
from leleka.core.schedules.parser import to_data
from leleka.services.schedules.queries import ExportScheduleView

Policy = Literal["system", "own", "off"]
_WRITTEN: Final[dict[str, Any]] = {
    "repeat": "weekly",
    "days": ["mon", "thu"],
    "times": ["08:00"],
    "time_zone": "Europe/Kyiv",
}
_Text = Annotated[str, Field(max_length=100)]


class ScheduleIn(In):
    """Days and local times in a zone; ``from`` and ``until`` are the first and the last day, as 2027-01-31."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WRITTEN]})
    repeat: Annotated[str, Field(max_length=100, description="daily or weekly.")]
    days: Annotated[
        Sequence[_Text] | None, Field(max_length=100, description="mon to sun, where weekly.")
    ] = None
    times: Annotated[
        Sequence[_Text], Field(max_length=100, description="As 08:00; an export has one, else one to four.")
    ]
    time_zone: Annotated[str, Field(max_length=100, description="A name of the IANA list.")]
    first: Annotated[str | None, Field(alias="from", max_length=100)] = None
    until: Annotated[str | None, Field(max_length=100)] = None

    def written(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True, exclude_none=True)


class SystemScheduleIn(ScheduleIn):
    model_config = ConfigDict(json_schema_extra={"examples": [{**_WRITTEN, "on": True, "version": 0}]})
    on: bool
    version: int = Field(ge=0, le=2**31 - 1, description="As last read; 0 before it was ever set.")


class ExportScheduleIn(In):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"schedule": "system"}, {"schedule": _WRITTEN}]}
    )
    schedule: Literal["system", "off"] | ScheduleIn
    version: Version | None = None


class ScheduleOut(Schema):
    repeat: Literal["daily", "weekly"]
    days: Sequence[str] = ()
    times: Sequence[str]
    time_zone: str
    first: date | None = Field(None, alias="from")
    until: date | None = None


class InstantOut(Schema):
    """A moment at which it is due. ``note`` is gap or overlap where a change of the clocks moves it."""

    due_at: datetime
    local: datetime
    note: str


class ClockChangeOut(Schema):
    """What the next change of the clocks does to one time."""

    day: date
    wanted: str
    kind: Literal["gap", "overlap"]
    runs_at: datetime


class NextOut(Schema):
    next: Sequence[InstantOut]
    changes: Sequence[ClockChangeOut]


class SystemScheduleOut(NextOut):
    on: bool
    schedule: ScheduleOut
    version: int
    managed_by_file: str


class ExportScheduleOut(Schema):
    """``next`` is the next run by itself; null where nothing is due."""

    policy: Policy
    schedule: ScheduleOut | None
    next: datetime | None
    changes: Sequence[ClockChangeOut]


class DecisionOut(Schema):
    """What was decided on one due instant. ``refresh`` is the number of what it started."""

    due_at: datetime
    outcome: str
    reason: str
    detail: str
    refresh: int | None


def told(next_: Sequence[Instant], changes: Sequence[ClockChange]) -> dict[str, Any]:
    return {"next": next_, "changes": changed(changes)}


def changed(changes: Sequence[ClockChange]) -> Sequence[Mapping[str, Any]]:
    return [
        {"day": one.day, "wanted": one.wanted.strftime("%H:%M"), "kind": one.kind, "runs_at": one.runs_at}
        for one in changes
    ]


def of_export(view: ExportScheduleView) -> dict[str, Any]:
    return {
        "policy": view.policy,
        "schedule": written(view.schedule) if view.schedule else None,
        "next": view.next,
        "changes": changed(view.changes),
    }


def written(schedule: Schedule) -> Mapping[str, Any]:
    return to_data(schedule)
