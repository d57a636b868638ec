"""Relationships: many rows of one table belong to one row of another."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import In, Number, Page, Paging, TaskAsked, Version, paged
from leleka.services.relationships import commands as relationship_commands
from leleka.services.relationships import queries as relationship_queries
from leleka.services.relationships.contracts import RelationshipView

router = Router(tags=["Relationships"])
_EXAMPLE: Final[dict[str, Any]] = {
    "name": "orders",
    "table": "orders",
    "column": "customer_id",
    "to_table": "customers",
    "to_column": "id",
}
_Text = Annotated[str, Field(max_length=1000)]


class RelationshipOut(Schema):
    """``segments`` are those whose rules go by it, ``locked_by`` exports of theirs that one may not change."""

    id: int
    name: str
    table: str
    column: str
    to_table: str
    to_column: str
    segments: Sequence[str]
    managed_by_file: str
    version: int
    locked_by: Sequence[str]


class RelationshipIn(In):
    """Many rows of ``table`` belong to one of ``to_table``: ``column`` has the value of ``to_column``."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    name: str
    table: _Text
    column: _Text
    to_table: _Text
    to_column: _Text


class RelationshipChange(RelationshipIn):
    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "version": 1}]})
    version: Version


@router.get(
    "", response=Page[RelationshipOut], operation_id="listRelationships", summary="List relationships"
)
def list_relationships(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """In the order in which they were made."""
    found = relationship_queries.relationships_after(request.auth, paging.after, paging.limit + 1)
    return paged(found, paging)


@router.post(
    "", response={201: RelationshipOut}, operation_id="createRelationship", summary="Create a relationship"
)
def create_relationship(request: ApiRequest, data: RelationshipIn) -> Status[RelationshipView]:
    number = relationship_commands.create(request.auth, _told(data))
    return Status(201, relationship_queries.relationship(request.auth, number))


@router.post(
    "/suggest",
    response={202: TaskAsked},
    operation_id="suggestRelationships",
    summary="Have relationships suggested",
)
def suggest_relationships(request: ApiRequest) -> Status[dict[str, int]]:
    """Ask the worker: by the names of columns, and by how many of their values match."""
    return Status(202, {"task": relationship_commands.ask_suggestions(request.auth)})


@router.get(
    "/{int:number}",
    response=RelationshipOut,
    operation_id="getRelationship",
    summary="Get a relationship",
)
def get_relationship(request: ApiRequest, number: Number) -> RelationshipView:
    return relationship_queries.relationship(request.auth, number)


@router.put(
    "/{int:number}",
    response=RelationshipOut,
    operation_id="updateRelationship",
    summary="Change a relationship",
)
def update_relationship(request: ApiRequest, number: Number, data: RelationshipChange) -> RelationshipView:
    """Name and tables stay where rules go by it: 409 RELATIONSHIP_IN_USE."""
    relationship_commands.update(request.auth, number, _told(data), data.version)
    return relationship_queries.relationship(request.auth, number)


@router.delete(
    "/{int:number}",
    response={204: None},
    operation_id="removeRelationship",
    summary="Remove a relationship",
)
def remove_relationship(request: ApiRequest, number: Number) -> Status[None]:
    """One that rules go by stays: 409 RELATIONSHIP_IN_USE names the segments."""
    relationship_commands.remove(request.auth, number)
    return Status(204, None)


def _told(data: RelationshipIn) -> dict[str, Any]:
    return {
        "name": data.name,
        "from": {"source": data.table, "column": data.column},
        "to": {"source": data.to_table, "column": data.to_column},
    }
