"""Whether requests can be served now: refused by the body reader, a shutdown in progress, a database of
another version or unreachable. Every client gets the reply in a format it understands, and those that may
retry are told when.
"""

import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse

from leleka.api import problems
from leleka.conf.server.body_reader import CAME, REFUSED
from leleka.core.clock import SystemClock
from leleka.errors import Problem
from leleka.services.installation import database_outage
from leleka.services.monitoring import readiness
from leleka.web.pages import errors
from leleka.web.request import Request

_API: Final = "/api/"
_ALWAYS: Final = {
    "/healthz",
    "/readyz",
    "/api/v1/openapi.json",
}  # probes report it themselves; a document is static
_COME_AGAIN: Final = "5"  # seconds
_REFUSALS: Final = {
    HTTPStatus.BAD_REQUEST: "REQUEST_INVALID",
    HTTPStatus.REQUEST_TIMEOUT: "BODY_TOO_SLOW",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "BODY_TOO_LARGE",
    HTTPStatus.SERVICE_UNAVAILABLE: "DOWNLOADS_BUSY",
}


class Standing:
    """Lets through what can be served; comes before everything that queries the database."""

    def __init__(self, respond: Callable[[Request], HttpResponse]) -> None:
        self._respond = respond
        self._ready = readiness.Readiness(SystemClock())

    def __call__(self, request: Request) -> HttpResponse:
        request.came = request.META.get(CAME, float("inf"))
        refused = request.META.get(REFUSED)
        if refused is not None:
            told = Problem(_REFUSALS[refused])
            busy = refused is HTTPStatus.SERVICE_UNAVAILABLE
            return _later(request, told) if busy else _told(request, refused, told)
        problem = None if request.path in _ALWAYS else self._ready.problem()
        if problem is not None:
            return _later(request, problem)
        return self._respond(request)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer for an unhandled error: an unreachable database will return, everything else is a bug."""
    error = sys.exc_info()[1]
    trouble = database_outage.trouble(error) if error else None
    if trouble is not None:
        # Where the database is, and what its driver says, is for the log.
        return _later(request, Problem.of("DATABASE_AWAY.brief"))
    if request.path.startswith(_API):
        return problems.broken(getattr(request, "request_id", ""))
    return errors.broken(request)


def _later(request: HttpRequest, problem: Problem) -> HttpResponse:
    response = _told(request, HTTPStatus.SERVICE_UNAVAILABLE, problem)
    response["Retry-After"] = _COME_AGAIN
    return response


def _told(request: HttpRequest, status: int, problem: Problem) -> HttpResponse:
    if request.path.startswith(_API):
        return problems.answer(status, [problem])
    return errors.plain(request, status, problem)
