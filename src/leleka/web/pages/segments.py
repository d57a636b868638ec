"""Segments: the list, one segment with its first members, its rules as text, and its exports
(CI-G11 to G13).
"""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from leleka.errors import Conflict, Forbidden, LelekaError, TryLater
from leleka.messages.http_status import status_of
from leleka.services.exports import commands as export_commands
from leleka.services.exports import queries as export_queries
from leleka.services.schedules import queries as schedule_queries
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import queries as segment_queries
from leleka.services.segments import rule_texts
from leleka.services.segments import tags as segment_tags
from leleka.services.translation import in_this_language
from leleka.web import paging
from leleka.web.integers import whole_number
from leleka.web.pages import tasks
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, is_htmx, page, pane

_LONGEST: Final = 200  # characters of a tag
_INSIDE: Final = "inside"  # the page of the exports that contain the segment


def index(request: Request) -> HttpResponse:
    """List segments; sorted by name, size and evaluation, searched by name, narrowed to a tag and to a state."""
    actor, asked = actor_of(request), paging.wanted(request)
    tag, state = request.GET.get("tag", "")[:_LONGEST], request.GET.get("state", "")
    found = segment_queries.find_segments(actor, asked, tag, state)
    context = {"segments": found.items, **paging.context_of(request, asked, found)}
    context |= {"tag": tag, "state": state, "tags": segment_tags.list_tags(actor)}
    context["zone"] = schedule_queries.home_zone()
    context["narrowed"] = urlencode(
        {name: value for name, value in (("tag", tag), ("state", state)) if value}
    )
    return page(request, "web/pages/segments.html", context)


def show(request: Request, number: int) -> HttpResponse:
    """Show rules and sizes; the page itself requests the first members, which the worker finds."""
    actor = actor_of(request)
    segment = segment_queries.segment(actor, number)
    language = get_language() or "en"
    context = {
        "segment": segment,
        "rules": rule_texts.as_text(segment.rules),
        "sentence": segment.sentences.get(language),
        "remarks": segment.remarks.get(language),
        "zone": schedule_queries.home_zone(),
    }
    return page(request, "web/pages/segment.html", context)


def members(request: Request, number: int) -> HttpResponse:
    """Request the first members."""
    try:
        task = segment_commands.ask_members(actor_of(request), number)
    except TryLater as error:
        if not is_htmx(request):
            raise
        context = {"number": number, "problems": [in_this_language(one) for one in error.problems]}
        return page(request, "web/parts/segment_members.html", context, status_of(error))
    if is_htmx(request):
        return tasks.part(request, task)
    return go(request, reverse("web:task", args=(task,)))


def remove(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    segment = segment_queries.segment(actor, number)
    if request.method != "POST":
        return pane(request, "web/pages/segment_sure.html", {"segment": segment})
    try:
        segment_commands.remove(actor, number)
    except (Conflict, Forbidden) as error:
        problems = [in_this_language(one) for one in error.problems]
        context = {"segment": segment, "problems": problems}
        return pane(request, "web/pages/segment_sure.html", context, status_of(error))
    return go(request, reverse("web:segments"))


def exports(request: Request, number: int) -> HttpResponse:
    """Manage exports (CI-E15): those that contain the segment, and those that do not."""
    actor = actor_of(request)
    segment = segment_queries.segment(actor, number)
    problems: list[Any] = []
    status = 200
    if request.method == "POST":
        try:
            export_commands.add_segment(actor, whole_number(request.POST.get("export")), segment.name)
        except LelekaError as error:
            problems, status = [in_this_language(one) for one in error.problems], status_of(error)
    asked, inside = paging.wanted(request), paging.wanted(request, page=_INSIDE)
    containing = export_queries.find_exports(actor, inside, segment.name)
    others = export_queries.find_exports(actor, asked, segment.name, containing=False)
    context = {
        "segment": segment,
        "q": asked.text,
        "containing": containing.items,
        "containing_pages": paging.pages_of(request, containing, _INSIDE),
        "others": others.items,
        "others_pages": paging.pages_of(request, others),
        "problems": problems,
    }
    return pane(request, "web/pages/segment_exports.html", context, status)
