"""What the account says of a person now: asked by a task of the worker, kept for a day."""

from typing import Any, Final

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Membership
from leleka.core.statuses import TaskStatus
from leleka.errors import LelekaError, NotFound, Problem
from leleka.messages.stored import problem_data, problem_of
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet_problem
from leleka.services.connections.open_destination import opened
from leleka.services.exports.queries import connection_of
from leleka.services.monitoring import process_identity
from leleka.services.tasks.commands import ENDED, KEPT, finish, waiting
from leleka.services.why import words
from leleka.services.why.contracts import StepName, WhyStep
from leleka.state.models import Export, Task

# Where mail still goes to, and what says that it does not any more.
_HELD: Final = {Membership.ACTIVE: True, Membership.OTHER: None}


def payload_of(export: Export, address: str) -> dict[str, Any]:
    """Return what the worker needs to ask; another list, or another account, is another question."""
    account = export.connection.account_id if export.connection else None
    return {"export": export.pk, "account": account, "target": export.target, "address": address}


def latest(export: Export, address: str) -> Task | None:
    """Return the last question about an address, whoever asked it."""
    asked = Task.objects.filter(
        kind=Task.Kind.MEMBERSHIP, subject=export.name, payload=payload_of(export, address)
    )
    return asked.filter(made_at__gt=utc_now() - KEPT).order_by("-pk").first()


def ask_account(row: Task, clock: Clock) -> dict[str, str]:
    """Ask what a task is about. Raises what keeps the account from answering."""
    export = Export.objects.select_related("connection__account").filter(pk=row.payload["export"]).first()
    if export is None:
        raise NotFound("EXPORT_UNKNOWN")
    with opened(connection_of(export), clock) as account:
        found = account.destination.membership(row.payload["target"], row.payload["address"])
    return {"membership": found.value}


def ask_here(actor: Actor, export: Export, address: str, clock: Clock) -> None:
    """Ask in this process, and keep the answer, or why there is none, as a task that has ended."""
    row = Task.objects.create(
        kind=Task.Kind.MEMBERSHIP,
        subject=export.name,
        payload=payload_of(export, address),
        asked_by=actor.name,
        made_at=utc_now(clock),
        worker=process_identity.me(),
        status=TaskStatus.PROCESSING,
    )
    try:
        result = ask_account(row, clock)
    except LelekaError as error:
        finish(row.pk, TaskStatus.FAILED, problems=[problem_data(one) for one in error.problems])
    except BaseException:
        finish(row.pk, TaskStatus.CANCELED, problems=[problem_data(Problem.of("TASK_DIED"))])
        raise
    else:
        finish(row.pk, TaskStatus.SUCCESSFUL, result=result)


def step_of(row: Task | None, target: str, *, masked: bool) -> WhyStep:
    """Return how a question stands, as a step of the chain."""
    title = words.told(f"WHY_STEP.{StepName.ACCOUNT}")
    if row is None:
        return WhyStep(StepName.ACCOUNT, title, None, words.told("WHY_NOW.unasked"))
    if row.status not in ENDED:
        notes = [words.told("WHY_NOW.waiting", problem=one) for one in waiting(row)]
        return WhyStep(
            StepName.ACCOUNT, title, None, words.told("WHY_NOW.asking"), notes=notes, at=row.made_at
        )
    if row.status != TaskStatus.SUCCESSFUL:
        problems = [problem_of(one) for one in row.problems]
        problem = discreet_problem(problems[0]) if masked else problems[0]
        said = words.told("WHY_NOW.failed", problem=problem)
        return WhyStep(StepName.ACCOUNT, title, None, said, at=row.finished_at)
    found = Membership(row.result["membership"])
    code, held = f"WHY_NOW.{found}", _HELD.get(found, False)
    said = words.told(code, target=target)
    todo = words.NOTHING if held else words.remedy(code)
    return WhyStep(StepName.ACCOUNT, title, held, said, todo, at=row.finished_at)
