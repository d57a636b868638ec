"""Data sources: where tables come from, and what is in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.refreshes import RefreshAsked
from leleka.api.schemas.common import LARGEST, In, Notes, Number, Page, Paging, TaskAsked, Version, paged
from leleka.core.column_classes import ColumnClass
from leleka.core.schedules.whole_readings import DEFAULT, MOST_READINGS
from leleka.services.refresh import commands as refresh_commands
from leleka.services.sources import commands as source_commands
from leleka.services.sources import queries as source_queries
from leleka.services.sources.contracts import ReadingView, SourceView, TableView, ValueCount

router = Router(tags=["Data sources"])
_EXAMPLE: Final[dict[str, Any]] = {
    "name": "orders",
    "files": ["orders.csv"],
    "primary_key": "id",
    "types": {"ordered": {"type": "date", "format": "%d.%m.%Y"}},
}
_Text = Annotated[str, Field(max_length=200)]
_File = Annotated[str, Field(max_length=1000)]
_Upload = Annotated[int, Field(ge=1, le=LARGEST)]


class SourceUseOut(Schema):
    """While anything uses a source, it cannot be removed."""

    relationships: Sequence[str]
    segments: Sequence[str]
    exports: Sequence[str]


class SourceOut(Schema):
    """``files`` are paths, or ``upload`` is the number of an uploaded file, or those of several, and ``file`` their
    names. ``locked_by`` are exports that one may not change: while there are any, changing the source is 403
    FEEDS_EXPORTS.
    """

    id: int
    name: str
    files: Sequence[str]
    upload: int | Sequence[int] | None
    file: str
    connection: str | None
    table: str | None
    query: str | None
    changed_since: Mapping[str, Any] | None
    format: str | None
    delimiter: str | None
    encoding: str | None
    sheet: str | None
    header_row: int | None
    types: Mapping[str, Mapping[str, Any]]
    primary_key: str | None
    updated_at: str | None
    email: str | None
    max_age_hours: int | None
    profiles: bool
    rows: int
    rows_before: int | None
    columns: int
    notes: Notes
    refreshed_at: datetime | None
    changed_at: datetime | None
    used_by: SourceUseOut
    managed_by_file: str
    version: int
    locked_by: Sequence[str]


class TypeIn(In):
    type: Annotated[str, Field(max_length=20)]
    format: Annotated[str, Field(max_length=100)] | None = None
    decimal: Literal[".", ","] | None = None


class ChangedSinceIn(In):
    """A table is read by what changed in ``column``, and whole every ``whole_every`` times, or at the latest after a
    time: ``24 hours``, ``7 days``.
    """

    column: _Text
    whole_every: Annotated[int, Field(ge=1, le=MOST_READINGS)] | Annotated[str, Field(max_length=20)] = (
        DEFAULT
    )


class Place(In):
    """Where the rows are: ``files`` of an allowed folder or of a ``connection``, its ``table`` or a ``query``, or
    ``upload``; and what need not be guessed of them.
    """

    files: Annotated[Sequence[_File], Field(max_length=100)] = ()
    upload: _Upload | Annotated[Sequence[_Upload], Field(min_length=1, max_length=100)] | None = None
    connection: _Text | None = None
    table: _File | None = None
    query: Annotated[str, Field(max_length=100_000)] | None = None
    changed_since: ChangedSinceIn | None = None
    format: Annotated[str, Field(max_length=20)] | None = None
    delimiter: Annotated[str, Field(max_length=1)] | None = None
    encoding: Annotated[str, Field(max_length=50)] | None = None
    sheet: Annotated[str, Field(max_length=100)] | None = None
    header_row: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    types: Mapping[str, TypeIn] = {}


class ExaminationIn(Place):
    model_config = ConfigDict(json_schema_extra={"examples": [{"files": ["orders.csv"]}]})


class SourceIn(Place):
    """As the definitions have it: docs/reference/sources.md."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    name: str
    classes: Mapping[str, str] = {}
    primary_key: _Text | None = None
    updated_at: _Text | None = None
    email: _Text | None = None
    max_age_hours: int | None = None
    profiles: bool = False


class SourceChange(SourceIn):
    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "version": 1}]})
    version: Version


class ReadingOut(Schema):
    """What one reading changed; ``added``, ``removed`` and ``changed`` are null where rows cannot be told apart."""

    read_at: datetime
    rows: int
    added: int | None
    removed: int | None
    changed: int | None
    columns_added: Sequence[str]
    columns_removed: Sequence[str]
    columns_retyped: Sequence[str]


