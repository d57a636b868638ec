"""Data > Data sources: what is expected of one, what was found of it, and accepting a reading as it is."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from django.http import HttpResponse
from django.urls import reverse

from leleka.core.quality.model import Kind, columns_of
from leleka.errors import Conflict, InvalidInput, LelekaError
from leleka.messages.http_status import status_of
from leleka.services.quality import commands as quality_commands
from leleka.services.quality import queries as quality_queries
from leleka.services.quality.contracts import QualityView
from leleka.services.translation import in_this_language
from leleka.web.integers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.responses import by_field, go, page

_PAGE: Final = "web/pages/source_expectations.html"
_TEXTS: Final = (
    "column",
    "ignore_case",
    "percent",
    "from",
    "to",
    "hours",
    "at_least",
    "lose_percent",
    "severity",
)
_OF_KIND: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.UNIQUE: ("column", "beside", "ignore_case"),
    Kind.FILLED: ("column", "percent"),
    Kind.VALUES: ("column", "values"),
    Kind.RANGE: ("column", "from", "to"),
    Kind.FRESH: ("column", "hours"),
    Kind.ROWS: ("at_least", "lose_percent"),
}


def panel(request: Request, number: int) -> HttpResponse:
    """Return the part of a source's page that says what is expected of it."""
    view = quality_queries.quality(actor_of(request), number)
    return page(request, "web/parts/quality_panel.html", {"quality": view})


def expectations(request: Request, number: int) -> HttpResponse:
    """Show the expectations of a source, try one more against the current rows, and save it."""
    view = quality_queries.quality(actor_of(request), number)
    if request.method != "POST":
        return _drawn(request, view, {"form": _asked_form(request, view)})
    action = request.POST.get("action", "")
    if action in {"remove", "adopt"}:
        return _changed(request, view, action)
    return _tried(request, view, save=action == "save")


def suggestions(request: Request, number: int) -> HttpResponse:
    """Return what the current rows suggest, for the page of expectations, which asks for it."""
    actor = actor_of(request)
    context: dict[str, Any] = {"quality": quality_queries.quality(actor, number)}
    try:
        context["suggestions"] = quality_queries.suggested(actor, number)
    except LelekaError as error:
        context["problems"] = _told(error)
    return page(request, "web/parts/expectation_suggestions.html", context)


def accept(request: Request, number: int) -> HttpResponse:
    """Use the reading that waits."""
    actor = actor_of(request)
    try:
        quality_commands.accept(actor, number, request.POST.get("reading", ""))
    except Conflict as error:
        view = quality_queries.quality(actor, number)
        return _drawn(request, view, {"problems": _told(error)}, status_of(error))
    return go(request, reverse("web:source", args=(number,)))


def _changed(request: Request, view: QualityView, action: str) -> HttpResponse:
    actor, version = actor_of(request), whole_number(request.POST.get("version", ""))
    try:
        if action == "remove":
            quality_commands.remove(actor, view.id, whole_number(request.POST.get("place", ""), -1), version)
        else:
            chosen = [orjson.loads(one) for one in request.POST.getlist("chosen")]
            quality_commands.expect(actor, view.id, [*view.expectations, *chosen], version)
    except orjson.JSONDecodeError:
        return _drawn(request, view, {}, 422)
    except LelekaError as error:
        return _drawn(request, view, {"problems": _told(error)}, status_of(error))
    return go(request, reverse("web:source_expectations", args=(view.id,)))


def _tried(request: Request, view: QualityView, *, save: bool) -> HttpResponse:
    """Say what an expectation that was entered would be found to be; save it where that is asked for."""
    actor, form = actor_of(request), _entered(request)
    told = {name: value for name, value in form.items() if name != "place" and value not in {"", ()}}
    if beside := told.pop("beside", ()):
        told["columns"] = [told.pop("column", ""), *beside]
    context: dict[str, Any] = {"form": form}
    try:
        if save:
            version = whole_number(request.POST.get("version", ""))
            place = whole_number(str(form["place"]), -1)
            quality_commands.add(actor, view.id, told, version, place if place >= 0 else None)
            return go(request, reverse("web:source_expectations", args=(view.id,)))
        (context["tried"],) = quality_queries.tried(actor, view.id, [told])
    except InvalidInput as error:
        context["errors"] = {
            name.rpartition(".")[2]: problems for name, problems in by_field(error.problems).items()
        }
        return _drawn(request, view, context, status_of(error))
    except LelekaError as error:
        return _drawn(request, view, {**context, "problems": _told(error)}, status_of(error))
    return _drawn(request, view, context)


def _entered(request: Request) -> dict[str, Any]:
    kind = request.POST.get("expect", "")
    wanted = _OF_KIND.get(Kind(kind), ()) if kind in set(Kind) else ()
    form: dict[str, Any] = {
        name: request.POST.get(name, "").strip() for name in _TEXTS if name in {*wanted, "severity"}
    }
    if "values" in wanted:
        lines = request.POST.get("values", "").splitlines()
        form["values"] = tuple(line.strip() for line in lines if line.strip())
    if "beside" in wanted:
        form["beside"] = tuple(name for name in request.POST.getlist("beside") if name != form["column"])
    return {"expect": kind, "place": request.POST.get("place", ""), **form}


def _asked_form(request: Request, view: QualityView) -> dict[str, Any] | None:
    """Return the form that was asked for: of a kind, or of an expectation that is there; None where none was."""
    place, kind = request.GET.get("edit", ""), request.GET.get("expect", "")
    at = whole_number(place, len(view.expectations))
    if at < len(view.expectations):
        first, *beside = columns_of(view.expectations[at]) or [""]
        return {**view.expectations[at], "column": first, "beside": beside, "place": place}
    return {"expect": kind} if kind in set(Kind) else None


def _drawn(request: Request, view: QualityView, more: Mapping[str, Any], status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"quality": view, "kinds": list(Kind), "form": None, **more}
    if view.editable:
        try:
            actor = actor_of(request)
            if form := context["form"]:
                context["columns"] = quality_queries.columns_for(actor, view.id, form["expect"])
                context["fields"] = (
                    _OF_KIND.get(Kind(form["expect"]), ()) if form["expect"] in set(Kind) else ()
                )
        except LelekaError as error:
            context.setdefault("problems", _told(error))
    return page(request, _PAGE, context, status)


def _told(error: LelekaError) -> list[Any]:
    return [in_this_language(one) for one in error.problems]
