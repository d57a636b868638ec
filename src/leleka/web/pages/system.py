"""Admin > System: the status of everything, the progress of a refresh, and the installation (CI-T5 to T8)."""

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.clock import current_clock
from leleka.core.refresh_graph import StepKind
from leleka.messages.terms import STATUSES
from leleka.services.exports import plan_limits
from leleka.services.refresh import commands as refresh_commands
from leleka.services.schedules import queries as schedule_queries
from leleka.services.status import queries as status_queries
from leleka.services.status import refresh_progress as status_refresh_progress
from leleka.services.status.queries import StatusFilter
from leleka.services.system import about as facts
from leleka.services.translation import term
from leleka.web.integers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, is_htmx, page, pane


def index(request: Request) -> HttpResponse:
    """Show every group; when htmx asks again during a refresh, return only what changes."""
    asked = request.GET
    wanted = StatusFilter(
        words=asked.get("q", "").strip(),
        status=asked.get("status", "") if asked.get("status", "") in STATUSES else "",
        kind=asked.get("kind", ""),
        page=whole_number(asked.get("page"), 1),
    )
    context = {
        "found": status_queries.overview(actor_of(request), wanted),
        "wanted": wanted,
        "tab": "status",
        "statuses": {one: term(one) for one in STATUSES},
    }
    if is_htmx(request) and request.headers.get("HX-Target") == "standing":
        return page(request, "web/parts/standing.html", context)
    return page(request, "web/pages/system.html", context)


def about(request: Request) -> HttpResponse:
    context = {"about": facts.about(actor_of(request), current_clock()), "tab": "about"}
    return page(request, "web/pages/system_about.html", context)


def refresh_all(request: Request) -> HttpResponse:
    """Ask for confirmation: it also runs the exports that follow the system's schedule (CI-O4)."""
    actor = actor_of(request)
    if request.method != "POST":
        beyond = plan_limits.among_those_of_the_system(actor)
        context = {"following": schedule_queries.following(actor)["system"], "beyond": beyond}
        return pane(request, "web/pages/refresh_sure.html", context)
    return _ask(request, "everything")


def refresh_segments(request: Request) -> HttpResponse:
    """Refresh all segments (CI-O3)."""
    return _ask(request, "segments")


def refresh_segment(request: Request, number: int) -> HttpResponse:
    return _ask(request, f"segment:{number}")


def refresh_measure(request: Request, number: int) -> HttpResponse:
    return _ask(request, f"measure:{number}")


def refresh_sources(request: Request) -> HttpResponse:
    return _ask(request, "sources")


def refresh_source(request: Request, number: int) -> HttpResponse:
    return _ask(request, f"source:{number}")


def _ask(request: Request, scope: str) -> HttpResponse:
    number = refresh_commands.ask(actor_of(request), scope)
    return (
        refresh(request, number) if is_htmx(request) else go(request, reverse("web:refresh", args=(number,)))
    )


def refresh(request: Request, number: int) -> HttpResponse:
    """Show the progress of a refresh: of one thing with what it needs, or the entire workflow."""
    of = request.GET.get("of", "")
    entire = not of or "entire" in request.GET
    key = None if entire else status_queries.key_of(of)
    context = {
        "told": status_refresh_progress.progress(actor_of(request), number, key),
        "of": of,
        "entire": entire,
        "address": reverse("web:refresh", args=(number,)),
    }
    if is_htmx(request) and request.headers.get("HX-Target") == "progress":
        return page(request, "web/parts/refresh_progress.html", context)
    return pane(request, "web/pages/refresh.html", context)


def task(request: Request, number: int) -> HttpResponse:
    """Show one step of a refresh (CI-T8)."""
    step = whole_number(request.GET.get("step"))
    told = status_refresh_progress.details(actor_of(request), number, step)
    return pane(request, "web/pages/refresh_task.html", {"told": told})


def cancel(request: Request, number: int) -> HttpResponse:
    refresh_commands.cancel(actor_of(request), number)
    return (
        refresh(request, number) if is_htmx(request) else go(request, reverse("web:refresh", args=(number,)))
    )


def history(request: Request) -> HttpResponse:
    """Show the last runs of a task (CI-T6)."""
    of = request.GET.get("of", "")
    key = status_queries.key_of(of)
    name, lines = status_queries.history(actor_of(request), key)
    context = {"name": name, "lines": lines, "kind": key[0], "of": of, "export": key[0] is StepKind.EXPORT}
    return pane(request, "web/pages/task_runs.html", {**context, "number": key[1]})
