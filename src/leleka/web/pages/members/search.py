"""Members of a segment, and the people in a list, by the beginnings of words."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.utils.http import urlencode

from leleka.errors import LelekaError
from leleka.messages.http_status import status_of
from leleka.services.customers import queries as customer_queries
from leleka.services.customers.contracts import Within
from leleka.services.lists.contracts import ListView
from leleka.services.segments import queries as segment_queries
from leleka.services.translation import in_this_language
from leleka.web.request import Request, actor_of
from leleka.web.responses import is_htmx, page

_LONGEST: Final = 200  # characters of a search text
_FOUND: Final = "found"  # the part of the page that changes as one types


def members(request: Request, number: int) -> HttpResponse:
    """Look for members of a segment."""
    actor = actor_of(request)
    segment = segment_queries.segment(actor, number)
    context = {"segment": segment, "search_url": request.path}
    return _answered(
        request, "web/pages/segment_find.html", context, lambda: customer_queries.members_of(actor, number)
    )


def listed(request: Request, view: ListView, context: Mapping[str, Any]) -> HttpResponse:
    """Show a list with the people in it."""
    actor = actor_of(request)
    return _answered(
        request,
        "web/pages/list.html",
        {**context, "search_url": request.path},
        lambda: customer_queries.listed_in(actor, view.id),
    )


def _answered(
    request: Request, template: str, context: Mapping[str, Any], among: Callable[[], Within]
) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:_LONGEST]
    after = request.GET.get("after", "")
    told: dict[str, Any] = {**context, "q": text, "within": True, "beginning": not after}
    told["first"] = _address(request.path, text)
    status = 200
    try:
        behind = int(after) if after.isdecimal() else None
        shown = customer_queries.find(actor_of(request), text, after=behind, within=among())
        told["found"] = shown
        told["following"] = _address(request.path, text, shown.next) if shown.next is not None else ""
    except LelekaError as error:
        told["problems"] = [in_this_language(one) for one in error.problems]
        told["codes"] = {one.code for one in told["problems"]}
        status = 200 if is_htmx(request) else status_of(error)
    if is_htmx(request) and request.headers.get("HX-Target") == _FOUND:
        return page(request, "web/parts/customers_found.html", told)
    return page(request, template, told, status)


def _address(path: str, text: str, after: int | None = None) -> str:
    query = [("q", text)] if text else []
    query += [("after", str(after))] if after is not None else []
    return path + (f"?{urlencode(query)}" if query else "")
