"""Source connections: the ways to where data comes from. Administrators only; secrets go in and never come out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import LARGEST, CheckOut, In, Number, Page, Paging, Version, VersionIn, paged
from leleka.core.ports.connector import Wanted
from leleka.errors import InvalidInput
from leleka.services.source_connections import commands, queries
from leleka.services.source_connections.contracts import (
    ProbeResult,
    SourceConnectionForm,
    SourceConnectionView,
)

router = Router(tags=["Source connections"])
_EXAMPLE: Final[dict[str, Any]] = {
    "name": "Shop",
    "type": "sqlite",
    "settings": {"path": "/srv/data/shop.db"},
    "shared_with": ["orders"],
}


class SettingOut(Schema):
    """``type`` is text, choice or secret; what has no ``default`` must be given."""

    name: str
    type: str
    label: str
    help: str
    default: str | None
    choices: Sequence[str]


class SourceKindOut(Schema):
    kind: str
    title: str
    tables: bool
    queries: bool
    settings: Sequence[SettingOut]


class SecretOut(Schema):
    is_set: bool
    hint: str
    reference: str


class UsingSourceOut(Schema):
    id: int
    name: str
    managed_by_file: str


class SourceConnectionOut(Schema):
    """``settings`` are without the secrets, of which ``secrets`` tells only that they are there and how they end."""

    id: int
    name: str
    type: str
    title: str
    settings: Mapping[str, str]
    secrets: Mapping[str, SecretOut]
    shared_with: Sequence[str]
    last_check: Sequence[CheckOut]
    checked_at: datetime | None
    sources: Sequence[UsingSourceOut]
    created_at: datetime
    managed_by_file: str
    version: int


class SourceConnectionIn(In):
    """It is saved once a test has passed. ``shared_with`` are tables or paths that contributors may make sources of;
    one that ends in ``*`` is a beginning.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    name: str
    type: str
    settings: dict[str, str] = Field(repr=False, json_schema_extra={"writeOnly": True})
    shared_with: list[str] = Field(default=[], max_length=1_000)


class SourceConnectionChange(In):
    """What is left away stays as it is. Another address needs the secrets again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1, "shared_with": ["orders"]}]})
    version: Version
    name: str | None = None
    settings: dict[str, str] = Field(default={}, repr=False, json_schema_extra={"writeOnly": True})
    shared_with: list[str] | None = Field(default=None, max_length=1_000)


class SourceDraftIn(In):
    """What is to be tested; what is left out is that of ``connection``."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{k: _EXAMPLE[k] for k in ("type", "settings")}]}
    )
    type: str = ""
    settings: dict[str, str] = Field(default={}, repr=False, json_schema_extra={"writeOnly": True})
    connection: int | None = Field(default=None, ge=1, le=LARGEST)


class ProbeOut(Schema):
    passed: bool
    steps: Sequence[CheckOut]


class OfferedOut(Schema):
    """``tables`` are names, or of paths where it has files; one that ends in ``*`` is a beginning."""

    name: str
    type: str
    title: str
    by_table: bool
    queries: bool
    tables: Sequence[str]


class AskedOf(Schema):
    """Which connection, and of it a table or a query."""

    connection: str
    table: str = ""
    query: str = ""


class RemoteColumnOut(Schema):
    """``far_type`` is the far side's word; ``type`` what it becomes, null where it cannot be read."""

    name: str
    far_type: str
    type: str | None


@router.get(
    "/kinds", response=list[SourceKindOut], operation_id="listSourceKinds", summary="What can be connected to"
)
def list_kinds(request: ApiRequest) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind.kind,
            "title": kind.title,
            "tables": kind.tables,
            "queries": kind.queries,
            "settings": [
                {
                    "name": one.name,
                    "type": one.type.value,
                    "label": one.info.label,
                    "help": one.info.help,
                    "default": one.default,
                    "choices": list(one.info.choices),
                }
                for one in kind.fields
            ],
        }
        for kind in queries.kinds(request.auth)
    ]


