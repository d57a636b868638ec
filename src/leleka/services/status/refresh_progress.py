"""A refresh stage by stage, live, and one of its steps with what it needed (CI-T7, T8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from leleka.core.refresh_graph import WENT_WELL, Key, StepKind
from leleka.core.statuses import RunStatus, StepStatus
from leleka.errors import NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, require
from leleka.services.refresh import queries as refresh_queries
from leleka.services.refresh.contracts import RefreshView
from leleka.services.refresh.step_status import standing
from leleka.services.status.lines import StepLine, of_step
from leleka.state.models import RefreshStep

MOST: Final = 50  # lines of one stage; those that need looking at come first
_FIRST: Final[Mapping[str, int]] = {
    RunStatus.FAILED: 0,
    RunStatus.NEEDS_CONFIRMATION: 1,
    StepStatus.SKIPPED: 2,
    RunStatus.PROCESSING: 3,
    RunStatus.CANCELING: 3,
    RunStatus.WITH_WARNINGS: 4,
    RunStatus.QUEUED: 5,
}
_UNDER_WAY: Final = frozenset({RunStatus.PROCESSING, RunStatus.CANCELING})
_WORST: Final = (
    RunStatus.NEEDS_CONFIRMATION,
    RunStatus.FAILED,
    RunStatus.QUEUED,
    StepStatus.SKIPPED,
    RunStatus.CANCELED,
    RunStatus.WITH_WARNINGS,
)


@dataclass(frozen=True, slots=True)
class StageView:
    """The steps of one kind: ``well`` of ``total`` were refreshed; ``more`` are not among ``lines``."""

    kind: StepKind
    total: int
    well: int
    status: str
    lines: Sequence[StepLine]
    more: int

    @property
    def is_successful(self) -> bool:
        return self.status == StepStatus.SUCCESSFUL


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

    line: StepLine
    refresh: RefreshView
    needed: Sequence[StepLine]

    @property
    def well(self) -> int:
        return sum(line.went_well for line in (self.line, *self.needed))

    @property
    def total(self) -> int:
        return 1 + len(self.needed)


def progress(actor: Actor, number: int, of: Key | None = None) -> ProgressView:
    """Return how far a refresh is; with ``of`` only that thing and what it needs. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    row = refresh_queries.find_by_id(number)
    steps = row.steps.order_by("number")
    if of:
        steps = steps.filter(number__in=_with_needs(steps, of))
    stages = _stages(steps)
    live = row.finished_at is None
    view = ProgressView(
        refresh=refresh_queries.outline(row),
        stages=stages,
        live=live,
        may_cancel=live and row.cancel_requested_at is None and refresh_queries.may_ask(actor, row.scope),
        whole=of is None,
    )
    return discreet(actor, view)


def details(actor: Actor, number: int, step: int) -> TaskDetails:
    """Return one step of a refresh. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    row = refresh_queries.find_by_id(number)
    found = row.steps.filter(number=step).select_related("refresh", "run").first()
    if found is None:
        raise NotFound("TASK_UNKNOWN")
    needed = _lines(row.steps.filter(number__in=found.needs).order_by("number"))
    return discreet(actor, TaskDetails(of_step(found), refresh_queries.outline(row), needed))


def _lines(steps: QuerySet[RefreshStep]) -> list[StepLine]:
    return [
        of_step(one) for one in steps.select_related("refresh", "run").defer("run__config", "run__counts")
    ]


def _with_needs(steps: QuerySet[RefreshStep], of: Key) -> set[int]:
    """Return the numbers of the steps that something needs, directly or not, and its own."""
    known = {
        number: (key, needs) for number, *key, needs in steps.values_list("number", "kind", "of", "needs")
    }
    ahead = [number for number, (key, _) in known.items() if tuple(key) == of]
    found: set[int] = set()
    while ahead:
        one = ahead.pop()
        if one in known and one not in found:
            found.add(one)
            ahead.extend(known[one][1])
    return found


def _stages(steps: QuerySet[RefreshStep]) -> list[StageView]:
    """Count the steps of each stage there is; whole lines are made of those alone that are shown."""
    statuses: dict[str, dict[int, str]] = {kind: {} for kind in StepKind}
    for pk, kind, of_run, own in steps.values_list("pk", "kind", "run__status", "status"):
        statuses[kind][pk] = of_run or standing(own)
    shown = {kind: sorted(those, key=lambda pk: _place(those[pk]))[:MOST] for kind, those in statuses.items()}
    lines = _lines(steps.filter(pk__in=[pk for some in shown.values() for pk in some]))
    return [
        _stage(kind, list(those.values()), [line for line in lines if line.kind == kind])
        for kind, those in statuses.items()
        if those
    ]


def _stage(kind: str, statuses: Sequence[str], lines: Sequence[StepLine]) -> StageView:
    return StageView(
        kind=StepKind(kind),
        total=len(statuses),
        well=sum(status in WENT_WELL for status in statuses),
        status=_standing(set(statuses)),
        lines=sorted(lines, key=lambda line: _place(line.status)),
        more=len(statuses) - len(lines),
    )


def _place(status: str) -> int:
    return _FIRST.get(status, len(_FIRST))


def _standing(statuses: set[str]) -> str:
    """Return how a whole stage stands: what is under way, else the worst."""
    if statuses & _UNDER_WAY or (StepStatus.QUEUED in statuses and statuses & WENT_WELL):
        return StepStatus.PROCESSING
    return next((one for one in _WORST if one in statuses), StepStatus.SUCCESSFUL)
