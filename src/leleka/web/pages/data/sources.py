"""Data > Data sources: the list, one source with what is in it, refreshing and removing it."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.clock import utc_now
from leleka.errors import Conflict, LelekaError
from leleka.messages.http_status import status_of
from leleka.services.quality import queries as quality_queries
from leleka.services.relationships import queries as relationship_queries
from leleka.services.sources import commands as source_commands
from leleka.services.sources import queries as source_queries
from leleka.services.status import queries as status_queries
from leleka.services.translation import in_this_language
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, is_htmx, page, pane


def index(request: Request) -> HttpResponse:
    """List sources: what was last read, how it went, and how their rows changed."""
    actor = actor_of(request)
    known = {one.id: one for one in source_queries.list_sources(actor)}
    curves, now = source_queries.curves(actor), utc_now()
    quality = quality_queries.summaries(actor)
    lines: list[dict[str, Any]] = [
        {
            "line": line,
            "source": known[line.of],
            "curve": curves.get(line.of, []),
            "change": _change(curves.get(line.of, [])),
            "late": known[line.of].is_late(now),
            "quality": quality.get(line.of),
        }
        for line in status_queries.sources(actor)
        if line.of in known
    ]
    live = any(one["line"].live for one in lines)
    context = {"lines": lines, "tab": "sources", "live": live}
    if is_htmx(request) and request.headers.get("HX-Target") == "sources":
        return page(request, "web/parts/source_list.html", context)
    return page(request, "web/pages/sources.html", context)


def _change(curve: Sequence[int]) -> int:
    """Return by how many rows the last reading differs from the one before; 0 where there was none."""
    return curve[-1] - curve[-2] if len(curve) > 1 else 0


def show(request: Request, number: int) -> HttpResponse:
    """Show a source; the page itself asks for what is in the table."""
    actor = actor_of(request)
    source = source_queries.source(actor, number)
    line = next((one for one in status_queries.sources(actor) if one.of == number), None)
    context = {
        "source": source,
        "line": line,
        "readings": source_queries.readings(actor, number),
        "curve": source_queries.curves(actor).get(number, []),
        "relationships": [
            one
            for one in relationship_queries.list_relationships(actor)
            if source.name in {one.table, one.to_table}
        ],
    }
    return page(request, "web/pages/source.html", context)


def table(request: Request, number: int) -> HttpResponse:
    """Return the part of a source's page that its table fills; it asks again until the first refresh has read it."""
    actor = actor_of(request)
    context: dict[str, Any] = {"number": number}
    try:
        context["table"] = source_queries.table(actor, number)
    except Conflict as error:
        line = next((one for one in status_queries.sources(actor) if one.of == number), None)
        context["waiting"] = line is not None and line.live
        context["problems"] = [in_this_language(one) for one in error.problems]
    done = "waiting" in request.GET and not context.get("waiting")
    response = page(request, "web/parts/source_table.html", context)
    if done:
        response["HX-Refresh"] = "true"  # what the page says beside it is another, too
    return response


def values(request: Request, number: int) -> HttpResponse:
    """Return the most frequent values of a column."""
    column = request.GET.get("column", "")
    found = source_queries.values(actor_of(request), number, column)
    return pane(
        request, "web/pages/source_values.html", {"values": found, "column": column, "number": number}
    )


def remove(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    context: dict[str, Any] = {"source": source_queries.source(actor, number)}
    if request.method != "POST":
        return pane(request, "web/pages/source_sure.html", context)
    try:
        source_commands.remove(actor, number)
    except LelekaError as error:
        context["problems"] = [in_this_language(one) for one in error.problems]
        return pane(request, "web/pages/source_sure.html", context, status_of(error))
    return go(request, reverse("web:sources"))
