"""Who asks the API: a bearer token, in the name of a person. No cookie opens it, so no other site can use it."""

import secrets

from django.http import HttpRequest
from ninja.security import HttpBearer

from leleka.errors import NotFound
from leleka.services import signing_in
from leleka.services.audit import Actor


class Token(HttpBearer):
    """``Authorization: Bearer leleka_…``; what it opens is the person."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        try:
            return signing_in.actor_by_token(token, request.META.get("REMOTE_ADDR", ""), secrets.token_hex(8))
        except NotFound:
            return None


class ApiRequest(HttpRequest):
    """What the operations get: ``auth`` is whoever the token belongs to."""

    auth: Actor
