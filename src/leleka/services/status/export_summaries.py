"""How exports stand, in brief: what counting and searching a thousand of them needs.

Whole lines are made of those alone that are shown. Which row tells of an export is decided here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leleka.core.refresh_graph import StepKind
from leleka.core.statuses import StepStatus
from leleka.services.refresh.step_status import goes_on, standing
from leleka.services.status.lines import StepLine, of_run, of_step
from leleka.state.models import Export, RefreshStep, Run

_MOMENT_OF_RUN: Final = ("finished_at", "stepped_at", "created_at")  # the first of them that there is


@dataclass(frozen=True, slots=True)
class Brief:
    """An export and the row that tells of it: a step of a refresh, a run, both where the step led to the run, or none.

    ``moment`` is when something last happened to that row.
    """

    of: int
    name: str
    status: str = StepStatus.NOT_STARTED
    ended: bool = False
    moment: datetime | None = None
    step: int | None = None
    run: int | None = None

    @property
    def live(self) -> bool:
        return goes_on(self.status, ended=self.ended)


def briefs(exports: QuerySet[Export]) -> Sequence[Brief]:
    """Return how each of them stands, by name, in three queries."""
    names = dict(exports.order_by("name").values_list("pk", "name"))
    steps, runs = _steps(exports, names), _runs(exports, names)
    return [_telling(steps.get(pk), runs.get(pk)) or Brief(pk, name) for pk, name in names.items()]


def lines_of(found: Sequence[Brief]) -> Sequence[StepLine]:
    """Return them whole, in two queries."""
    steps = RefreshStep.objects.select_related("refresh", "run").defer("run__config", "run__counts")
    of_refreshes = steps.in_bulk([one.step for one in found if one.step])
    runs = Run.objects.defer("config", "counts").in_bulk(
        [one.run for one in found if not one.step and one.run]
    )
    return [_line(one, of_refreshes.get(one.step or 0), runs.get(one.run or 0)) for one in found]


def kept_from_running(number: int) -> StepLine | None:
    """Return what kept an export from running with the newest refresh it was in, unless a run of it came after."""
    exports, name = Export.objects.filter(pk=number), {number: ""}
    step, run = _steps(exports, name).get(number), _runs(exports, name).get(number)
    if step is None or step.status not in {StepStatus.SKIPPED, StepStatus.FAILED}:
        return None
    return lines_of([step])[0] if run is None or _is_after(step, run) else None


def _telling(step: Brief | None, run: Brief | None) -> Brief | None:
    """Choose the newest run, or a step that came after it and led to none."""
    if step is None or run is None or step.run == run.run:
        return step or run
    if step.run is not None or not run.ended:
        return run
    return step if _is_after(step, run) else run


def _is_after(one: Brief, other: Brief) -> bool:
    return one.moment is not None and other.moment is not None and one.moment > other.moment


def _line(brief: Brief, step: RefreshStep | None, run: Run | None) -> StepLine:
    if step is not None:
        return replace(of_step(step), name=brief.name)
    if run is not None:
        return of_run(run, brief.name)
    return StepLine(StepKind.EXPORT, brief.of, brief.name)


def _steps(exports: QuerySet[Export], names: Mapping[int, str]) -> Mapping[int, Brief]:
    """Return the newest step of each; one that led to a run stands as the run does."""
    steps = RefreshStep.objects.filter(kind=StepKind.EXPORT, of=OuterRef("pk"))
    newest = steps.order_by("-pk").values("pk")[:1]
    rows = RefreshStep.objects.filter(pk__in=exports.order_by().values_list(Subquery(newest)))
    moment = Coalesce(
        *(f"run__{field}" for field in _MOMENT_OF_RUN), "finished_at", "started_at", "refresh__created_at"
    )
    ended = Q(run=None, finished_at__isnull=False) | Q(run__finished_at__isnull=False)
    told = rows.values_list("of", Coalesce("run__status", "status"), _told(ended), moment, "pk", "run")
    return {of: Brief(of, names[of], standing(status), *more) for of, status, *more in told}


def _runs(exports: QuerySet[Export], names: Mapping[int, str]) -> Mapping[int, Brief]:
    newest = Run.objects.filter(export=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rows = Run.objects.filter(pk__in=exports.order_by().values_list(Subquery(newest)))
    has_ended = _told(Q(finished_at__isnull=False))
    told = rows.values_list("export", "status", has_ended, Coalesce(*_MOMENT_OF_RUN), "pk")
    return {of: Brief(of, names[of], status, ended, at, run=pk) for of, status, ended, at, pk in told}


def _told(what: Q) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(what, BooleanField())
