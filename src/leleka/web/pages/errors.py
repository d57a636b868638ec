"""Pages for what cannot be shown."""

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from leleka import __version__
from leleka.errors import Problem
from leleka.services.translation import in_this_language
from leleka.web.request import Request

_TOO_MUCH: Final = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def _answer(request: Request, status: int, key: str) -> HttpResponse:
    context = {"problems": [in_this_language(Problem(key))], "title": _("Something went wrong")}
    template = "web/problems.html" if request.headers.get("HX-Request") else "web/problem_page.html"
    return render(request, template, context, status=status)


def not_found(request: Request, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's shape
    return _answer(request, 404, "PAGE_UNKNOWN")


def forbidden(request: Request, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _answer(request, 403, "NOT_ALLOWED")


def not_here(request: Request, methods: Sequence[str]) -> HttpResponse:
    response = _answer(request, 405, "METHOD_UNKNOWN")
    response["Allow"] = ", ".join(methods)
    return response


def bad_request(request: Request, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, _TOO_MUCH):
        return plain(request, 413, Problem("REQUEST_TOO_LARGE"))
    return _answer(request, 400, "REQUEST_INVALID")


def plain(request: HttpRequest, status: int, problem: Problem) -> HttpResponse:
    """Render a page that needs neither the session nor the database, because both may be unavailable."""
    with translation.override(translation.get_language_from_request(request)):
        context = {
            "problems": [in_this_language(problem)],
            "title": _("Something went wrong"),
            "language": translation.get_language(),
            "version": __version__,
        }
        template = "web/problems.html" if request.headers.get("HX-Request") else "web/problem_plain.html"
        return HttpResponse(render_to_string(template, context), status=status)


def csrf(request: Request, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return _answer(request, 403, "FORM_OUTDATED")


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        "<!doctype html><title>Leleka</title><h1>Something went wrong inside Leleka.</h1>"
        f"<p>Request {getattr(request, 'request_id', '')}</p>",
        status=500,
    )
