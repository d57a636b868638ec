"""Customers: looked for as one types, filtered, and what is searched."""

from typing import Any, Final

from django.http import HttpResponse

from leleka.core.columns import Column
from leleka.errors import Conflict, Forbidden, InvalidInput, LelekaError, Unavailable
from leleka.messages.http_status import status_of
from leleka.services.access.permissions import Permission, allows
from leleka.services.customers import choices as customer_choices
from leleka.services.customers import commands as customer_commands
from leleka.services.customers import queries as customer_queries
from leleka.services.translation import in_this_language
from leleka.web.integers import whole_number
from leleka.web.pages import system
from leleka.web.pages.customers import filters
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, is_htmx, page, pane

_LONGEST: Final = 200  # characters of a search text
_SAID_BY_THE_PAGE: Final = {"CUSTOMERS_NOT_READ", "CUSTOMERS_NOT_INDEXED"}  # with what to do next
_FOUND: Final = "found"  # the part of the page that changes as one types


def index(request: Request) -> HttpResponse:
    """Return the page, or what is found where only that is asked for."""
    text = request.GET.get("q", "").strip()[:_LONGEST]
    status, context = _find(request, text)
    if is_htmx(request) and request.headers.get("HX-Target") == _FOUND:
        return page(request, "web/parts/customers_found.html", context)
    return page(request, "web/pages/customers.html", context, status)


def _find(request: Request, text: str) -> tuple[int, dict[str, Any]]:
    actor, context = actor_of(request), dict[str, Any]({"q": text})
    context["picking"] = allows(actor, Permission.EDIT_SEGMENTS)
    try:
        conditions = filters.given(request)
        context |= {"filters": [filters.written(one) for one in conditions]}
        context |= {"chips": filters.chips(text, conditions), "first": filters.address(text, conditions)}
        context["segment"] = filters.as_segment(conditions) if conditions else ""
        context["choice"] = customer_queries.search_choice(actor)
        after = request.GET.get("after", "")
        found = customer_queries.find(actor, text, conditions, int(after) if after.isdecimal() else None)
        following = filters.address(text, conditions, found.next) if found.next is not None else ""
        context |= {"found": found, "following": following, "beginning": not after}
    except (Conflict, Forbidden, InvalidInput, Unavailable) as error:
        problems = [in_this_language(one) for one in error.problems]
        codes = {one.code for one in problems}
        status = 200 if codes <= _SAID_BY_THE_PAGE else status_of(error)
        return status, {**context, "problems": problems, "codes": codes}
    return 200, context


def add_filter(request: Request) -> HttpResponse:
    """Show the form of one filter, and go to the page with it once it is filled in."""
    actor = actor_of(request)
    columns = {one.name: one for one in customer_choices.filter_columns(actor)}
    column = columns.get(request.GET.get("column", "")) or next(iter(columns.values()), None)
    context: dict[str, Any] = {
        "columns": columns.values(),
        "column": column,
        "q": request.GET.get("q", ""),
        "filters": request.GET.getlist(filters.FILTER),
        "given": request.GET,
        "action": "add_filter",
    }
    if column is None:
        return pane(request, "web/pages/customers_filter.html", context)
    context |= {"ways": filters.ways_of(column), "values": customer_choices.filter_values(actor, column.name)}
    if "apply" not in request.GET:
        return pane(request, "web/pages/customers_filter.html", context)
    try:
        conditions = [*filters.given(request), _wanted(request, column)]
        customer_queries.find(actor, "", conditions, limit=1)
    except LelekaError as error:
        context["problems"] = [in_this_language(one) for one in error.problems]
        return pane(request, "web/pages/customers_filter.html", context, status_of(error))
    return go(request, filters.address(context["q"], conditions))


def _wanted(request: Request, column: Column) -> dict[str, Any]:
    values = [*request.GET.getlist("value"), *request.GET.get("other", "").split(";")]
    way = request.GET.get("way", "")
    if way not in filters.ways_of(column):
        raise InvalidInput("CUSTOMERS_FILTER", where="filter")
    ends = (request.GET.get("low", ""), request.GET.get("high", ""))
    return filters.condition_of(column, way, values, ends)


def columns(request: Request) -> HttpResponse:
    """Choose in which columns words are looked for."""
    actor = actor_of(request)
    choice = customer_queries.search_choice(actor)
    if request.method != "POST":
        return pane(request, "web/pages/customers_columns.html", {"choice": choice})
    chosen = [name for name in choice.columns if name in request.POST.getlist("column")]
    try:
        refresh = customer_commands.choose_columns(actor, chosen, whole_number(request.POST.get("version")))
    except (InvalidInput, Conflict) as error:
        problems = [in_this_language(one) for one in error.problems]
        context = {"choice": choice, "problems": problems}
        return pane(request, "web/pages/customers_columns.html", context, status_of(error))
    return system.refresh(request, refresh)
