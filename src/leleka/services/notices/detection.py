"""What there is to tell, found in the state: reading alone, the same however often and by whomever it is asked.

What is so now is told, not everything that ever was: of an export its newest run that ended and says something.
Every happening has a key, so that making its notice twice is impossible (``creation``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from leleka.core.address_masking import mask_all
from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.errors import Problem
from leleka.messages.stored import problem_data, problem_of
from leleka.services.access.discretion import discreet_problem
from leleka.services.concerns.contracts import Concern, ConcernKind
from leleka.services.concerns.queries import everything
from leleka.services.runs.latest import newest_ended
from leleka.services.runs.queries import counts_of
from leleka.services.runs.retry_policy import will_be_retried
from leleka.state.models import Connection, Export, Measure, Notice, Run, RunStatus, Segment, Source

Kind = Notice.Kind
_WELL: Final = (RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS)
# Whoever installs a version that has notices is not told of last year's failures.
_NEWS_FOR: Final = timedelta(days=7)
_NAMELESS: Final = {
    one.code: one
    for one in (
        Problem("EXPORT_USER_DEMOTED.general"),
        Problem("EXPORT_USER_DISABLED.general"),
        Problem("EXPORT_USER_LAPSED.general"),
    )
}
_STAYS_OPEN: Final = (Kind.FAILED, Kind.STALLED, Kind.NEEDS_ATTENTION)
_ENDED_BY_A_RUN: Final = (Kind.FAILED, Kind.STALLED)
# What is told of a run is told when it happens; of the others what stands, as these kinds.
_TOLD_AS: Final[Mapping[ConcernKind, Kind]] = {
    ConcernKind.WORKER: Kind.NEEDS_ATTENTION,
    ConcernKind.QUEUE: Kind.NEEDS_ATTENTION,
    ConcernKind.DISK: Kind.NEEDS_ATTENTION,
    ConcernKind.CLOCK: Kind.NEEDS_ATTENTION,
    ConcernKind.SCHEDULE: Kind.SCHEDULE_MISSED,
    ConcernKind.CONNECTION: Kind.NEEDS_ATTENTION,
    ConcernKind.SKIPPED: Kind.NEEDS_ATTENTION,
    ConcernKind.LATE: Kind.NEEDS_ATTENTION,
    ConcernKind.SOURCE: Kind.NEEDS_ATTENTION,
    ConcernKind.SHRUNK: Kind.NEEDS_ATTENTION,
    ConcernKind.STALE: Kind.NEEDS_ATTENTION,
    ConcernKind.PROFILES: Kind.NEEDS_ATTENTION,
    ConcernKind.MEASURE: Kind.NEEDS_ATTENTION,
    ConcernKind.SEGMENT: Kind.NEEDS_ATTENTION,
}
_OF_AN_EXPORT: Final = frozenset({"export", "ready_by"})
_OBJECTS: Final[Mapping[str, type[Any]]] = {
    "export": Export,
    "ready_by": Export,
    "connection": Connection,
    "measure": Measure,
    "segment": Segment,
    "source": Source,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice that is not made yet."""

    key: str
    kind: Notice.Kind
    subject: str
    values: Mapping[str, Any]
    problems: Sequence[Mapping[str, str]] = ()
    export: int | None = None
    run: int | None = None
    answers: int | None = None


def drafts(clock: Clock, *, by_worker: bool = True) -> Sequence[Draft]:
    """Return what was not told yet. A worker that asks is one that is alive."""
    now = [one for one in everything(clock) if not (by_worker and one.kind is ConcernKind.WORKER)]
    # In this order: what another worker makes in between is then open here, or has the very key that is used here.
    last = _last_of({one.subject for one in now})
    open_ = list(still_open().select_related("export"))
    found = [*_failed(clock, open_), *_waiting(), *_standing(now, last, open_), *_recovered(now, open_)]
    told = set(Notice.objects.filter(key__in=[one.key for one in found]).values_list("key", flat=True))
    return [one for one in found if one.key not in told]


def still_open() -> QuerySet[Notice]:
    """Return the notices of what failed, stalled or needs attention, and has not recovered since. What is told of one
    concern is answered for itself; ``about`` is that concern, "" of runs and of what earlier versions told.
    """
    told = Notice.objects.annotate(
        about=Coalesce(KeyTextTransform("concern", "values"), Value(""), output_field=TextField())
    )
    answer = told.filter(
        kind=Kind.RECOVERED, subject=OuterRef("subject"), about=OuterRef("about"), pk__gt=OuterRef("pk")
    )
    # Earlier versions told of each missed instant, and of no end.
    stays = Q(kind__in=_STAYS_OPEN) | Q(kind=Kind.SCHEDULE_MISSED) & ~Q(about="")
    return told.filter(stays, ~Exists(answer)).order_by("pk")


def _last_of(subjects: Iterable[str]) -> Mapping[str, int]:
    """Return the number of the newest notice about each subject."""
    rows = Notice.objects.filter(subject__in=list(subjects)).order_by().values("subject")
    return dict(rows.annotate(last=Max("pk")).values_list("subject", "last"))


