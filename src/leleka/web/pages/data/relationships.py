"""Data > Data sources > Relationships: how tables belong together, drawn, suggested, accepted, edited."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse

from leleka.errors import Conflict, InvalidInput, LelekaError
from leleka.messages.http_status import status_of
from leleka.services.relationships import commands as relationship_commands
from leleka.services.relationships import queries as relationship_queries
from leleka.services.sources import queries as source_queries
from leleka.services.tasks import queries as task_queries
from leleka.services.translation import in_this_language
from leleka.web.integers import whole_number
from leleka.web.pages.data.table_diagram import drawn
from leleka.web.request import Request, actor_of
from leleka.web.responses import by_field, go, is_htmx, page, pane

_FORM: Final = "web/pages/relationship.html"
_SUGGESTED: Final = "web/parts/relationship_suggestions.html"
_PROBLEMS: Final = "web/parts/alerts.html"
_APART: Final = "\u001f"  # between a table and its column: neither may contain it
_FIELDS: Final = ("name", "from", "to")


def index(request: Request) -> HttpResponse:
    return page(request, "web/pages/relationships.html", {**_listed(request), "tab": "relationships"})


def _listed(request: Request) -> dict[str, Any]:
    actor = actor_of(request)
    found = relationship_queries.list_relationships(actor)
    sources = source_queries.list_sources(actor)
    return {"relationships": found, "tables": sources, "diagram": drawn(sources, found)}


def suggest(request: Request) -> HttpResponse:
    """Ask for suggestions; htmx asks again until the worker has compared the values."""
    actor = actor_of(request)
    task = relationship_commands.ask_suggestions(actor)
    if is_htmx(request):
        return suggested(request, task)
    return go(request, reverse("web:relationships_suggested", args=(task,)))


def suggested(request: Request, number: int) -> HttpResponse:
    """Show the suggestions of a task."""
    task = task_queries.task(actor_of(request), number)
    context = {"task": task, "problems": [in_this_language(one) for one in task.problems]}
    if is_htmx(request):
        return page(request, _SUGGESTED, context)
    return page(request, "web/pages/relationships_suggested.html", context)


def accept(request: Request) -> HttpResponse:
    """Make those of the suggestions that are chosen; one alone, accepted by its key, changes what stands below."""
    alone = is_htmx(request) and request.headers.get("HX-Target") == "related"
    problems = []
    for chosen in request.POST.getlist("chosen"):
        name, *ends = chosen.split(_APART)
        if len(ends) == 4:  # noqa: PLR2004 - two tables, each with its column
            try:
                relationship_commands.create(actor_of(request), _data(name, ends))
            except (InvalidInput, Conflict) as error:
                problems += [in_this_language(one) for one in error.problems]
    if problems:
        told = {"problems": problems, **_listed(request), "tab": "relationships"}
        return page(request, _PROBLEMS if alone else "web/pages/relationships.html", told, 409)
    if alone:
        return page(request, "web/parts/relationship_list.html", _listed(request))
    return go(request, reverse("web:relationships"))


def add(request: Request) -> HttpResponse:
    return _edited(request, None, {"name": "", "from": "", "to": ""})


def edit(request: Request, number: int) -> HttpResponse:
    row = relationship_queries.relationship(actor_of(request), number)
    given = {
        "name": row.name,
        "from": _APART.join((row.table, row.column)),
        "to": _APART.join((row.to_table, row.to_column)),
        "version": row.version,
    }
    return _edited(request, number, given)


def remove(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    context: dict[str, Any] = {"relationship": relationship_queries.relationship(actor, number)}
    if request.method != "POST":
        return pane(request, "web/pages/relationship_sure.html", context)
    try:
        relationship_commands.remove(actor, number)
    except LelekaError as error:
        context["problems"] = [in_this_language(one) for one in error.problems]
        return pane(request, "web/pages/relationship_sure.html", context, status_of(error))
    return go(request, reverse("web:relationships"))


def _edited(request: Request, number: int | None, given: Mapping[str, Any]) -> HttpResponse:
    actor, status = actor_of(request), 200
    context: dict[str, Any] = {"number": number}
    if number is not None:
        context["relationship"] = relationship_queries.relationship(actor, number)
    if request.method == "POST":
        given = {name: request.POST.get(name, "").strip() for name in (*_FIELDS, "version")}
        try:
            data = _data(given["name"], [*_end(given["from"]), *_end(given["to"])])
            if number is None:
                relationship_commands.create(actor, data)
            else:
                relationship_commands.update(actor, number, data, whole_number(given["version"]))
            return go(request, reverse("web:relationships"))
        except LelekaError as error:
            context["errors"] = by_field(error.problems)
            context["problems"] = [
                in_this_language(one) for one in error.problems if one.where not in _FIELDS
            ]
            status = status_of(error)
    choices = [
        (one.name, [(_APART.join((one.name, column)), column) for column in one.columns])
        for one in relationship_queries.tables(actor)
    ]
    return pane(request, _FORM, {**context, "given": given, "choices": choices}, status)


def _end(told: str) -> tuple[str, str]:
    table, _, column = told.partition(_APART)
    return table, column


def _data(name: str, ends: Any) -> dict[str, Any]:
    table, column, to_table, to_column = ends
    return {
        "name": name,
        "from": {"source": table, "column": column},
        "to": {"source": to_table, "column": to_column},
    }
