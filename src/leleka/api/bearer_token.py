"""Who asks the API: a bearer token, in the name of a person. No cookie opens it, so no other site can use it."""

import secrets

from django.http import HttpRequest
from ninja.security import HttpBearer

from leleka.api.known_parameters import KnownParameters, check_query
from leleka.errors import NotFound
from leleka.services.access.actor import Actor
from leleka.services.people import sign_in


class Token(HttpBearer):
    """``Authorization: Bearer leleka_…``; what it opens is the person. Only then is the query looked at."""

    def __init__(self, known: KnownParameters) -> None:
        super().__init__()
        self.known = known

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        try:
            actor = sign_in.actor_by_token(token, request.META.get("REMOTE_ADDR", ""), secrets.token_hex(8))
        except NotFound:
            return None
        check_query(request, self.known.of(request))
        return actor
