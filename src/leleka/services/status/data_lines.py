"""How sources, profiles and segments stand: by the newest step of a refresh, or by what was read later without one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery

from leleka.core.refresh_graph import StepKind
from leleka.core.statuses import StepStatus
from leleka.services.status.lines import StepLine, of_step
from leleka.state.models import Measure, RefreshStep, Segment, Source

_TRIED: Final = (StepStatus.SUCCESSFUL, StepStatus.WITH_WARNINGS, StepStatus.FAILED)


def sources() -> Iterable[StepLine]:
    rows = Source.objects.order_by("name")
    steps = _steps(StepKind.SOURCE, Source.objects.all())
    for pk, name, moment, size in rows.values_list("pk", "name", "refreshed_at", "rows"):
        yield _since(StepLine(StepKind.SOURCE, pk, name), steps.get(pk), moment, size)


def measures() -> Iterable[StepLine]:
    rows = Measure.objects.order_by("name")
    steps = _steps(StepKind.MEASURE, Measure.objects.all())
    for pk, name, moment, filled in rows.values_list("pk", "name", "calculated_at", "filled"):
        yield _since(StepLine(StepKind.MEASURE, pk, name), steps.get(pk), moment, filled)


def segments() -> Iterable[StepLine]:
    rows = Segment.objects.order_by("name")
    steps = _steps(StepKind.SEGMENT, Segment.objects.all())
    for pk, name, moment, size in rows.values_list("pk", "name", "evaluated_at", "size"):
        yield _since(StepLine(StepKind.SEGMENT, pk, name), steps.get(pk), moment, size)


def profiles() -> Iterable[StepLine]:
    source = Source.objects.filter(is_profiles=True).first()
    if source is not None:
        step, moment = _steps_of_profiles().first(), source.refreshed_at
        yield _since(StepLine(StepKind.PROFILES, 0, ""), step, moment, source.rows)


def failing() -> Iterable[StepLine]:
    """Return those of which the newest step that tried failed, and that nothing brought up to date since.

    One that waits for its turn, or was skipped or canceled, has not tried: what failed before still stands.
    """
    of_sources = Source.objects.values_list("pk", "name", "refreshed_at", "rows")
    of_segments = Segment.objects.values_list("pk", "name", "evaluated_at", "size")
    of_measures = Measure.objects.values_list("pk", "name", "calculated_at", "filled")
    of_all = (
        (StepKind.SOURCE, of_sources),
        (StepKind.MEASURE, of_measures),
        (StepKind.SEGMENT, of_segments),
    )
    for kind, rows in of_all:
        tried = _steps(kind, rows.model.objects.all(), _TRIED)
        failed = {pk: step for pk, step in tried.items() if step.status == StepStatus.FAILED}
        for pk, name, moment, size in rows.filter(pk__in=list(failed)).order_by("name"):
            line = _since(StepLine(kind, pk, name), failed[pk], moment, size)
            if line.status == StepStatus.FAILED:
                yield line
    # Looking at the customers' files does not prepare their addresses: only a later step does.
    step = _steps_of_profiles().filter(status__in=_TRIED).first()
    if step is not None and step.status == StepStatus.FAILED:
        yield of_step(step)


def outside(kind: StepKind, number: int) -> StepLine | None:
    """Return what was read or evaluated later than the newest step of it, as runs, previews and counts do."""
    lines = {
        StepKind.SOURCE: sources,
        StepKind.MEASURE: measures,
        StepKind.SEGMENT: segments,
        StepKind.PROFILES: profiles,
    }[kind]()
    found = next((one for one in lines if one.of == number), None)
    if found is None or found.trigger or found.updated_at is None:
        return None
    return replace(found, refresh=None, step=None)


def _steps_of_profiles() -> QuerySet[RefreshStep]:
    steps = RefreshStep.objects.filter(kind=StepKind.PROFILES, of=0).select_related("refresh", "run")
    return steps.order_by("-pk")


def _since(line: StepLine, step: RefreshStep | None, moment: datetime | None, rows: int | None) -> StepLine:
    """Describe what was read or evaluated: by its newest step, or later without one (before a preview, for example)."""
    found = replace(of_step(step), name=line.name) if step else line
    ended = found.finished_at or (found.updated_at if step and not found.live else None)
    if found.live or moment is None or (ended and ended >= moment):
        return found if found.rows is not None else replace(found, rows=rows)
    return replace(
        line, status=StepStatus.SUCCESSFUL, rows=rows, updated_at=moment, finished_at=moment,
        refresh=found.refresh, step=found.step,
    )  # fmt: skip


def _steps(
    kind: StepKind, things: QuerySet[Any], statuses: Collection[str] = ()
) -> Mapping[int, RefreshStep]:
    """Return the newest step of each by its id, among those with one of the ``statuses`` where some are given."""
    known = RefreshStep.objects.filter(kind=kind, of=OuterRef("pk")).order_by("-pk")
    known = known.filter(status__in=statuses) if statuses else known
    chosen = things.order_by().annotate(newest=Subquery(known.values("pk")[:1])).values("newest")
    rows = RefreshStep.objects.filter(pk__in=chosen).select_related("refresh", "run")
    return {step.of: step for step in rows.defer("run__config", "run__counts")}