class TableColumnOut(Schema):
    """``examples`` are masked by the column's class for whoever may not see personal data."""

    name: str
    type: str
    column_class: ColumnClass
    declared: bool
    filled: int
    examples: Sequence[str]


class TableOut(Schema):
    """``first`` are the first rows, in the order of ``columns``."""

    id: int
    name: str
    rows: int
    primary_key: str | None
    profiles: bool
    columns: Sequence[TableColumnOut]
    first: Sequence[Sequence[str]]
    masked: bool


class ValueOut(Schema):
    value: str
    rows: int


class Column(Schema):
    column: Annotated[str, Field(max_length=1000, description="The name of a column.", examples=["tier"])]
    limit: Annotated[int, Field(ge=1, le=source_queries.MOST_VALUES)] = 20


@router.get("", response=Page[SourceOut], operation_id="listSources", summary="List data sources")
def list_sources(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """In the order in which they were made."""
    return paged(source_queries.sources_after(request.auth, paging.after, paging.limit + 1), paging)


@router.post("", response={201: SourceOut}, operation_id="createSource", summary="Add a data source")
def create_source(request: ApiRequest, data: SourceIn) -> Status[SourceView]:
    """Its first refresh is asked for; until that has read it, it has no rows."""
    number = source_commands.create(request.auth, _told(data))
    return Status(201, source_queries.source(request.auth, number))


@router.post("/examine", response={202: TaskAsked}, operation_id="examineFiles", summary="Look into files")
def examine_files(request: ApiRequest, data: ExaminationIn) -> Status[dict[str, int]]:
    """Ask the worker for columns, their types and what else they could be, and the first 100 rows; nothing is saved."""
    return Status(202, {"task": source_commands.ask_examination(request.auth, _told(data))})


@router.get("/{int:number}", response=SourceOut, operation_id="getSource", summary="Get a data source")
def get_source(request: ApiRequest, number: Number) -> SourceView:
    return source_queries.source(request.auth, number)


@router.put("/{int:number}", response=SourceOut, operation_id="updateSource", summary="Change a data source")
def update_source(request: ApiRequest, number: Number, data: SourceChange) -> SourceView:
    """It is refreshed; what was read last stays until then. Its name stays."""
    told = _told(data)
    source_commands.update(request.auth, number, told, told.pop("version"))
    return source_queries.source(request.auth, number)


@router.delete(
    "/{int:number}", response={204: None}, operation_id="removeSource", summary="Remove a data source"
)
def remove_source(request: ApiRequest, number: Number) -> Status[None]:
    """One that is used stays: 409 SOURCE_IN_USE names who uses it."""
    source_commands.remove(request.auth, number)
    return Status(204, None)


@router.post(
    "/{int:number}/refresh",
    response={202: RefreshAsked},
    operation_id="refreshSource",
    summary="Refresh a data source",
)
def refresh_source(request: ApiRequest, number: Number) -> Status[dict[str, int]]:
    return Status(202, {"refresh": refresh_commands.ask(request.auth, f"source:{number}")})


@router.get(
    "/{int:number}/table", response=TableOut, operation_id="getTable", summary="See what is in a table"
)
def get_table(request: ApiRequest, number: Number) -> TableView:
    """Columns with examples, and the first 100 rows, as they were last read."""
    return source_queries.table(request.auth, number)


@router.get(
    "/{int:number}/values",
    response=Sequence[ValueOut],
    operation_id="listValues",
    summary="List the most frequent values of a column",
)
def list_values(
    request: ApiRequest, number: Number, asked: Annotated[Column, Query()]
) -> Sequence[ValueCount]:
    """Only of columns that somebody classed as harmless: 409 VALUES_PERSONAL for any other."""
    return source_queries.values(request.auth, number, asked.column, asked.limit)


@router.get(
    "/{int:number}/readings",
    response=Sequence[ReadingOut],
    operation_id="listReadings",
    summary="List what the last refreshes changed",
)
def list_readings(request: ApiRequest, number: Number) -> Sequence[ReadingView]:
    """The newest first."""
    return source_queries.readings(request.auth, number)


def _told(data: Place) -> dict[str, Any]:
    return data.model_dump(exclude_unset=True, exclude_none=True)
