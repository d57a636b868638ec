"""Lists of profiles that somebody gives: ids or e-mail addresses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import In, Number, Page, Paging, Version, paged
from leleka.services.lists import commands, queries
from leleka.services.lists.contracts import ListView

router = Router(tags=["Lists"])
_EXAMPLE: Final[dict[str, Any]] = {"column": "Email", "entries": ["ada@example.org"]}


class ListOut(Schema):
    """``column`` is that of the profiles' e-mail addresses, empty where the entries are their keys. ``unknown`` entries
    no profile had when they were given, ``unusable`` ones are no addresses; ``examples`` are some of both, masked, in
    the answer to who gave them.
    """

    id: int
    name: str
    column: str
    size: int
    unknown: int
    unusable: int
    given_by: str
    given_at: datetime | None
    segments: Sequence[str]
    managed_by_file: str
    version: int
    locked_by: Sequence[str]
    examples: Sequence[str]


class EntriesIn(In):
    column: str = ""
    entries: Annotated[list[str], Field(max_length=100_000)]


class ListIn(EntriesIn):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Never", **_EXAMPLE}]})
    name: str


class ListChange(EntriesIn):
    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "version": 1}]})
    version: Version


@router.get("", response=Page[ListOut], operation_id="listLists", summary="List the lists of profiles")
def list_lists(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """In the order in which they were made; without their entries."""
    return paged(queries.lists_after(request.auth, paging.after, paging.limit + 1), paging)


@router.post("", response={201: ListOut}, operation_id="createList", summary="Give a list of profiles")
def create_list(request: ApiRequest, data: ListIn) -> Status[ListView]:
    """A rule names it: ``list``."""
    return Status(201, commands.create(request.auth, data.name, data.entries, data.column))


@router.get("/{int:number}", response=ListOut, operation_id="getList", summary="Get a list of profiles")
def get_list(request: ApiRequest, number: Number) -> ListView:
    return queries.profile_list(request.auth, number)


@router.put("/{int:number}", response=ListOut, operation_id="replaceList", summary="Replace a list's entries")
def replace_list(request: ApiRequest, number: Number, data: ListChange) -> ListView:
    return commands.give(request.auth, number, data.entries, data.column, data.version)


@router.delete(
    "/{int:number}", response={204: None}, operation_id="removeList", summary="Remove a list of profiles"
)
def remove_list(request: ApiRequest, number: Number) -> Status[None]:
    """One that the rules of a segment name stays: 409 LIST_IN_USE."""
    commands.remove(request.auth, number)
    return Status(204, None)
