"""People and their roles: administrators only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from ninja import Router, Schema

from leleka.api.access import ApiRequest
from leleka.api.problems import ProblemsOut
from leleka.api.shapes import In
from leleka.services import people

router = Router(tags=["People"])
RoleName = Literal["viewer", "contributor", "administrator"]
_ERRORS = {401: ProblemsOut, 403: ProblemsOut, 404: ProblemsOut, 409: ProblemsOut, 422: ProblemsOut}


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


@router.get("", response={200: list[PersonOut], 401: ProblemsOut, 403: ProblemsOut})
def list_people(request: ApiRequest) -> Sequence[people.PersonView]:
    """List who may come in."""
    return people.list_people(request.auth)


@router.post("", response={201: AddedOut, **_ERRORS})
def add_person(request: ApiRequest, data: PersonIn) -> tuple[int, dict[str, object]]:
    """Add somebody; they choose a password by the one-time link."""
    person, token = people.add_person(request.auth, data.email, data.name, data.role)
    return 201, {"person": person, "token": token}


@router.patch("/{int:number}", response={200: PersonOut, **_ERRORS})
def change_role(request: ApiRequest, number: int, data: RoleIn) -> people.PersonView:
    """Change somebody's role. One's own and the last administrator's stay."""
    return people.change_role(request.auth, number, data.role)


@router.post("/{int:number}/disable", response={200: PersonOut, **_ERRORS})
def disable(request: ApiRequest, number: int) -> people.PersonView:
    """Shut somebody out at once."""
    return people.disable(request.auth, number)


@router.post("/{int:number}/enable", response={200: PersonOut, **_ERRORS})
def enable(request: ApiRequest, number: int) -> people.PersonView:
    """Let somebody in again."""
    return people.enable(request.auth, number)
