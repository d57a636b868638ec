"""One action on several segments of the list: what it would do, and what became of each; and the tags there are."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leleka.core.clock import current_clock
from leleka.errors import Conflict, InvalidInput, NotFound
from leleka.messages.http_status import status_of
from leleka.services.segments import bulk, tags
from leleka.services.segments import queries as segment_queries
from leleka.services.translation import in_this_language
from leleka.web.integers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, pane

_TITLES: Final[Mapping[str, Promise]] = {
    "activate": _("Activate segments"),
    "deactivate": _("Deactivate segments"),
    "refresh": _("Refresh segments"),
    "tag": _("Tag segments"),
    "untag": _("Tag segments"),
    "remove": _("Remove segments"),
}


def change(request: Request) -> HttpResponse:
    """Ask first what it would stop or break; then do it, and report what could not be done."""
    actor, clock = actor_of(request), current_clock()
    asked = request.POST if request.method == "POST" else request.GET
    action, chosen, tag = asked.get("action", ""), _chosen(asked), asked.get("tag", "")
    if not chosen or action not in _TITLES:
        return go(request, reverse("web:segments"))
    context = {
        "action": action,
        "title": _TITLES[action],
        "segments": segment_queries.chosen_segments(actor, chosen),
        "tag": tag,
        "known_tags": tags.list_tags(actor),
    }
    if request.method != "POST":
        return pane(request, "web/pages/segments_sure.html", context)
    try:
        outcomes = bulk.act_on(actor, action, chosen, clock, tag)
    except InvalidInput as error:
        context["problems"] = [in_this_language(one) for one in error.problems]
        return pane(request, "web/pages/segments_sure.html", context, status_of(error))
    if all(one.done for one in outcomes):
        return go(request, reverse("web:segments"))
    context["outcomes"] = [(one, [in_this_language(problem) for problem in one.problems]) for one in outcomes]
    context["done"] = sum(one.done for one in outcomes)
    return pane(request, "web/pages/segments_done.html", context)


def all_tags(request: Request) -> HttpResponse:
    """List the tags; rename one."""
    actor = actor_of(request)
    if request.method != "POST":
        return pane(request, "web/pages/segment_tags.html", {"tags": tags.list_tags(actor)})
    number, name = whole_number(request.POST.get("number")), request.POST.get("name", "").strip()
    try:
        tags.rename_tag(actor, number, name)
    except (InvalidInput, Conflict, NotFound) as error:
        context = {
            "tags": tags.list_tags(actor),
            "number": number,
            "name": name,
            "problems": [in_this_language(one) for one in error.problems],
        }
        return pane(request, "web/pages/segment_tags.html", context, status_of(error))
    return go(request, reverse("web:segments"))


def _chosen(given: QueryDict) -> list[int]:
    return [whole_number(one) for one in given.getlist("chosen")]
