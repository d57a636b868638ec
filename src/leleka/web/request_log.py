"""Measures every request, with one line in the log. Routes, never paths: a path may hold a one-time link, or
what somebody searched for.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse
from structlog.contextvars import bound_contextvars

from leleka.core.clock import current_clock
from leleka.services.access.actor import Actor
from leleka.services.audit import refusals
from leleka.web.metrics import ANSWERS, SECONDS
from leleka.web.request import Request

log = structlog.get_logger(__name__)
_QUIET: Final = frozenset({"healthz", "readyz", "metrics", "static"})  # requested every few seconds
_API: Final = "/api/"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measured:
    """Comes right after ``Headers``, which assigns the request its id."""

    def __init__(self, respond: Callable[[Request], HttpResponse]) -> None:
        self._respond = respond

    def __call__(self, request: Request) -> HttpResponse:
        began = current_clock().monotonic()
        with bound_contextvars(request=request.request_id):
            response = self._respond(request)
            took = current_clock().monotonic() - began
            route = _route(request)
            method = request.method if request.method in _METHODS else "other"
            SECONDS.labels(route).observe(took)
            ANSWERS.labels(route, method, str(response.status_code)).inc()
            actor = _actor(request)
            _level_of(route, response.status_code)(
                "answered",
                method=method,
                route=route,
                status=response.status_code,
                ms=round(took * 1000, 1),
                person=actor.user if actor else None,
                source=request.META.get("REMOTE_ADDR", ""),
            )
            _record_refusal(request, response.status_code, f"{method} {route}")
        return response


def _level_of(route: str, status: int) -> Any:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return log.warning
    return log.debug if route in _QUIET else log.info


def _actor(request: Request) -> Actor | None:
    """Return who asked: of a page, or of the API."""
    for name in ("actor", "auth"):
        found = getattr(request, name, None)
        if isinstance(found, Actor):
            return found
    return None


def _record_refusal(request: Request, status: int, what: str) -> None:
    """Write down what was not allowed to somebody, and a token that nobody has."""
    actor = _actor(request)
    try:
        if status == HTTPStatus.FORBIDDEN and actor is not None:
            refusals.refused(actor, "not allowed", what)
        elif status == HTTPStatus.UNAUTHORIZED and request.path.startswith(_API):
            nobody = Actor.nobody(request.META.get("REMOTE_ADDR", ""), request.request_id)
            refusals.refused(nobody, "token refused", what)
    except DatabaseError as error:  # the refusal stands, whether it can be written down or not
        log.warning("a refusal was not recorded", error=type(error).__name__)


def _route(request: Request) -> str:
    if request.resolver_match is not None:
        return str(request.resolver_match.route) or "/"
    return "static" if request.path.startswith(settings.STATIC_URL) else "unknown"
