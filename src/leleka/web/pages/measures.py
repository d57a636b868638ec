"""Measures: the list, one of them with its values, and the form."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse

from leleka.errors import Conflict, Forbidden, InvalidInput, LelekaError
from leleka.messages.http_status import status_of
from leleka.services.measures import choices as measure_choices
from leleka.services.measures import commands as measure_commands
from leleka.services.measures import queries as measure_queries
from leleka.services.measures.contracts import MeasureView
from leleka.services.translation import in_this_language
from leleka.web import measure_form
from leleka.web.measure_form import MeasureForm
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, page, pane

_FORM: Final = "web/pages/measure_form.html"


def index(request: Request) -> HttpResponse:
    measures = measure_queries.list_measures(actor_of(request))
    return page(request, "web/pages/measures.html", {"measures": measures})


def show(request: Request, number: int) -> HttpResponse:
    """Show what it is, how its values are spread, and who uses it."""
    measure = measure_queries.measure(actor_of(request), number)
    problems = [in_this_language(one) for one in measure.problems]
    return pane(request, "web/pages/measure.html", {"measure": measure, "problems": problems})


def add(request: Request) -> HttpResponse:
    if request.method == "POST":
        return _save(request, None)
    return _drawn(request, MeasureForm(), None)


def edit(request: Request, number: int) -> HttpResponse:
    measure = measure_queries.measure(actor_of(request), number)
    if request.method == "POST":
        return _save(request, measure)
    choices = measure_choices.choices(actor_of(request))
    form = measure_form.form_of(measure.name, measure.rules, choices, measure.version)
    return _drawn(request, form, measure)


def remove(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    measure = measure_queries.measure(actor, number)
    if request.method != "POST":
        return pane(request, "web/pages/measure_sure.html", {"measure": measure})
    try:
        measure_commands.remove(actor, number)
    except (Conflict, Forbidden) as error:
        problems = [in_this_language(one) for one in error.problems]
        context = {"measure": measure, "problems": problems}
        return pane(request, "web/pages/measure_sure.html", context, status_of(error))
    return go(request, reverse("web:measures"))


def _save(request: Request, measure: MeasureView | None) -> HttpResponse:
    """Save what was entered; a choice that others depend on only draws the form anew."""
    actor = actor_of(request)
    choices = measure_choices.choices(actor)
    form = measure_form.read(request.POST, choices)
    if request.POST.get("action") == "draw":
        return _drawn(request, form, measure)
    rules = measure_form.definition(form, choices)
    try:
        if measure is None:
            measure_commands.create(actor, form.name, rules)
        else:
            measure_commands.update(actor, measure.id, form.name, rules, form.version)
    except (InvalidInput, Conflict, Forbidden) as error:
        return _drawn(request, form, measure, _beside(error), status_of(error))
    return go(request, reverse("web:measures"))


def _drawn(
    request: Request,
    form: MeasureForm | None,
    measure: MeasureView | None,
    errors: Mapping[str, list[Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the form; without one the measure cannot be edited here."""
    choices = measure_choices.choices(actor_of(request))
    context: dict[str, Any] = {"measure": measure, "form": form, "errors": errors}
    if form is not None:
        context |= {
            "choices": choices,
            "paths": [(" → ".join(path), table) for path, table in choices.paths.items()],
            "aggregates": measure_form.AGGREGATES.items(),
            "expressions": measure_form.EXPRESSIONS.items(),
            "measurable": measure_form.measurable(form, choices),
            "orderable": measure_form.orderable(form, choices),
            "columns": measure_form.columns_of(form, choices),
            "conditions": measure_form.with_operators(form, choices),
        }
    return pane(request, _FORM, context, status)


def _beside(error: LelekaError) -> dict[str, list[Any]]:
    """Assign problems to the name, or to all that was chosen."""
    found: dict[str, list[Any]] = {}
    for problem in error.problems:
        place = "name" if problem.where == "name" else ""
        found.setdefault(place, []).append(in_this_language(problem))
    return found
