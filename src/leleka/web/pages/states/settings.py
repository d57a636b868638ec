"""The pane of one segment: whether it is active and until when, on which days it is evaluated, and its tags."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.clock import current_clock
from leleka.errors import Conflict, Forbidden, InvalidInput, LelekaError
from leleka.messages.http_status import status_of
from leleka.services.schedules import queries as schedule_queries
from leleka.services.segments import queries as segment_queries
from leleka.services.segments import states, tags
from leleka.services.translation import in_this_language
from leleka.web import segment_words as words
from leleka.web.integers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, pane


def edit(request: Request, number: int) -> HttpResponse:
    actor, clock = actor_of(request), current_clock()
    if request.method != "POST":
        view = segment_queries.segment(actor, number)
        return _pane(request, number, words.form_of(view, schedule_queries.home_zone()))
    given = words.posted(request.POST)
    version = whole_number(request.POST.get("version"))
    try:
        states.set_settings(actor, number, words.wanted(given), version, clock)
    except (InvalidInput, Conflict, Forbidden) as error:
        return _pane(request, number, given, error)
    return go(request, reverse("web:segment", args=(number,)))


def _pane(
    request: Request, number: int, given: dict[str, Any], error: LelekaError | None = None
) -> HttpResponse:
    actor = actor_of(request)
    errors: dict[str, list[Any]] = {}
    for problem in error.problems if error else ():
        errors.setdefault(words.field_of(problem.where), []).append(in_this_language(problem))
    context = {
        "segment": segment_queries.segment(actor, number),
        "given": given,
        "errors": errors,
        "zone": schedule_queries.home_zone(),
        "system": schedule_queries.system(actor, current_clock()),
        "known_tags": tags.list_tags(actor),
        **words.choices(),
    }
    return pane(request, "web/pages/segment_settings.html", context, status_of(error) if error else 200)
