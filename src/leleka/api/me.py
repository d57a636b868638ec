"""Oneself: who the token belongs to, and one's own tokens."""

from collections.abc import Sequence

from ninja import Router, Schema, Status

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import In, Number
from leleka.api.schemas.people import RoleName, TokenOut
from leleka.services.access import permissions
from leleka.services.people import api_tokens

router = Router(tags=["Me"])


class MeOut(Schema):
    """``may`` are the permissions of the role."""

    id: int | None
    name: str
    role: RoleName
    may: Sequence[str]


class TokenIn(In):
    """``days`` is how long it works, a year at most."""

    name: str
    days: int = api_tokens.USUAL_DAYS


class MadeOut(Schema):
    """``secret`` is the token; it is given this once."""

    token: TokenOut
    secret: str


@router.get("", response=MeOut, operation_id="showMe", summary="Show whose token this is")
def show_me(request: ApiRequest) -> dict[str, object]:
    actor = request.auth
    may = sorted(one.name.lower() for one in permissions.Permission if permissions.allows(actor, one))
    return {"id": actor.user, "name": actor.name, "role": actor.role.value, "may": may}


@router.get("/tokens", response=list[TokenOut], operation_id="listTokens", summary="List one's own tokens")
def list_tokens(request: ApiRequest) -> Sequence[api_tokens.TokenView]:
    return api_tokens.list_tokens(request.auth)


@router.post("/tokens", response={201: MadeOut}, operation_id="makeToken", summary="Make a token")
def make_token(request: ApiRequest, data: TokenIn) -> Status[dict[str, object]]:
    """Make a token with one's own rights; it is shown this once."""
    token, secret = api_tokens.make_token(request.auth, data.name, data.days)
    return Status(201, {"token": token, "secret": secret})


@router.delete(
    "/tokens/{int:number}", response={204: None}, operation_id="removeToken", summary="Remove a token"
)
def remove_token(request: ApiRequest, number: Number) -> Status[None]:
    """Remove one of one's own tokens; it opens nothing from then on."""
    api_tokens.remove_token(request.auth, number)
    return Status(204, None)
