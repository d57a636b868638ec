"""Tasks of the worker: displayed while they run, and when they are done."""

from typing import Any

from django.http import HttpResponse

from leleka.services import due, previews
from leleka.services.sentences import in_this_language
from leleka.web.answers import is_htmx, page, pane
from leleka.web.request import Request, actor_of


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
    task = due.task(actor, number)
    problems = [in_this_language(one) for one in task.problems]
    return {"task": task, "problems": problems, "plan": previews.preview_of(actor, task)}
