"""Tasks: what the worker was asked to find out."""

from collections.abc import Sequence
from typing import Any

from ninja import Router, Schema

from leleka.api.authenticated_request import ApiRequest
from leleka.api.problems import ProblemOut
from leleka.api.schemas.common import Number
from leleka.services.tasks import commands as task_commands
from leleka.services.tasks import queries as task_queries

router = Router(tags=["Tasks"])


class TaskOut(Schema):
    """``done`` tells whether to ask no more: then there is a result, or there are problems."""

    id: int
    kind: str
    subject: str
    status: str
    stage: str
    stage_told: dict[str, Any]
    done: bool
    result: dict[str, Any]
    problems: Sequence[ProblemOut]


@router.get("/{int:number}", response=TaskOut, operation_id="getTask", summary="Get a task of one's own")
def get_task(request: ApiRequest, number: Number) -> task_commands.TaskView:
    return task_queries.task(request.auth, number)
