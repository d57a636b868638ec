"""The further pages of a segment: over time, overlap, breakdown, and its members as a file."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from leleka.errors import LelekaError, Unavailable
from leleka.messages.http_status import status_of
from leleka.services.builder import effects
from leleka.services.builder.contracts import RuleEffects
from leleka.services.segments import figures
from leleka.services.segments import queries as segment_queries
from leleka.services.tasks import queries as task_queries
from leleka.services.translation import in_this_language
from leleka.web.integers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.responses import csv_file, page


def over_time(request: Request, number: int) -> HttpResponse:
    """Show the size at each evaluation, and who came and left since a day."""
    actor = actor_of(request)
    context = _begun(request, number, "over_time")
    given = request.GET.get("since", "")
    context["given"] = given
    context["evaluations"] = figures.evaluations(actor, number)
    return _answered(
        request, "segment_over_time", context, lambda: figures.movement(actor, number, _day(given))
    )


def next_exports(request: Request, number: int) -> HttpResponse:
    """Show what the next run of each export that depends on the segment would do."""
    context = _begun(request, number, "next_exports")
    return _answered(
        request, "segment_next_exports", context, lambda: _next_exports(request, number, context)
    )


def _next_exports(request: Request, number: int, context: dict[str, Any]) -> RuleEffects | None:
    """Ask the worker where a page may not take so long; the page waits for its task."""
    actor = actor_of(request)
    try:
        return effects.next_exports(actor, number)
    except Unavailable as error:
        if not effects.takes_long(error):
            raise
        context["task"] = task_queries.task(actor, effects.ask_next_exports(actor, number))
        return None


def overlap(request: Request, number: int) -> HttpResponse:
    """Compare the segment with others."""
    actor = actor_of(request)
    context = _begun(request, number, "overlap")
    chosen = [whole_number(one) for one in request.GET.getlist("with") if one][: figures.MOST_COMPARED - 1]
    context["chosen"] = chosen
    context["others"] = [one for one in segment_queries.list_segments(actor) if one.id != number]
    context["places"] = [
        chosen[place] if place < len(chosen) else 0 for place in range(figures.MOST_COMPARED - 1)
    ]
    if not chosen:
        return page(request, "web/pages/segment_overlap.html", context)
    return _answered(request, "segment_overlap", context, lambda: figures.overlap(actor, [number, *chosen]))


def breakdown(request: Request, number: int) -> HttpResponse:
    """Show the members by the values of a column."""
    actor = actor_of(request)
    context = _begun(request, number, "breakdown")
    context["columns"] = figures.columns(actor)
    context["column"] = request.GET.get("column") or next(iter(context["columns"]), "")
    if not context["column"]:
        return page(request, "web/pages/segment_breakdown.html", context)
    return _answered(
        request, "segment_breakdown", context, lambda: figures.breakdown(actor, number, context["column"])
    )


def download(request: Request, number: int) -> StreamingHttpResponse:
    """Return the members as CSV; the service checks the permission and writes the audit entry."""
    lines = figures.download(actor_of(request), number)
    return csv_file(lines, f"segment-{number}.csv")


def _begun(request: Request, number: int, tab: str) -> dict[str, Any]:
    return {"segment": segment_queries.segment(actor_of(request), number), "tab": tab}


def _answered(request: Request, name: str, context: dict[str, Any], found: Any) -> HttpResponse:
    """Show what is found; why it cannot be said stands on the same page, above what was chosen."""
    status = 200
    try:
        context["found"] = found()
    except LelekaError as error:
        context["problems"] = [in_this_language(one) for one in error.problems]
        status = status_of(error)
    return page(request, f"web/pages/{name}.html", context, status)


def _day(given: str) -> datetime | None:
    """Return the beginning of a day where the reader is; None where nothing that is a day was given."""
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())
