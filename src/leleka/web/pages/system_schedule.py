"""Admin > System > Schedule: when everything is refreshed (CI-S1, S11)."""

from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.clock import SystemClock
from leleka.core.schedules_reading import to_data
from leleka.errors import Conflict, InvalidInput
from leleka.services import schedules, system_schedule
from leleka.services.statuses import status_of
from leleka.web import schedules as words
from leleka.web.answers import go, page
from leleka.web.numbers import whole_number
from leleka.web.request import Request, actor_of

_DECIDED: Final = 12


def show(request: Request) -> HttpResponse:
    view = schedules.system(actor_of(request), SystemClock())
    context = _context(request)
    given = {"on": view.on, "version": view.version, **words.form_of(view.schedule)}
    if not view.on:
        view_next, changes = schedules.preview(to_data(view.schedule), SystemClock())
    else:
        view_next, changes = view.next, view.changes
    context |= {"given": given, "view": view, "next": view_next, "changes": changes}
    context |= {"zone": view.schedule.zone, "is_on": view.on, "saved": "saved" in request.GET}
    return page(request, "web/pages/system_schedule.html", context)


def save(request: Request) -> HttpResponse:
    data, on = words.posted(request.POST), request.POST.get("on") == "yes"
    version = whole_number(request.POST.get("version"))
    try:
        schedules.set_system(actor_of(request), {**data, "on": on}, version, SystemClock())
    except (InvalidInput, Conflict) as error:
        given = {"on": on, "version": version, **words.form_of(data)}
        context = {**_context(request), "given": given, "errors": words.beside_fields(error.problems)}
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
        found, changes = schedules.preview(data, SystemClock())
    except InvalidInput as error:
        problems = words.beside_fields(error.problems)
        return {"next": (), "wrong": [one for several in problems.values() for one in several]}
    return {"next": found, "changes": changes, "zone": data["time_zone"]}


def _context(request: Request) -> dict[str, Any]:
    actor = actor_of(request)
    row = system_schedule.row()
    return {
        "tab": "schedule",
        "decisions": schedules.system_decisions(actor, _DECIDED),
        "following": schedules.following(actor),
        "managed_by_file": row.managed_by_file if row else "",
    }
