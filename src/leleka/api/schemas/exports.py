"""An export as it is written: the same shape as in a definitions file (docs/reference/definitions.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from leleka.api.schemas.common import LARGEST, In, Version

WhenEmpty = Literal["keep", "clear"]
_EXAMPLE: Final[dict[str, Any]] = {
    "name": "News",
    "connection": "Newsletter",
    "list": "1",
    "segments": ["Gold"],
    "data_matching": {
        "email": "email",
        "first_name": {"column": "first_name"},
        "fields": [{"column": "tier", "field": "1", "when_empty": "clear"}],
    },
}


class LineIn(In):
    """``when_empty`` says what an empty value does to the field there."""

    column: str
    when_empty: WhenEmpty = "keep"


class PhoneIn(LineIn):
    """``country``, as in UA, is that of numbers without one."""

    country: str = ""


class FieldIn(LineIn):
    """``field`` is the id of a custom field."""

    field: str


class MatchingIn(In):
    email: str
    first_name: LineIn | None = None
    last_name: LineIn | None = None
    phone: PhoneIn | None = None
    fields: list[FieldIn] = Field(default=[], max_length=1000)
    tags: list[str] = Field(default=[], max_length=1000)


class LeaversIn(In):
    """What happens to people who left the segments. ``mark`` writes into a custom field."""

    policy: Literal["keep", "mark", "unsubscribe"] = "keep"
    field: str = ""
    member: str = ""
    leaver: str = ""


class ExportIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    name: str
    connection: str
    list: Annotated[str, Field(description="ActiveCampaign List ID.")]
    segments: Sequence[str]
    data_matching: MatchingIn
    leavers: LeaversIn = LeaversIn()
    automations: bool = False
    limit: int = Field(default=1_000_000, ge=1, le=1_000_000)


class ExportChange(ExportIn):
    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "version": 1}]})
    version: Version


class AttachIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"connection": "Newsletter", "version": 1}]})
    connection: str
    version: Version


class RunIn(In):
    """``resend`` sends rows again that ActiveCampaign refused before, though they did not change."""

    resend: bool = False


class RunAllIn(In):
    """Without ``exports`` every export one may run and whose schedule is on."""

    exports: Annotated[Sequence[Annotated[int, Field(ge=1, le=LARGEST)]] | None, Field(max_length=1000)] = (
        None
    )


class MatchingOut(Schema):
    email: str
    first_name: LineIn | None = None
    last_name: LineIn | None = None
    phone: PhoneIn | None = None
    fields: Sequence[FieldIn]
    tags: Sequence[str]


class WrittenOut(Schema):
    """An export as it would be written. ``connection`` is "" where it is detached."""

    name: str
    connection: str
    list: str
    segments: Sequence[str]
    data_matching: MatchingOut
    leavers: LeaversIn
    automations: bool
    limit: int


class ExportLineOut(Schema):
    """One export in the list. ``refreshed`` is the end of its last run, ``run`` that run; ``owner`` who made it."""

    id: int
    name: str
    connection: str
    type: str
    target: str
    segments: Sequence[str]
    leavers: str
    status: str
    run: int | None
    refreshed: datetime | None
    running: bool
    editable: bool
    managed_by_file: str
    owner: str
    version: int
    schedule: Annotated[
        Literal["system", "off"] | dict[str, Any],
        Field(description="What it follows: every system refresh, a schedule of its own, or nothing."),
    ]


class ExportOut(Schema):
    """``data`` is what PUT takes, with the version of ``line``."""

    line: ExportLineOut
    data: WrittenOut


class SavedOut(Schema):
    """``list_left`` is the list it wrote to before: what it sent there stays there."""

    id: int
    name: str
    list_left: str
    version: int


class SegmentChoiceOut(Schema):
    name: str
    size: int | None


class ChoicesOut(Schema):
    """What an export can be made of. ``connections`` are the names of those one may use, by type."""

    connections: dict[str, Sequence[str]]
    segments: Sequence[SegmentChoiceOut]
    columns: Sequence[str]
    text_columns: Sequence[str]


class ListOut(Schema):
    id: str
    name: str


class CustomFieldOut(Schema):
    """``id`` is what ``field`` takes in data matching."""

    id: str
    title: str
    kind: str


class OffersOut(Schema):
    lists: Sequence[ListOut]
    fields: Sequence[CustomFieldOut]
