"""Lists of profiles that somebody gives: ids or e-mail addresses."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, FailFast, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.data.customers import FoundCustomersOut, Looking
from leleka.api.schemas.common import In, Number, Page, Paging, Version, paged
from leleka.services.customers import queries as customer_queries
from leleka.services.customers.contracts import FoundCustomers
from leleka.services.lists import commands, picking, queries
from leleka.services.lists.contracts import ListView

router = Router(tags=["Lists"])
Reference = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
_EXAMPLE: Final[dict[str, Any]] = {"column": "Email", "entries": ["ada@example.org"]}


class ProfileListOut(Schema):
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
    entries: Annotated[list[str], FailFast(), Field(max_length=100_000)]


class ListIn(EntriesIn):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Never", **_EXAMPLE}]})
    name: str
    segment: bool = False


class PickedIn(In):
    """Customers by their ids, as the list of customers has them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Invited", "customers": ["0" * 32], "segment": True}]}
    )
    name: str
    customers: Annotated[list[Reference], FailFast(), Field(min_length=1, max_length=picking.MOST)]
    segment: bool = False


class PickedMoreIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"customers": ["0" * 32]}]})
    customers: Annotated[list[Reference], FailFast(), Field(min_length=1, max_length=picking.MOST)]


class MoreIn(In):
    """``entries`` are of the list's own kind."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"entries": ["ada@example.org"], "version": 1}]}
    )
    entries: Annotated[list[str], FailFast(), Field(max_length=100_000)]
    version: Version


class ListChange(MoreIn):
    """``column`` may be left out: the entries are of the list's own kind then."""

    column: str | None = None
    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "version": 1}]})


@router.get("", response=Page[ProfileListOut], operation_id="listLists", summary="List the lists of profiles")
def list_lists(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """In the order in which they were made; without their entries."""
    return paged(queries.lists_after(request.auth, paging.after, paging.limit + 1), paging)


@router.post("", response={201: ProfileListOut}, operation_id="createList", summary="Give a list of profiles")
def create_list(request: ApiRequest, data: ListIn) -> Status[ListView]:
    """A rule names it: ``list``. ``segment`` also makes a static segment of that name: the people in the list."""
    made = commands.create(request.auth, data.name, data.entries, data.column, segment=data.segment)
    return Status(201, made)


@router.post(
    "/picked",
    response={201: ProfileListOut},
    operation_id="pickCustomers",
    summary="Make a list of customers",
)
def pick_customers(request: ApiRequest, data: PickedIn) -> Status[ListView]:
    """By their ids; ``segment`` also makes a static segment of that name."""
    return Status(201, picking.pick(request.auth, data.customers, data.name, segment=data.segment))


@router.get(
    "/{int:number}", response=ProfileListOut, operation_id="getList", summary="Get a list of profiles"
)
def get_list(request: ApiRequest, number: Number) -> ListView:
    return queries.profile_list(request.auth, number)


@router.put(
    "/{int:number}", response=ProfileListOut, operation_id="replaceList", summary="Replace a list's entries"
)
def replace_list(request: ApiRequest, number: Number, data: ListChange) -> ListView:
    return commands.give(request.auth, number, data.entries, data.column, data.version)


@router.post(
    "/{int:number}/entries",
    response=ProfileListOut,
    operation_id="addEntries",
    summary="Add entries to a list",
)
def add_entries(request: ApiRequest, number: Number, data: MoreIn) -> ListView:
    return commands.add(request.auth, number, data.entries, data.version)


@router.post(
    "/{int:number}/entries/remove",
    response=ProfileListOut,
    operation_id="removeEntries",
    summary="Take entries out of a list",
)
def remove_entries(request: ApiRequest, number: Number, data: MoreIn) -> ListView:
    """Those that are not in it change nothing."""
    return commands.take_out(request.auth, number, data.entries, data.version)


@router.post(
    "/{int:number}/picked",
    response=ProfileListOut,
    operation_id="pickMoreCustomers",
    summary="Add customers to a list",
)
def pick_more_customers(request: ApiRequest, number: Number, data: PickedMoreIn) -> ListView:
    """By their ids; a list of addresses takes theirs."""
    return picking.pick_into(request.auth, data.customers, number)


@router.get(
    "/{int:number}/customers",
    response=FoundCustomersOut,
    operation_id="findListed",
    summary="Look for the people in a list",
)
def find_listed(request: ApiRequest, number: Number, looking: Annotated[Looking, Query()]) -> FoundCustomers:
    """The customers whose ids or addresses are in it, by the beginnings of words."""
    within = customer_queries.listed_in(request.auth, number)
    return customer_queries.find(
        request.auth, looking.search, (), looking.after, looking.limit, within=within
    )


@router.delete(
    "/{int:number}", response={204: None}, operation_id="removeList", summary="Remove a list of profiles"
)
def remove_list(request: ApiRequest, number: Number) -> Status[None]:
    """One that the rules of a segment name stays: 409 LIST_IN_USE."""
    commands.remove(request.auth, number)
    return Status(204, None)
