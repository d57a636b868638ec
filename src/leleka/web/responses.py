"""How pages respond: with a whole page, a fragment for htmx, or a redirect."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from leleka.errors import LelekaError, Problem
from leleka.messages.http_status import retry_after, status_of
from leleka.messages.problems import ProblemText
from leleka.services.translation import in_this_language
from leleka.web.request import Request


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the path above a page's title."""

    label: str
    url: str = ""


def is_htmx(request: Request) -> bool:
    return request.headers.get("HX-Request") == "true"


def page(request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Render a whole page."""
    return render(request, template, dict(context), status=status)


def pane(request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Render a side pane: into the page for htmx, otherwise as a separate page, so that its address can be
    shared.
    """
    frame = "web/frames/pane.html" if is_htmx(request) else "web/frames/pane_page.html"
    return render(request, template, {**context, "frame": frame}, status=status)


def go(request: Request, url: str) -> HttpResponse:
    """Redirect the browser to another page after a change."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponse(status=303, headers={"Location": url})


def problem_page(request: Request, error: LelekaError) -> HttpResponse:
    template = "web/problems.html" if is_htmx(request) else "web/problem_page.html"
    context = {
        "problems": [in_this_language(one) for one in error.problems],
        "title": _("Something went wrong"),
    }
    response = render(request, template, context, status=status_of(error))
    for name, value in retry_after(error).items():
        response[name] = value
    return response


def by_field(problems: Sequence[Problem]) -> dict[str, list[ProblemText]]:
    """Sort problems to the fields they belong to; what belongs to none stands under ""."""
    sorted_: dict[str, list[ProblemText]] = {}
    for problem in problems:
        sorted_.setdefault(problem.where, []).append(in_this_language(problem))
    return sorted_


def csv_file(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """Return the lines of a CSV file, which is saved under a name."""
    answer = StreamingHttpResponse(_for_spreadsheets(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _for_spreadsheets(lines: Iterable[str]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"  # without it, spreadsheets mistake UTF-8 for another encoding
    for line in lines:
        yield line.encode()
