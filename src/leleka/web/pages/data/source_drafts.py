"""Several files that were uploaded together: each becomes a source of its own, at once or after a look."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from leleka.errors import LelekaError
from leleka.messages.problems import ProblemText
from leleka.services.sources import commands as source_commands
from leleka.services.tasks import queries as task_queries
from leleka.services.tasks.commands import TaskView
from leleka.services.translation import in_this_language
from leleka.web.integers import whole_number
from leleka.web.pages.data.source_form import begun, choices
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, is_htmx, page

_PAGE: Final = "web/pages/source_drafts.html"
_PART: Final = "web/parts/source_drafts.html"
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """A file with what was found in it; ``saved`` is the source that it became, 0 before."""

    task: TaskView
    name: str
    key: str
    profiles: bool
    problems: list[ProblemText]
    address: str

    @property
    def saved(self) -> int:
        return int(self.task.result.get("saved") or 0)

    @property
    def ready(self) -> bool:
        return self.task.done and not self.task.problems and not self.saved


def show(request: Request) -> HttpResponse:
    """List the files; a POST adds all that can be added as they are. What fails says so, and the others stay."""
    actor = actor_of(request)
    tasks = [task_queries.task(actor, number) for number in _numbers(request)]
    refused: dict[int, list[ProblemText]] = {}
    if request.method == "POST":
        for task in tasks:
            if _is_ready(task):
                refused |= _saved(request, task)
        tasks = [task_queries.task(actor, one.id) for one in tasks]
        if not refused and all(one.result.get("saved") for one in tasks):
            return go(request, reverse("web:sources"))
    drafts = _with_one_of_profiles([_draft(request, task, refused.get(task.id, [])) for task in tasks])
    context = {
        "drafts": drafts,
        "looking": not all(one.task.done for one in drafts),
        "ready": sum(one.ready for one in drafts),
        "beside": urlencode([("task", one.task.id) for one in drafts]),
    }
    part = is_htmx(request) and request.headers.get("HX-Target") == "drafts"
    return page(request, _PART if part else _PAGE, context)


def _with_one_of_profiles(drafts: Sequence[Draft]) -> list[Draft]:
    """Of several that look like profiles the first one becomes them."""
    first = next((one for one in drafts if one.profiles), None)
    return [one if one is first else replace(one, profiles=False) for one in drafts]


def _numbers(request: Request) -> list[int]:
    return list(dict.fromkeys(whole_number(one) for one in request.GET.getlist("task")))[:_MOST]


def _is_ready(task: TaskView) -> bool:
    return task.done and not task.problems and not task.result.get("saved")


def _saved(request: Request, task: TaskView) -> dict[int, list[ProblemText]]:
    """Add a source as its file was found: nobody looked at its columns, so their classes stay guesses."""
    given: dict[str, Any] = {**begun(request, task.result), "classes": {}}
    try:
        source_commands.save_examined(actor_of(request), task.id, choices(given, task.result))
    except LelekaError as error:
        return {task.id: [in_this_language(one) for one in error.problems]}
    return {}


def _draft(request: Request, task: TaskView, refused: list[ProblemText]) -> Draft:
    given = begun(request, task.result) if _is_ready(task) else {}
    return Draft(
        task,
        given.get("name") or task.result.get("name") or task.subject,
        given.get("primary_key", ""),
        given.get("profiles", False),
        refused or [in_this_language(one) for one in task.problems],
        reverse("web:source_new", args=(task.id,)),
    )