def of_run(kind: Notice.Kind, run: Run, **values: Any) -> Draft:
    """Return what is told of a run once: it failed, waits, or stalled."""
    return Draft(
        key=f"{kind}:run:{run.pk}",
        kind=kind,
        subject=f"export:{run.export_id}",
        values={"export": run.export.name, "run": run.pk, "counts": _counts(run), **values},
        problems=[_harmless(problem_of(problem)) for problem in run.problems],
        export=run.export_id,
        run=run.pk,
    )


def _failed(clock: Clock, open_: Iterable[Notice]) -> Iterable[Draft]:
    told = {one.subject for one in open_ if one.kind == Kind.FAILED}
    since = utc_now(clock) - _NEWS_FOR
    for run in newest_ended(Export.objects.all()).filter(status=RunStatus.FAILED, finished_at__gte=since):
        if f"export:{run.export_id}" not in told and not will_be_retried(run):
            yield of_run(Kind.FAILED, run)


def _waiting() -> Iterable[Draft]:
    runs = Run.objects.filter(status=RunStatus.NEEDS_CONFIRMATION, finished_at__isnull=True)
    for run in runs.select_related("export"):
        yield of_run(Kind.NEEDS_CONFIRMATION, run, reason=mask_all(run.confirmation_reason))


def _standing(now: Iterable[Concern], last: Mapping[str, int], open_: Iterable[Notice]) -> Iterable[Draft]:
    """Tell of what is wrong beside runs, once for as long as it lasts."""
    told = {(one.subject, _concern_of(one)) for one in open_}
    for concern in now:
        kind = _TOLD_AS.get(concern.kind)
        if kind is None or (concern.subject, concern.kind) in told:
            continue
        what = concern.subject.partition(":")[0]
        yield Draft(
            key=f"{kind}:{concern.subject}:{concern.kind}:after:{last.get(concern.subject, 0)}",
            kind=kind,
            subject=concern.subject,
            values={what: concern.name, "name": concern.name, "concern": concern.kind},
            problems=[_harmless(one) for one in concern.problems],
            export=concern.id if what in _OF_AN_EXPORT else None,
        )


def _concern_of(notice: Notice) -> str:
    """Return the kind of concern that a notice told of; those of earlier versions told of connections and runs."""
    known = ConcernKind.CONNECTION if notice.kind == Kind.NEEDS_ATTENTION else notice.kind
    return str(notice.values.get("concern", known))


def _recovered(now: Iterable[Concern], open_: Iterable[Notice]) -> Iterable[Draft]:
    """Of whatever was told and is wrong no more, one answer to the newest notice."""
    of_runs = {one.subject: one for one in open_ if one.kind in _ENDED_BY_A_RUN}
    wrong = {(one.subject, str(one.kind)) for one in now}
    told = {(one.subject, _concern_of(one)): one for one in open_ if one.kind not in _ENDED_BY_A_RUN}
    ended = {key: one for key, one in told.items() if key not in wrong}
    there = _subjects_there({subject for subject, _ in ended})
    found = [*_after_runs(of_runs.values())]
    for (subject, _), notice in ended.items():
        if subject in there:  # of what was removed nothing recovered
            draft = Draft("", Kind.RECOVERED, subject, dict(notice.values), export=notice.export_id)
            found.append((notice, draft))
    for notice, draft in found:
        yield replace(draft, key=f"{Kind.RECOVERED}:notice:{notice.pk}", answers=notice.pk, problems=())


def _after_runs(told: Collection[Notice]) -> Iterable[tuple[Notice, Draft]]:
    """After a run that failed or stalled only one that went well says that it is over."""
    exports = Export.objects.filter(pk__in={one.export_id for one in told if one.export_id})
    ran = {run.export_id: run for run in newest_ended(exports)}
    for notice in told:
        run = ran.get(notice.export_id or 0)
        if run is not None and run.status in _WELL and run.pk >= (notice.run_id or 0):
            yield notice, of_run(Kind.RECOVERED, run)


def _subjects_there(newest: Iterable[str]) -> set[str]:
    """Return those subjects of which the object still exists; what has no number always does."""
    found = {one for one in newest if not one.partition(":")[2].isdecimal()}
    for what, model in _OBJECTS.items():
        wanted = [one.partition(":")[2] for one in newest if one.startswith(f"{what}:")]
        found |= {
            f"{what}:{pk}" for pk in model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True)
        }
    return found | {one for one in newest if one.startswith("profiles:")}


def _counts(run: Run) -> dict[str, int]:
    counts = counts_of(run)
    if counts is None:
        return {}
    return {
        "selected": counts.selected,
        "delivered": counts.delivered,
        "unchanged": counts.unchanged,
        "excluded": sum(counts.excluded.values()),
        "rejected": sum(counts.rejected.values()),
        "unconfirmed": counts.unconfirmed,
        "not_attempted": sum(counts.not_attempted.values()),
    }


def _harmless(problem: Problem) -> dict[str, Any]:
    """Return a problem for everybody to read: no addresses, nobody's name, and nothing of what stands in files."""
    if problem.code in _NAMELESS:
        problem = replace(_NAMELESS[problem.code], where=problem.where)
    return problem_data(discreet_problem(problem))
