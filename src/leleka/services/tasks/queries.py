from leleka.core.clock import utc_now
from leleka.core.statuses import TaskStatus
from leleka.errors import NotFound
from leleka.messages.stored import problem_of
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.segments import queries as segment_queries
from leleka.services.sources import examination
from leleka.services.tasks.commands import KEPT, TaskView, waiting
from leleka.state.models import Task


def task(actor: Actor, number: int) -> TaskView:
    """Return a task of one's own as they may read it now. Members of a segment are masked, or their reading is
    audited, at every look.
    """
    mine = Task.objects.filter(asked_by=actor.name, made_at__gt=utc_now() - KEPT)
    row = mine.exclude(kind=Task.Kind.RECONCILE).filter(pk=number).first()  # that is the export's
    if row is None:
        raise NotFound("TASK_UNKNOWN")
    problems = discreet(actor, [problem_of(one) for one in row.problems]) or waiting(row)
    result = row.result
    if row.kind == Task.Kind.MEMBERS and result:
        result = segment_queries.seen(actor, row.subject, result)
    elif row.kind == Task.Kind.EXAMINE and result:
        result = examination.seen(actor, result)
    elif row.kind == Task.Kind.SEGMENT:
        result = segment_queries.refreshed(actor, result)
    else:
        result = discreet(actor, result)
    status = TaskStatus(row.status)
    return TaskView(row.pk, row.kind, row.subject, status, row.stage, row.stage_told, result, problems)