@router.get(
    "",
    response=Page[SourceConnectionOut],
    operation_id="listSourceConnections",
    summary="List source connections",
)
def list_source_connections(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """In the order in which they were made."""
    return paged(queries.source_connections_after(request.auth, paging.after, paging.limit + 1), paging)


@router.post(
    "/check", response=ProbeOut, operation_id="checkSourceConnection", summary="Test a way to a source"
)
def check_source_connection(request: ApiRequest, data: SourceDraftIn) -> ProbeResult:
    """Test settings step by step; nothing is saved."""
    form = SourceConnectionForm("", data.type, data.settings)
    return commands.probe(request.auth, form, data.connection)


@router.get(
    "/offered",
    response=list[OfferedOut],
    operation_id="listOfferedSources",
    summary="What one may make sources of",
)
def list_offered(request: ApiRequest) -> Sequence[queries.Offered]:
    """Connections with what of them is shared; administrators may use everything."""
    return queries.offered(request.auth)


@router.get(
    "/names",
    response=list[str],
    operation_id="listSourceNames",
    summary="Tables or files behind a connection",
)
def list_names(request: ApiRequest, connection: Annotated[str, Query()]) -> Sequence[str]:
    """Those that one may make sources of, at most 1,000."""
    return queries.names(request.auth, connection)


@router.get(
    "/columns",
    response=list[RemoteColumnOut],
    operation_id="listSourceColumns",
    summary="Columns of a table or query",
)
def list_columns(request: ApiRequest, asked: Annotated[AskedOf, Query()]) -> list[dict[str, Any]]:
    """As the far side plans it, without reading rows; a query may be asked for by administrators alone."""
    if bool(asked.table) == bool(asked.query):
        raise InvalidInput("SOURCE_PLACE_INVALID")
    found = queries.columns(request.auth, asked.connection, Wanted(table=asked.table, query=asked.query))
    return [asdict(one) for one in found]


@router.post(
    "",
    response={201: SourceConnectionOut},
    operation_id="createSourceConnection",
    summary="Add a source connection",
)
def create_source_connection(request: ApiRequest, data: SourceConnectionIn) -> Status[SourceConnectionView]:
    form = SourceConnectionForm(data.name, data.type, data.settings, tuple(data.shared_with))
    return Status(201, commands.create(request.auth, form))


@router.get(
    "/{int:number}",
    response=SourceConnectionOut,
    operation_id="getSourceConnection",
    summary="Get a source connection",
)
def get_source_connection(request: ApiRequest, number: Number) -> SourceConnectionView:
    return queries.source_connection(request.auth, number)


@router.patch(
    "/{int:number}",
    response=SourceConnectionOut,
    operation_id="updateSourceConnection",
    summary="Change a source connection",
)
def update_source_connection(
    request: ApiRequest, number: Number, data: SourceConnectionChange
) -> SourceConnectionView:
    view = queries.source_connection(request.auth, number)
    shared = view.shared_with if data.shared_with is None else tuple(data.shared_with)
    form = SourceConnectionForm(
        view.name if data.name is None else data.name, view.type, data.settings, shared
    )
    return commands.update(request.auth, number, data.version, form)


@router.post(
    "/{int:number}/check",
    response=SourceConnectionOut,
    operation_id="checkSavedSourceConnection",
    summary="Test a source connection as it is saved",
)
def check_saved(request: ApiRequest, number: Number) -> SourceConnectionView:
    return commands.probe_saved(request.auth, number)


@router.post(
    "/{int:number}/remove",
    response={204: None},
    operation_id="removeSourceConnection",
    summary="Remove a source connection",
)
def remove_source_connection(request: ApiRequest, number: Number, data: VersionIn) -> Status[None]:
    """Remove it with its secrets; 409 while sources are read through it."""
    commands.remove(request.auth, number, data.version)
    return Status(204, None)
