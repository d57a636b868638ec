"""A refresh stage by stage, live, and one of its steps with what it needed (CI-T7, T8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leleka.core.chain import WENT_WELL, Key, StepKind, StepStatus
from leleka.errors import NotFound
from leleka.services import refreshes
from leleka.services.audit import Actor
from leleka.services.contracts import RefreshView
from leleka.services.permissions import Permission, require
from leleka.services.status_lines import TaskLine, of_step
from leleka.state.models import Refresh, RefreshStep

MOST: Final = 50  # lines of one stage; those that need looking at come first
_FIRST: Final[Mapping[str, int]] = {
    "Failed": 0, "Needs confirmation": 1, "Skipped": 2, "Processing": 3, "Canceling": 3,
    "Completed with warnings": 4, "Queued": 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StageView:
    """The steps of one kind: ``well`` of ``total`` were refreshed; ``more`` are not among ``lines``."""

    kind: StepKind
    total: int
    well: int
    status: str
    lines: Sequence[TaskLine]
    more: int


@dataclass(frozen=True, slots=True)
class ProgressView:
    """A refresh, without its steps, and its stages. ``whole`` tells that all of its stages are there."""

    refresh: RefreshView
    stages: Sequence[StageView]
    live: bool
    may_cancel: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class TaskDetails:
    """A step of a refresh, with the steps it needed to go well before it."""

    line: TaskLine
    refresh: RefreshView
    needed: Sequence[TaskLine]

    @property
    def well(self) -> int:
        return sum(line.went_well for line in (self.line, *self.needed))

    @property
    def total(self) -> int:
        return 1 + len(self.needed)


def progress(actor: Actor, number: int, of: Key | None = None) -> ProgressView:
    """Give how far a refresh is; with ``of`` only that thing and what it needs. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    row = refreshes.find(number)
    steps = list(_steps_of(row))
    chosen = _with_needs(steps, of) if of else set()
    lines = [of_step(step) for step in steps if not chosen or step.number in chosen]
    stages = [_stage(kind, [line for line in lines if line.kind == kind]) for kind in StepKind]
    live = row.finished_at is None
    return ProgressView(
        refresh=refreshes.outline(row),
        stages=[stage for stage in stages if stage.total],
        live=live,
        may_cancel=live and row.cancel_requested_at is None and refreshes.may_ask(actor, row.scope),
        whole=not chosen,
    )


def details(actor: Actor, number: int, step: int) -> TaskDetails:
    """Give one step of a refresh. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    row = refreshes.find(number)
    steps = {one.number: one for one in _steps_of(row)}
    if step not in steps:
        raise NotFound("TASK_UNKNOWN", "There is no such task.")
    needed = [of_step(steps[one]) for one in steps[step].needs if one in steps]
    return TaskDetails(of_step(steps[step]), refreshes.outline(row), needed)


def _steps_of(row: Refresh) -> Iterable[RefreshStep]:
    return row.steps.select_related("run").order_by("number").defer("run__config", "run__counts")


def _with_needs(steps: Iterable[RefreshStep], of: Key) -> set[int]:
    """Give the numbers of the steps that something needs, directly or not, and its own."""
    known = {step.number: step for step in steps}
    ahead = [step.number for step in known.values() if (step.kind, step.of) == of]
    found: set[int] = set()
    while ahead:
        one = ahead.pop()
        if one in known and one not in found:
            found.add(one)
            ahead.extend(known[one].needs)
    return found


def _stage(kind: StepKind, lines: Sequence[TaskLine]) -> StageView:
    first = sorted(lines, key=lambda line: _FIRST.get(line.status, len(_FIRST)))
    return StageView(
        kind=kind,
        total=len(lines),
        well=sum(line.went_well for line in lines),
        status=_standing({line.status for line in lines}),
        lines=first[:MOST],
        more=max(0, len(lines) - MOST),
    )


def _standing(statuses: set[str]) -> str:
    """Give how a whole stage stands: what is under way, else the worst."""
    if statuses & {"Processing", "Canceling"} or (StepStatus.QUEUED in statuses and statuses & WENT_WELL):
        return StepStatus.PROCESSING
    found = [
        one for one in ("Needs confirmation", "Failed", "Queued", "Skipped", "Canceled") if one in statuses
    ]
    if found:
        return found[0]
    return StepStatus.WITH_WARNINGS if StepStatus.WITH_WARNINGS in statuses else StepStatus.SUCCESSFUL
