"""People and their roles: administrators only."""

from datetime import datetime
from typing import Annotated

from ninja import Query, Router, Schema, Status

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import In, Number, Page, Paging, paged
from leleka.api.schemas.people import RoleName, TokenOut
from leleka.services.people import api_tokens
from leleka.services.people import commands as people_commands
from leleka.services.people import queries as people_queries

router = Router(tags=["People"])


class PersonOut(Schema):
    id: int
    email: str
    name: str
    role: RoleName
    disabled: bool
    has_password: bool
    signed_in_at: datetime | None
    created_at: datetime


class PersonIn(In):
    email: str
    name: str
    role: RoleName = "viewer"


class RoleIn(In):
    role: RoleName


class AddedOut(Schema):
    """``token`` goes into the one-time link /welcome/<token>; it is given this once."""

    person: PersonOut
    token: str


@router.get("", response=Page[PersonOut], operation_id="listPeople", summary="List who may come in")
def list_people(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """In the order in which they were made."""
    return paged(people_queries.people_after(request.auth, paging.after, paging.limit + 1), paging)


@router.post("", response={201: AddedOut}, operation_id="addPerson", summary="Add a person")
def add_person(request: ApiRequest, data: PersonIn) -> Status[dict[str, object]]:
    """Add somebody; they choose a password by the one-time link."""
    person, token = people_commands.add_person(request.auth, data.email, data.name, data.role)
    return Status(201, {"person": person, "token": token})


@router.patch("/{int:number}", response=PersonOut, operation_id="changeRole", summary="Change a role")
def change_role(request: ApiRequest, number: Number, data: RoleIn) -> people_queries.PersonView:
    """Change somebody's role. One's own and the last administrator's stay."""
    return people_commands.change_role(request.auth, number, data.role)


@router.post(
    "/{int:number}/disable", response=PersonOut, operation_id="disablePerson", summary="Disable a person"
)
def disable(request: ApiRequest, number: Number) -> people_queries.PersonView:
    """Shut somebody out at once."""
    return people_commands.disable(request.auth, number)


@router.post(
    "/{int:number}/enable", response=PersonOut, operation_id="enablePerson", summary="Enable a person"
)
def enable(request: ApiRequest, number: Number) -> people_queries.PersonView:
    """Let somebody in again."""
    return people_commands.enable(request.auth, number)


@router.get(
    "/tokens", response=Page[TokenOut], operation_id="listAllTokens", summary="List everybody's tokens"
)
def list_all_tokens(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """In the order in which they were made."""
    return paged(api_tokens.tokens_after(request.auth, paging.after, paging.limit + 1), paging)


@router.delete(
    "/tokens/{int:number}", response={204: None}, operation_id="revokeToken", summary="Revoke anybody's token"
)
def revoke_token(request: ApiRequest, number: Number) -> Status[None]:
    """It opens nothing from then on."""
    api_tokens.revoke_token(request.auth, number)
    return Status(204, None)
