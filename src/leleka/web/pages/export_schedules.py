"""The pane "Schedule export": the schedule of one or several exports (CI-S3, S4)."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpResponse, QueryDict
from django.urls import reverse

from leleka.core.clock import current_clock
from leleka.errors import Conflict, Forbidden, InvalidInput
from leleka.messages.http_status import status_of
from leleka.services.contracts import ExportSummary
from leleka.services.exports import queries as export_queries
from leleka.services.schedules import commands as schedule_commands
from leleka.services.schedules import queries as schedule_queries
from leleka.services.status import queries as status_queries
from leleka.web import schedule_form as words
from leleka.web.integers import whole_number
from leleka.web.pages.system_schedule import next_of
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, page, pane

_DECIDED: Final = 5


def listed(request: Request, lines: Sequence[ExportSummary]) -> dict[str, Any]:
    """Return what a list shows of the schedules of its exports, in the installation's time zone."""
    actor = actor_of(request)
    found = schedule_queries.of_exports(actor, [line.id for line in lines])
    return {"schedules": found, "zone": schedule_queries.home_zone()}


def shown(request: Request, number: int) -> dict[str, Any]:
    """Return what an export's page shows of its schedule, and of what prevented it from running."""
    actor = actor_of(request)
    return {
        "schedule": schedule_queries.of_export(actor, number, current_clock()),
        "system": schedule_queries.system(actor, current_clock()),
        "decisions": schedule_queries.decided(actor, number, _DECIDED),
        "skipped": status_queries.skipped(actor, number),
        "zone": schedule_queries.home_zone(),
    }


def edit(request: Request) -> HttpResponse:
    chosen = _chosen(request.POST if request.method == "POST" else request.GET)
    if not chosen:
        return go(request, reverse("web:exports"))
    if request.method == "POST":
        return _save(request, chosen)
    return _pane(request, chosen, _given(request, chosen))


def preview(request: Request) -> HttpResponse:
    recurrence = request.POST.get("recurrence", "")
    context: dict[str, Any] = {"is_on": request.POST.get("on") == "yes", "system": recurrence == "system"}
    if recurrence != "system":
        context |= next_of(words.posted(_with_repeat(request.POST)))
    else:
        view = schedule_queries.system(actor_of(request), current_clock())
        context |= {"next": view.next, "zone": view.schedule.zone}
    return page(request, "web/parts/schedule_next.html", context)


def _save(request: Request, chosen: Sequence[int]) -> HttpResponse:
    actor, post, clock = actor_of(request), request.POST, current_clock()
    on, data = post.get("on") == "yes", words.posted(_with_repeat(post))
    seen = {number: whole_number(post[name]) for number in chosen if (name := f"version-{number}") in post}
    try:
        if post.get("mode") == "keep":
            schedule_commands.switch_exports(actor, chosen, clock, on=on, versions=seen)
        elif not on:
            schedule_commands.set_exports(actor, chosen, "off", clock, seen)
        else:
            wanted = "system" if post.get("recurrence") == "system" else data
            schedule_commands.set_exports(actor, chosen, wanted, clock, seen)
    except (InvalidInput, Conflict, Forbidden) as error:
        given = {"on": on, "recurrence": post.get("recurrence", ""), "mode": post.get("mode", "")}
        given |= {"seen": seen, **words.form_of(data)}
        return _pane(request, chosen, given, words.beside_fields(error.problems), status_of(error))
    return go(request, reverse("web:export", args=chosen) if len(chosen) == 1 else reverse("web:exports"))


def _pane(
    request: Request, chosen: Sequence[int], given: dict[str, Any], errors: Any = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    found = schedule_queries.of_exports(actor, chosen)
    lines = export_queries.lines(actor, chosen)
    context = {
        "exports": [
            (line, found[line.id], given.get("seen", {}).get(line.id, line.version)) for line in lines
        ],
        "several": len(lines) > 1,
        "given": given,
        "errors": errors,
        "editable": all(line.editable and not line.managed_by_file for line in lines),
        "system": schedule_queries.system(actor, current_clock()),
        "one_time": True,
    }
    return pane(request, "web/pages/export_schedule.html", context, status)


def _given(request: Request, chosen: Sequence[int]) -> dict[str, Any]:
    """Return what the form begins with: the schedule there is, or for several the one that is offered to all."""
    actor, clock = actor_of(request), current_clock()
    suggested = schedule_queries.system(actor, clock).schedule
    view = schedule_queries.of_export(actor, chosen[0], clock)
    if len(chosen) > 1 or view.schedule is None:
        first = {"repeat": "daily", "times": ["06:00"], "time_zone": suggested.zone}
        form = words.form_of(first)
    else:
        form = words.form_of(view.schedule)
    recurrence = form["repeat"] if len(chosen) == 1 and view.schedule else "system"
    if len(chosen) == 1 and view.policy == "system":
        recurrence = "system"
    on = len(chosen) > 1 or view.policy != "off"
    return {"on": on, "recurrence": recurrence, "mode": "keep", **form}


def _with_repeat(post: QueryDict) -> QueryDict:
    """The form asks "System refresh, daily or weekly" in one question."""
    told = post.copy()
    told["repeat"] = post.get("recurrence", "")
    return told


def _chosen(given: QueryDict) -> list[int]:
    return list(dict.fromkeys(whole_number(one) for one in given.getlist("chosen")))
