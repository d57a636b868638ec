"""Customers: found by words and conditions, and one with all that is known of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.refreshes import RefreshAsked
from leleka.api.schemas.common import LARGEST, In, Version
from leleka.core.column_classes import ColumnClass
from leleka.services.customers import commands as customer_commands
from leleka.services.customers import queries as customer_queries
from leleka.services.customers.contracts import CustomerView, FoundCustomers, SearchChoice, Timeline

router = Router(tags=["Customers"])
_MOST = 100
Reference = Annotated[
    str, Path(pattern="^[0-9a-f]{32}$", description="The customer's id, as the list has it.")
]


class Looking(Schema):
    """``search`` are beginnings of words, all of which must match; ``after`` is ``next`` of the page before."""

    search: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=_MOST)] = 20
    after: Annotated[int, Field(ge=0, le=LARGEST)] | None = None


class FilterIn(In):
    """``filters`` are conditions as docs/reference/segments.md has them, all of which must hold."""

    search: Annotated[str, Field(max_length=200)] = ""
    filters: Annotated[Sequence[Mapping[str, Any]], Field(max_length=10)] = ()
    limit: Annotated[int, Field(ge=1, le=_MOST)] = 20
    after: Annotated[int, Field(ge=0, le=LARGEST)] | None = None


class FoundCustomerOut(Schema):
    """``values`` are in the order of ``columns`` of the page."""

    id: str
    title: str
    values: Sequence[str]


class FoundCustomersOut(Schema):
    """A page of customers. ``next`` is what to send as ``after`` for the page behind it, null on the last. ``searched``
    are the columns in which words are looked for; ``since`` is when the index was made where the profiles were read
    since.
    """

    items: Sequence[FoundCustomerOut]
    next: int | None
    columns: Sequence[str]
    searched: Sequence[str]
    indexed: bool
    since: datetime | None
    masked: bool
    profiles: int


class OriginOut(Schema):
    """The table, its files or its connection, and when it was read."""

    table: str
    place: str
    read_at: datetime | None


class CustomerValueOut(Schema):
    name: str
    value: str | None
    column_class: ColumnClass
    origin: OriginOut


class MeasureValueOut(Schema):
    name: str
    value: str | None
    calculated_at: datetime | None


class SegmentOfCustomerOut(Schema):
    id: int
    name: str
    evaluated_at: datetime | None


class ExportOfCustomerOut(Schema):
    """``selected``: in a segment of the export. ``state`` is what is known of the list: member, left, unsubscribed,
    unconfirmed, or empty; ``refused`` a code of what the destination refused. The rest is of ``run``, the last one.
    """

    id: int
    name: str
    connection: str
    target: str
    address: str
    selected: bool
    state: str
    refused: str
    suppressed: bool
    run: int | None
    ran_at: datetime | None
    ended: str
    code: str
    detail: str


class RelatedRowOut(Schema):
    """``values`` are pairs of column and value."""

    table: str
    at: str
    values: Sequence[tuple[str, str]]


class RelatedTableOut(Schema):
    """``more``: there are more rows than are read, the last ones of the table."""

    table: str
    rows: int
    more: bool
    origin: OriginOut


class TimelineOut(Schema):
    """The rows that belong to a customer, the newest first."""

    tables: Sequence[RelatedTableOut]
    table: str
    rows: Sequence[RelatedRowOut]
    page: int
    pages: int
    masked: bool


class CustomerOut(Schema):
    """``suppressed`` are accounts to which nothing is sent for the customer."""

    id: str
    key: str
    title: str
    values: Sequence[CustomerValueOut]
    measures: Sequence[MeasureValueOut]
    segments: Sequence[SegmentOfCustomerOut]
    exports: Sequence[ExportOfCustomerOut]
    suppressed: Sequence[str]
    timeline: TimelineOut
    masked: bool


class SearchChoiceOut(Schema):
    """``columns`` tells of each column that could be searched whether it is."""

    columns: Mapping[str, bool]
    chosen: bool
    version: int


class SearchChoiceIn(In):
    columns: Annotated[Sequence[Annotated[str, Field(max_length=200)]], Field(max_length=100)]
    version: Version


class Rows(Schema):
    """Of which table, "" for all, and which page."""

    table: Annotated[str, Field(max_length=200)] = ""
    page: Annotated[int, Field(ge=1, le=1_000)] = 1


@router.get("", response=FoundCustomersOut, operation_id="listCustomers", summary="Look for customers")
def list_customers(request: ApiRequest, looking: Annotated[Looking, Query()]) -> FoundCustomers:
    """In the order in which the profiles were read. 409 CUSTOMERS_NOT_INDEXED until a refresh has made the index."""
    return customer_queries.find(request.auth, looking.search, after=looking.after, limit=looking.limit)


@router.post(
    "/find",
    response=FoundCustomersOut,
    operation_id="findCustomers",
    summary="Look for customers by conditions",
)
def find_customers(request: ApiRequest, data: FilterIn) -> FoundCustomers:
    """As the list, with conditions on columns of the profiles and on measures; nothing of it is in an address."""
    return customer_queries.find(request.auth, data.search, data.filters, data.after, data.limit)


@router.get(
    "/search-columns",
    response=SearchChoiceOut,
    operation_id="getSearchColumns",
    summary="See which columns are searched",
)
def get_search_columns(request: ApiRequest) -> SearchChoice:
    return customer_queries.search_choice(request.auth)


@router.put(
    "/search-columns",
    response={202: RefreshAsked},
    operation_id="chooseSearchColumns",
    summary="Choose which columns are searched",
)
def choose_search_columns(request: ApiRequest, data: SearchChoiceIn) -> Status[dict[str, int]]:
    """A refresh of the profiles makes the index; until it has, the one that there was is used."""
    number = customer_commands.choose_columns(request.auth, data.columns, data.version)
    return Status(202, {"refresh": number})


@router.get("/{reference}", response=CustomerOut, operation_id="getCustomer", summary="Get a customer")
def get_customer(request: ApiRequest, reference: Reference) -> CustomerView:
    """Every value with its source, masked for who may not see personal data; seeing it unmasked is in the audit."""
    return customer_queries.show(request.auth, reference)


@router.get(
    "/{reference}/rows",
    response=TimelineOut,
    operation_id="listRelatedRows",
    summary="List a customer's rows",
)
def list_related_rows(request: ApiRequest, reference: Reference, rows: Annotated[Rows, Query()]) -> Timeline:
    return customer_queries.related(request.auth, reference, rows.table, rows.page)
