"""Measures every request, with one line in the log. Routes, never paths: a path may hold a one-time link, or
what somebody searched for.
"""

from collections.abc import Callable
from typing import Final

import structlog
from django.conf import settings
from django.http import HttpResponse
from structlog.contextvars import bound_contextvars

from leleka.core.clock import current_clock
from leleka.web.metrics import ANSWERS, SECONDS
from leleka.web.request import Request

log = structlog.get_logger(__name__)
_QUIET: Final = frozenset({"healthz", "readyz", "metrics", "static"})  # requested every few seconds
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
            tell = log.debug if route in _QUIET else log.info
            tell(
                "answered", method=method, route=route, status=response.status_code, ms=round(took * 1000, 1)
            )
        return response


def _route(request: Request) -> str:
    if request.resolver_match is not None:
        return str(request.resolver_match.route) or "/"
    return "static" if request.path.startswith(settings.STATIC_URL) else "unknown"
