"""Pages for what cannot be shown."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from leleka.errors import Problem
from leleka.web.request import Request


def _answer(request: Request, status: int, code: str, message: str, remedy: str = "") -> HttpResponse:
    problems = [Problem(code, message, "", remedy)]
    context = {"problems": problems, "title": _("That did not work")}
    template = "web/problems.html" if request.headers.get("HX-Request") else "web/problem_page.html"
    return render(request, template, context, status=status)


def not_found(request: Request, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's shape
    return _answer(request, 404, "PAGE_UNKNOWN", _("There is no such page."))


def forbidden(request: Request, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _answer(
        request,
        403,
        "NOT_ALLOWED",
        _("You have not the right to do this."),
        _("An administrator can change your role under Admin > Permissions."),
    )


def bad_request(request: Request, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _answer(request, 400, "REQUEST_INVALID", _("The request could not be understood."))


def csrf(request: Request, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return _answer(
        request,
        403,
        "FORM_OUTDATED",
        _("This form is outdated or came from elsewhere."),
        _("Reload the page and try again."),
    )


def broken(request: Request) -> HttpResponse:
    return HttpResponse(
        "<!doctype html><title>Leleka</title><h1>Something went wrong inside Leleka.</h1>"
        f"<p>Request {getattr(request, 'request_id', '')}</p>",
        status=500,
    )
