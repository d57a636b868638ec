"""Tasks of the worker: displayed while they run, and when they are done."""

from typing import Any

from django.http import HttpResponse

from leleka.services.builder import effects
from leleka.services.exports import preview_view
from leleka.services.tasks import queries as task_queries
from leleka.services.translation import in_this_language
from leleka.web.request import Request, actor_of
from leleka.web.responses import is_htmx, page, pane


def show(request: Request, number: int) -> HttpResponse:
    """Return a task; htmx requests it again until it is done."""
    if is_htmx(request) and request.headers.get("HX-Target") == "task":
        return part(request, number)
    return pane(request, "web/pages/task.html", _context(request, number))


def part(request: Request, number: int) -> HttpResponse:
    """Return the part of a page that waits for a task."""
    return page(request, "web/parts/task.html", _context(request, number))


def _context(request: Request, number: int) -> dict[str, Any]:
    actor = actor_of(request)
    task = task_queries.task(actor, number)
    problems = [in_this_language(one) for one in task.problems]
    plan, found = preview_view.preview_of(actor, task), effects.effects_of(actor, task)
    return {"task": task, "problems": problems, "plan": plan, "effects": found}
