"""Admin > System > Schedule: when everything is refreshed (CI-S1, S11)."""

from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.clock import current_clock
from leleka.core.schedules.parser import to_data
from leleka.errors import Conflict, InvalidInput
from leleka.messages.http_status import status_of
from leleka.services.schedules import commands as schedule_commands
from leleka.services.schedules import queries as schedule_queries
from leleka.services.schedules.queries import SystemScheduleView
from leleka.services.segments import warnings
from leleka.web import schedule_form as words
from leleka.web.integers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, page

_DECIDED: Final = 12


def show(request: Request) -> HttpResponse:
    view = schedule_queries.system(actor_of(request), current_clock())
    context = _context(request, view)
    given = {"on": view.on, "version": view.version, **words.form_of(view.schedule)}
    if not view.on:
        view_next, changes = schedule_queries.preview(to_data(view.schedule), current_clock())
    else:
        view_next, changes = view.next, view.changes
    context |= {"given": given, "view": view, "next": view_next, "changes": changes}
    context |= {"zone": view.schedule.zone, "is_on": view.on, "saved": "saved" in request.GET}
    return page(request, "web/pages/system_schedule.html", context)


def save(request: Request) -> HttpResponse:
    data, on = words.posted(request.POST), request.POST.get("on") == "yes"
    version = whole_number(request.POST.get("version"))
    try:
        schedule_commands.set_system(actor_of(request), {**data, "on": on}, version, current_clock())
    except (InvalidInput, Conflict) as error:
        given = {"on": on, "version": version, **words.form_of(data)}
        view = schedule_queries.system(actor_of(request), current_clock())
        context = {**_context(request, view), "given": given, "errors": words.beside_fields(error.problems)}
        context["is_on"] = on
        return page(request, "web/pages/system_schedule.html", {**context, **next_of(data)}, status_of(error))
    return go(request, f"{reverse('web:system_schedule')}?saved")


def preview(request: Request) -> HttpResponse:
    """Render when the schedule would be due as it is being edited; a schedule that is switched off is
    reported, too.
    """
    context = {**next_of(words.posted(request.POST)), "is_on": request.POST.get("on") == "yes"}
    return page(request, "web/parts/schedule_next.html", context)


def next_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return the next moments of what was typed, or what is wrong with it."""
    try:
        found, changes = schedule_queries.preview(data, current_clock())
    except InvalidInput as error:
        problems = words.beside_fields(error.problems)
        return {"next": (), "wrong": [one for several in problems.values() for one in several]}
    return {"next": found, "changes": changes, "zone": data["time_zone"]}


def _context(request: Request, view: SystemScheduleView) -> dict[str, Any]:
    actor = actor_of(request)
    return {
        "tab": "schedule",
        "decisions": schedule_queries.system_decisions(actor, _DECIDED),
        "following": schedule_queries.following(actor),
        "managed_by_file": view.managed_by_file,
        "unserved": warnings.unserved(actor),
    }
