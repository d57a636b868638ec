"""How exports stand, in brief: what counting and searching a thousand of them needs.

Whole lines are made of those alone that are shown. Which row tells of an export is decided here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leleka.core.chain import StepKind, StepStatus
from leleka.services.status_lines import TaskLine, goes_on, of_run, of_step, standing
from leleka.state.models import Export, RefreshStep, Run

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_MOMENT_OF_RUN: Final = ("finished_at", "stepped_at", "created_at")  # the first of them that there is


@dataclass(frozen=True, slots=True)
class Brief:
    """An export and the row that tells of it: a step of a refresh, a run, both where the step led to the run, or none.

    ``moment`` is when something last happened to that row.
    """

    of: int
    name: str = ""
    status: str = StepStatus.NOT_STARTED
    live: bool = False
    ended: bool = False
    moment: datetime = _NEVER
    step: int | None = None
    run: int | None = None


def briefs(exports: QuerySet[Export]) -> Sequence[Brief]:
    """Give how each of them stands, by name, in three queries."""
    steps, runs = _steps(exports), _runs(exports)
    names = exports.order_by("name").values_list("pk", "name")
    return [replace(_telling(steps.get(pk), runs.get(pk)) or Brief(pk), name=name) for pk, name in names]


def lines_of(found: Sequence[Brief]) -> Sequence[TaskLine]:
    """Give them whole, in two queries."""
    steps = RefreshStep.objects.select_related("refresh", "run").defer("run__config", "run__counts")
    of_refreshes = steps.in_bulk([one.step for one in found if one.step])
    runs = Run.objects.defer("config", "counts").in_bulk(
        [one.run for one in found if not one.step and one.run]
    )
    return [_line(one, of_refreshes.get(one.step or 0), runs.get(one.run or 0)) for one in found]


def kept_from_running(number: int) -> TaskLine | None:
    """Give what kept an export from running with the newest refresh it was in, unless a run of it came after."""
    exports = Export.objects.filter(pk=number)
    step, run = _steps(exports).get(number), _runs(exports).get(number)
    if step is None or step.status not in {StepStatus.SKIPPED, StepStatus.FAILED}:
        return None
    return None if run is not None and run.moment >= step.moment else lines_of([step])[0]


def _telling(step: Brief | None, run: Brief | None) -> Brief | None:
    """Choose the newest run, or a step that came after it and led to none."""
    if step is None or run is None or step.run == run.run:
        return step or run
    if step.run is not None or not run.ended:
        return run
    return step if step.moment > run.moment else run


def _line(brief: Brief, step: RefreshStep | None, run: Run | None) -> TaskLine:
    if step is not None:
        return replace(of_step(step), name=brief.name)
    if run is not None:
        return of_run(run, brief.name)
    return TaskLine(StepKind.EXPORT, brief.of, brief.name)


def _steps(exports: QuerySet[Export]) -> Mapping[int, Brief]:
    """Give the newest step of each; one that led to a run stands as the run does."""
    newest = (
        RefreshStep.objects.filter(kind=StepKind.EXPORT, of=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    )
    rows = RefreshStep.objects.filter(pk__in=exports.order_by().values_list(Subquery(newest)))
    moment = Coalesce(
        *(f"run__{field}" for field in _MOMENT_OF_RUN), "finished_at", "started_at", "refresh__created_at"
    )
    told = rows.values_list(
        "of", "pk", moment, "run", "run__status", "run__finished_at", "status", "finished_at"
    )
    return {
        of: _brief(Brief(of, step=pk, run=run, moment=at), *(of_run if run else (standing(status), finished)))
        for of, pk, at, run, *of_run, status, finished in told
    }


def _runs(exports: QuerySet[Export]) -> Mapping[int, Brief]:
    newest = Run.objects.filter(export=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rows = Run.objects.filter(pk__in=exports.order_by().values_list(Subquery(newest)))
    told = rows.values_list("export", "pk", Coalesce(*_MOMENT_OF_RUN), "status", "finished_at")
    return {of: _brief(Brief(of, run=pk, moment=at), *row) for of, pk, at, *row in told}


def _brief(of: Brief, status: str, finished: datetime | None) -> Brief:
    return replace(of, status=status, live=goes_on(status, finished), ended=finished is not None)
