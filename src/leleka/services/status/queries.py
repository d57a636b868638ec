"""How everything stands (CI-T5 to T9): for each source, segment and export what last became of it.

The number of queries does not grow with the number of exports.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from leleka.core.refresh_graph import Key, StepKind
from leleka.errors import NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, require
from leleka.services.status import data_lines
from leleka.services.status.export_summaries import Brief, briefs, kept_from_running, lines_of
from leleka.services.status.lines import StepLine, of_run, of_step
from leleka.state.models import Export, Measure, RefreshStep, Run, Segment, Source

A_PAGE: Final = 50
Line = TypeVar("Line", StepLine, Brief)
_MODELS: Final[Mapping[StepKind, Any]] = {
    StepKind.SOURCE: Source,
    StepKind.MEASURE: Measure,
    StepKind.SEGMENT: Segment,
    StepKind.EXPORT: Export,
}


@dataclass(frozen=True, slots=True)
class StatusFilter:
    """What of the whole is looked for: words in names, one status; ``kind`` is whose page ``page`` is."""

    words: str = ""
    status: str = ""
    kind: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """All things of a kind. ``statuses`` counts all of them; ``found`` is how many are looked for, ``lines`` a page of
    those.
    """

    kind: StepKind
    total: int
    statuses: Mapping[str, int]
    found: int
    lines: Sequence[StepLine]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Overview:
    groups: Sequence[Group]
    live: bool


def overview(actor: Actor, wanted: StatusFilter = StatusFilter()) -> Overview:
    """Return every group with a page of its lines."""
    require(actor, Permission.SEE)
    lines: Mapping[StepKind, Sequence[StepLine]] = {
        StepKind.SOURCE: list(data_lines.sources()),
        StepKind.PROFILES: list(data_lines.profiles()),
        StepKind.MEASURE: list(data_lines.measures()),
        StepKind.SEGMENT: list(data_lines.segments()),
    }
    if not lines[StepKind.MEASURE]:  # nobody needs to know of a stage that is never there
        lines = {kind: found for kind, found in lines.items() if kind is not StepKind.MEASURE}
    exports = briefs(Export.objects.all())
    groups = [_group(kind, found, wanted, lambda some: some) for kind, found in lines.items()]
    shown = Overview(
        groups=[*groups, _group(StepKind.EXPORT, exports, wanted, lines_of)],
        live=any(line.live for found in lines.values() for line in found) or any(one.live for one in exports),
    )
    return discreet(actor, shown)


def sources(actor: Actor) -> Sequence[StepLine]:
    require(actor, Permission.SEE)
    return discreet(actor, list(data_lines.sources()))


def history(actor: Actor, key: Key, limit: int = 20) -> tuple[str, Sequence[StepLine]]:
    """Return the name of something, and what last became of it, the newest first. Raises ``NotFound``."""
    require(actor, Permission.SEE)
    kind, number = key
    name = _name(kind, number)
    steps = RefreshStep.objects.filter(kind=kind, of=number).select_related("refresh", "run").order_by("-pk")
    if kind is not StepKind.EXPORT:
        newest = data_lines.outside(kind, number)
        found = [*([newest] if newest else []), *(of_step(step) for step in steps[:limit])]
        return name, discreet(actor, found[:limit])
    runs = list(Run.objects.filter(export=number).order_by("-pk")[:limit])
    by_run = {step.run_id: step for step in steps.filter(run__in=[run.pk for run in runs])}
    lines = [of_run(run, name, by_run.get(run.pk)) for run in runs]
    lines += [of_step(step) for step in steps.filter(run__isnull=True)[:limit]]
    return name, discreet(actor, sorted(lines, key=_moment, reverse=True)[:limit])


def key_of(told: str) -> Key:
    """Read ``export:7``. Raises ``NotFound``."""
    kind, _, number = told.partition(":")
    if kind not in set(StepKind) or not number.isdecimal() or len(number) > len(str(2**62)):
        raise NotFound("TASK_UNKNOWN")
    return StepKind(kind), int(number)


def skipped(actor: Actor, number: int) -> StepLine | None:
    """Return what kept an export from running with the newest refresh it was in, unless a run of it came after."""
    require(actor, Permission.SEE)
    return discreet(actor, kept_from_running(number))


def _moment(line: StepLine) -> float:
    return line.updated_at.timestamp() if line.updated_at else 0.0


def _group(
    kind: StepKind,
    lines: Sequence[Line],
    wanted: StatusFilter,
    whole: Callable[[Sequence[Line]], Sequence[StepLine]],
) -> Group:
    """Count all and find those wanted; ``whole`` makes lines of those on the page."""
    fits = _fitting(wanted)
    found = [line for line in lines if fits(line)]
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(max(1, wanted.page), pages) if wanted.kind == kind else 1
    return Group(
        kind=kind,
        total=len(lines),
        statuses=dict(Counter(line.status for line in lines)),
        found=len(found),
        lines=whole(found[(page - 1) * A_PAGE : page * A_PAGE]),
        page=page,
        pages=pages,
    )


def _fitting(wanted: StatusFilter) -> Callable[[StepLine | Brief], bool]:
    words = wanted.words.casefold()
    return lambda line: words in line.name.casefold() and wanted.status in {"", line.status}


def _name(kind: StepKind, number: int) -> str:
    if kind is StepKind.PROFILES:
        return ""
    name = _MODELS[kind].objects.filter(pk=number).values_list("name", flat=True).first()
    if name is None:
        raise NotFound("TASK_UNKNOWN")
    return str(name)
