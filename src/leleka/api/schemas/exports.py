"""An export as it is written: the same shape as in a definitions file (docs/reference/definitions.md)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from leleka.api.problems import ProblemOut
from leleka.api.schemas.common import LARGEST, In, Version
from leleka.core.growth import MOST_PEOPLE, MOST_PERCENT, Growth

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


class GrowthIn(In):
    """``ask`` an administrator when the audience grew by more than ``percent`` and at least ``people`` since the last
    run that sent.
    """

    ask: bool = True
    percent: int = Field(default=Growth().percent, ge=0, le=MOST_PERCENT)
    people: int = Field(default=Growth().people, ge=1, le=MOST_PEOPLE)


class ReadyByIn(In):
    """When its people are to be confirmed at the list, daily: what is late, or will be, needs attention."""

    time: Annotated[str, Field(description="As 08:00.")]
    time_zone: Annotated[str, Field(description="An IANA name, as Europe/Kyiv.")]


class ExportIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    name: str
    connection: str
    list: Annotated[str, Field(description="ActiveCampaign List ID.")]
    segments: Annotated[Sequence[str], Field(max_length=1000)]
    data_matching: MatchingIn
    leavers: LeaversIn = LeaversIn()
    automations: bool = False
    subscribe_unconfirmed: Annotated[
        bool,
        Field(
            description="Subscribe those, too, who signed up at the list and never confirmed it. Only for who has "
            "their consent from elsewhere; an administrator turns it on."
        ),
    ] = False
    limit: int = Field(default=1_000_000, ge=1, le=1_000_000)
    growth: GrowthIn = GrowthIn()
    ready_by: ReadyByIn | None = None


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
    subscribe_unconfirmed: bool
    limit: int
    growth: GrowthIn
    ready_by: ReadyByIn | None


class ExportLineOut(Schema):
    """One export in the list. ``refreshed`` is the end of its last run, ``run`` that run; ``owner`` who made it.
    ``waits_for`` are inactive segments that it depends on: it does not run until they are active.
    """

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
    waits_for: Sequence[str]


class ExportOut(Schema):
    """``data`` is what PUT takes, with the version of ``line``. ``ledger_damaged``: the record of what was sent is lost
    or damaged, and the export does not run until it is rebuilt.
    """

    line: ExportLineOut
    data: WrittenOut
    ledger_damaged: bool


class RebuiltLedgerOut(Schema):
    """``people`` were found in what ``runs`` runs left behind, and are due again; ``damaged`` runs are not readable."""

    export: str
    target: str
    people: int
    runs: int
    damaged: int


class ReconciledOut(Schema):
    """``held`` people were confirmed: ``missing`` are not active in the list, ``same`` and ``different`` ones hold
    there what was sent, or something else, ``not_compared`` changed here since they were sent. ``foreign`` contacts
    came from elsewhere. ``fields`` counts the different ones by field; ``untold`` are fields that the account does not
    tell. Samples are of twenty at most, masked for those who may not see addresses.
    """

    target: str
    held: int
    listed: int
    missing: int
    foreign: int
    compared: int
    same: int
    different: int
    not_compared: int
    fields: dict[str, int]
    untold: Sequence[str]
    missing_sample: Sequence[str]
    different_sample: Sequence[tuple[str, Sequence[str]]]
    repaired: bool


class ReconciliationOut(Schema):
    """``done`` tells whether to ask no more: then there is a result, or there are problems, or it was canceled.
    ``read`` of about ``about`` contacts were read. ``repairable``: the missing and the different people of the result
    can be made due again.
    """

    id: int
    status: str
    done: bool
    stage: str
    stage_told: dict[str, Any]
    read: int | None
    about: int | None
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    problems: Sequence[ProblemOut]
    result: ReconciledOut | None
    repairable: bool
    repaired_by: str
    repaired_at: datetime | None


class SavedOut(Schema):
    """``list_left`` is the list it wrote to before: what it sent there stays there."""

    id: int
    name: str
    list_left: str
    version: int


class SegmentChoiceOut(Schema):
    name: str
    size: int | None
    active: bool


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
    """``id`` is what ``field`` takes in data matching; ``options`` are the only values it knows, where it has such, and
    ``several`` whether it takes more than one of them.
    """

    id: str
    title: str
    kind: str
    options: Sequence[str]
    several: bool


class OffersOut(Schema):
    lists: Sequence[ListOut]
    fields: Sequence[CustomFieldOut]
