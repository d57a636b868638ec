"""Segments: the list, one with its first members, its rules as text, and the exports that send it (CI-G11 to G13)."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, InvalidInput, LelekaError, Problem
from leleka.services import editing_exports, editing_segments, export_views, segments
from leleka.services.contracts import SegmentView
from leleka.services.statuses import status_of
from leleka.web.answers import go, page, pane
from leleka.web.numbers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.sentences import in_this_language

_COLUMNS: Final = ("name", "size", "evaluated_at")
_SHOWN: Final = 20
_FORM: Final = "web/pages/segment_form.html"


def index(request: Request) -> HttpResponse:
    listed = segments.list_segments(actor_of(request))
    wanted = request.GET.get("q", "").strip().lower()
    found = [one for one in listed if wanted in one.name.lower()]
    order = request.GET.get("sort", "name")
    column = order.removeprefix("-") if order.removeprefix("-") in _COLUMNS else "name"
    found.sort(key=lambda one: _sorted_by(one, column), reverse=order.startswith("-"))
    context = {"segments": found, "q": wanted, "sort": order, "all": len(listed)}
    return page(request, "web/pages/segments.html", context)


def _sorted_by(segment: SegmentView, column: str) -> tuple[int, str]:
    if column == "size":
        return (-1 if segment.size is None else segment.size, segment.name)
    moment = segment.evaluated_at
    return (0, (moment.isoformat() if moment else "") if column == "evaluated_at" else segment.name.lower())


def show(request: Request, number: int) -> HttpResponse:
    """Show rules and the first members, evaluated over the sources as last read."""
    actor = actor_of(request)
    segment = segments.segment(actor, number)
    problems: list[Problem] = []
    members: list[dict[str, object]] = []
    try:
        segment, members = segments.show_segment(actor, segment.name, SystemClock(), _SHOWN)
    except LelekaError as error:
        problems = [in_this_language(one) for one in error.problems]
    context = {
        "segment": segment,
        "rules": editing_segments.as_text(segment.rules),
        "members": members,
        "columns": list(members[0]) if members else [],
        "problems": problems,
        "sizes": segments.sizes(actor, number),
    }
    return page(request, "web/pages/segment.html", context)


def add(request: Request) -> HttpResponse:
    if request.method == "POST":
        return _save(request, None)
    return pane(request, _FORM, {"given": {"name": "", "rules": ""}})


def edit(request: Request, number: int) -> HttpResponse:
    if request.method == "POST":
        return _save(request, number)
    segment = segments.segment(actor_of(request), number)
    given = {
        "name": segment.name,
        "rules": editing_segments.as_text(segment.rules),
        "version": segment.version,
    }
    return pane(request, _FORM, {"segment": segment, "given": given})


def _save(request: Request, number: int | None) -> HttpResponse:
    actor = actor_of(request)
    given = {name: request.POST.get(name, "") for name in ("name", "rules", "version")}
    name = given["name"].strip()
    try:
        if request.POST.get("action") == "count":
            matching = editing_segments.count(actor, given["rules"], SystemClock())
            return _again(request, number, {"given": given, "count": matching})
        if number is None:
            number = editing_segments.create(actor, name, given["rules"])
        else:
            editing_segments.update(actor, number, name, given["rules"], whole_number(given["version"]))
    except (InvalidInput, Conflict) as error:
        return _again(request, number, {"given": given, "errors": _beside(error)}, status_of(error))
    return go(request, reverse("web:segment", args=(number,)))


def _again(
    request: Request, number: int | None, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    segment = segments.segment(actor_of(request), number) if number is not None else None
    return pane(request, _FORM, {**context, "segment": segment}, status)


def _beside(error: LelekaError) -> dict[str, list[Any]]:
    """Sort problems to the two fields; those of the rules keep their places within them."""
    found: dict[str, list[Any]] = {}
    for problem in error.problems:
        field = "rules" if problem.where.startswith("rules") else problem.where
        found.setdefault(field if field in {"name", "rules"} else "", []).append(in_this_language(problem))
    return found


def remove(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    segment = segments.segment(actor, number)
    if request.method != "POST":
        return pane(request, "web/pages/segment_sure.html", {"segment": segment})
    try:
        editing_segments.remove(actor, number)
    except Conflict as error:
        problems = [in_this_language(one) for one in error.problems]
        context = {"segment": segment, "problems": problems}
        return pane(request, "web/pages/segment_sure.html", context, status_of(error))
    return go(request, reverse("web:segments"))


def exports(request: Request, number: int) -> HttpResponse:
    """Manage exports (CI-E15): those that contain the segment, and those that do not."""
    actor = actor_of(request)
    segment = segments.segment(actor, number)
    problems: list[Any] = []
    status = 200
    if request.method == "POST":
        try:
            editing_exports.add_segment(actor, whole_number(request.POST.get("export")), segment.name)
        except LelekaError as error:
            problems, status = [in_this_language(one) for one in error.problems], status_of(error)
    listed = export_views.list_exports(actor)
    context = {
        "segment": segment,
        "containing": [one for one in listed if segment.name in one.segments],
        "others": [one for one in listed if segment.name not in one.segments],
        "problems": problems,
    }
    return pane(request, "web/pages/segment_exports.html", context, status)
