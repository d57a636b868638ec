"""A preview as the worker left it: what a run would do, and what that means for the account's plan."""

from dataclasses import dataclass
from typing import Any

from leleka.core.plan import Counts
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.tasks.commands import TaskView
from leleka.state.models import Export, Task


@dataclass(frozen=True, slots=True)
class PlanView:
    """``beyond_plan`` tells that the account could hold more contacts than it pays for afterwards: those it holds and
    those to be added, or where it does not tell, all who are selected.
    """

    export_id: int
    export: str
    result: dict[str, Any]
    counts: Counts
    left: int
    seconds: float
    plan_limit: int | None
    account_contacts: int | None
    beyond_plan: bool


def preview_of(actor: Actor, task: TaskView) -> PlanView | None:
    """Return the result of a finished preview; None of anything else."""
    require(actor, Permission.SEE)
    if task.kind != Task.Kind.PREVIEW or not task.result:
        return None
    row = Export.objects.filter(name=task.subject).first()
    counts = Counts(**task.result["counts"])
    limit, held = task.result.get("plan_limit"), task.result.get("account_contacts")
    afterwards = counts.selected if held is None else held + counts.added
    return PlanView(
        export_id=row.pk if row else 0,
        export=task.subject,
        result=task.result,
        counts=counts,
        left=sum(counts.left.values()),
        seconds=task.result["minutes"] * 60,
        plan_limit=limit,
        account_contacts=held,
        beyond_plan=limit is not None and afterwards > limit,
    )
