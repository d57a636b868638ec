"""Lists of customers: by ids or addresses that are typed, pasted, uploaded, or picked among the customers."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse

from leleka.errors import Conflict, Forbidden, InvalidInput, LelekaError, NeedsAttention
from leleka.messages.http_status import status_of
from leleka.services.lists import choices as list_choices
from leleka.services.lists import commands as list_commands
from leleka.services.lists import picking
from leleka.services.lists import queries as list_queries
from leleka.services.lists.contracts import ListView
from leleka.services.translation import in_this_language
from leleka.web import paging
from leleka.web.integers import whole_number
from leleka.web.pages.customers import filters
from leleka.web.pages.members import search
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, page, pane

_HEADINGS: Final = ("id", "email")
_REFUSED: Final = (InvalidInput, Conflict, Forbidden, NeedsAttention)
_WAYS: Final = ("add", "take_out", "replace")


def index(request: Request) -> HttpResponse:
    """List the lists; sorted by name, number of entries and when they were given, searched by name."""
    asked = paging.wanted(request)
    found = list_queries.find_lists(actor_of(request), asked)
    context = {"lists": found.items, **paging.context_of(request, asked, found)}
    return page(request, "web/pages/lists.html", context)


def show(request: Request, number: int) -> HttpResponse:
    """Show what a list has, who uses it, and the customers in it, who are searched as one types."""
    actor = actor_of(request)
    view = list_queries.profile_list(actor, number)
    rules = {"list": view.name}
    context = {
        "list": view,
        "only_these": filters.as_segment([rules]),
        "all_but_these": filters.as_segment([{"not": rules}]),
    }
    return search.listed(request, view, context)


def add(request: Request) -> HttpResponse:
    actor = actor_of(request)
    columns = list_queries.address_columns(actor)
    given = {name: request.POST.get(name, "") for name in ("name", "column", "entries", "segment")}
    context: dict[str, Any] = {"columns": columns, "given": given}
    if request.method != "POST":
        return pane(request, "web/pages/list_form.html", context)

    def make() -> ListView:
        entries = _entries(request, given["column"])
        segment = given["segment"] == "yes"
        return list_commands.create(actor, given["name"].strip(), entries, given["column"], segment=segment)

    return _done(request, "web/pages/list_form.html", context, make)


def change(request: Request, number: int) -> HttpResponse:
    """Add entries, take some out, or let others take the place of all."""
    actor = actor_of(request)
    view = list_queries.profile_list(actor, number)
    how = request.POST.get("how") or request.GET.get("how", "")
    context: dict[str, Any] = {"list": view, "how": how if how in _WAYS else "add"}
    column = request.POST.get("column", view.column) if how == "replace" else view.column
    context["given"] = {"entries": request.POST.get("entries", ""), "column": column}
    context["columns"] = list_queries.address_columns(actor)
    if request.method != "POST":
        return pane(request, "web/pages/list_change.html", context)

    def make() -> ListView:
        entries = _entries(request, column)
        version = whole_number(request.POST.get("version"))
        if context["how"] == "replace":
            return list_commands.give(actor, number, entries, column, version)
        change_it = list_commands.add if context["how"] == "add" else list_commands.take_out
        return change_it(actor, number, entries, version)

    return _done(request, "web/pages/list_change.html", context, make)


def remove(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    context: dict[str, Any] = {"list": list_queries.profile_list(actor, number)}
    if request.method != "POST":
        return pane(request, "web/pages/list_sure.html", context)
    try:
        list_commands.remove(actor, number)
    except (Conflict, Forbidden) as error:
        context["problems"] = [in_this_language(one) for one in error.problems]
        return pane(request, "web/pages/list_sure.html", context, status_of(error))
    return go(request, reverse("web:lists"))


def pick(request: Request) -> HttpResponse:
    """Put customers who were chosen in their list into a list, or make one of them."""
    actor = actor_of(request)
    sent = request.POST if request.method == "POST" else request.GET
    chosen = sent.getlist("customer")
    lists = [one for one in list_queries.list_lists(actor) if not (one.managed_by_file or one.locked_by)]
    given = {name: sent.get(name, "") for name in ("into", "name", "segment")}
    context: dict[str, Any] = {"chosen": chosen, "lists": lists, "given": given}
    if request.method != "POST":
        return pane(request, "web/pages/customers_pick.html", context)

    def make() -> ListView:
        if number := whole_number(given["into"]):
            return picking.pick_into(actor, chosen, number)
        return picking.pick(actor, chosen, given["name"].strip(), segment=given["segment"] == "yes")

    return _done(request, "web/pages/customers_pick.html", context, make)


def _done(
    request: Request, template: str, context: Mapping[str, Any], make: Callable[[], ListView]
) -> HttpResponse:
    """Go to the list; where some of what was given is no address, or nobody has it, that is said first."""
    try:
        made = make()
    except _REFUSED as error:
        return pane(request, template, {**context, "errors": _beside(error)}, status_of(error))
    if made.examples:
        return pane(request, "web/pages/list_given.html", {"list": made})
    return go(request, reverse("web:list", args=(made.id,)))


def _entries(request: Request, column: str) -> list[str]:
    """Return what was typed, one a line, and what the file has. Raises ``InvalidInput``."""
    typed = request.POST.get("entries", "").splitlines()
    file = request.FILES.get("file")
    if file is None:
        return typed
    return [*typed, *list_choices.read_file(file.read(), [*_HEADINGS, *([column] if column else [])])]


def _beside(error: LelekaError) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for problem in error.problems:
        place = problem.where if problem.where in {"name", "column", "entries", "file"} else ""
        found.setdefault(place, []).append(in_this_language(problem))
    return found
