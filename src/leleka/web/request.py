"""A request as our pages see it."""

from django.http import HttpRequest

from leleka.errors import Forbidden
from leleka.services.access.actor import Actor


class Request(HttpRequest):
    """What the middleware adds: the user (None before signing in), the id that appears in log
    and audit, and when it came, by the monotonic clock.
    """

    actor: Actor | None
    request_id: str
    came: float


def actor_of(request: Request) -> Actor:
    """Return the user, on a page that requires signing in."""
    if request.actor is None:
        raise Forbidden("NOT_ALLOWED.sign_in")
    return request.actor
