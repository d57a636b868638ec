from leleka.core.clock import utc_now
from leleka.core.statuses import TaskStatus
from leleka.errors import NotFound
from leleka.messages.stored import problem_of
from leleka.services.access.actor import Actor
from leleka.services.segments import queries as segment_queries
from leleka.services.tasks.commands import KEPT, TaskView
from leleka.state.models import Task


def task(actor: Actor, number: int) -> TaskView:
    """Return a task of one's own. Members of a segment are masked, or their reading is audited, at every look."""
    row = Task.objects.filter(pk=number, asked_by=actor.name, made_at__gt=utc_now() - KEPT).first()
    if row is None:
        raise NotFound("TASK_UNKNOWN")
    problems = [problem_of(one) for one in row.problems]
    result = row.result
    if row.kind == Task.Kind.MEMBERS and result:
        result = segment_queries.seen(actor, row.subject, result)
    status = TaskStatus(row.status)
    return TaskView(row.pk, row.kind, row.subject, status, row.stage, row.stage_told, result, problems)
