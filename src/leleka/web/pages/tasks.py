"""What the worker was asked to find out: drawn while it works, and when it is done."""

from django.http import HttpResponse

from leleka.services import due, previews
from leleka.web.answers import is_htmx, page, pane
from leleka.web.request import Request, actor_of
from leleka.web.sentences import in_this_language


def show(request: Request, number: int) -> HttpResponse:
    """Give a task; asked again by htmx until it is done."""
    actor = actor_of(request)
    task = due.task(actor, number)
    problems = [in_this_language(one) for one in task.problems]
    context = {"task": task, "plan": previews.preview_of(actor, task), "problems": problems}
    if is_htmx(request) and request.headers.get("HX-Target") == "task":
        return page(request, "web/parts/task.html", context)
    return pane(request, "web/pages/task.html", context)
