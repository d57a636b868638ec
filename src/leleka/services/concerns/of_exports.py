"""Exports whose people are not reached: the last run failed, waits or hangs, or none could begin."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from leleka.core.refresh_graph import StepKind
from leleka.core.statuses import StepStatus
from leleka.errors import Problem
from leleka.messages.stored import problem_of
from leleka.services.concerns.contracts import Concern, ConcernKind
from leleka.services.runs.latest import newest_ended
from leleka.services.runs.retry_policy import will_be_retried
from leleka.state.models import Export, RefreshStep, Run, RunStatus


def find() -> Iterable[Concern]:
    skipped = _skipped()
    kept = {one.subject for one in skipped}
    said = {
        one.subject for one in skipped if any(cause.code == "CONNECTION_DETACHED" for cause in one.problems)
    }
    yield from _live()
    yield from (one for one in _failed() if one.subject not in kept)
    yield from skipped
    detached = Export.objects.filter(connection=None).order_by("name").values_list("pk", "name")
    for number, name in detached:
        if (subject := f"export:{number}") not in said:
            yield Concern(ConcernKind.DETACHED, subject, name, [Problem("EXPORT_DETACHED")])


def _live() -> Iterable[Concern]:
    fields = (
        *("pk", "export_id", "export__name", "status", "stepped_at", "stalled_at"),
        *("confirmation_reason", "confirmation_told"),
    )
    # Sorted here: asked for in this order, the database walks through all runs there ever were.
    live = sorted(Run.objects.filter(finished_at__isnull=True).values(*fields), key=itemgetter("pk"))
    for run in reversed(live):
        if run["status"] == RunStatus.NEEDS_CONFIRMATION:
            yield _waiting(run)
        elif run["stalled_at"] is not None:
            yield Concern(
                ConcernKind.STALLED,
                f"export:{run['export_id']}",
                run["export__name"],
                [Problem("RUN_STALLED")],
                run["stepped_at"],
                run["pk"],
            )


def _waiting(run: Mapping[str, Any]) -> Concern:
    return Concern(
        ConcernKind.CONFIRMATION,
        f"export:{run['export_id']}",
        run["export__name"],
        since=run["stepped_at"],
        run=run["pk"],
        text=run["confirmation_reason"],
        text_told=run["confirmation_told"],
    )


def _failed() -> Iterable[Concern]:
    attached = Export.objects.filter(connection__isnull=False)
    for run in newest_ended(attached).filter(status=RunStatus.FAILED).defer("config", "counts"):
        problems = [problem_of(one) for one in run.problems]
        kind = ConcernKind.RETRYING if will_be_retried(run) else ConcernKind.FAILED
        subject = f"export:{run.export_id}"
        yield Concern(kind, subject, run.export.name, problems, run.finished_at, run.pk)


def _skipped() -> list[Concern]:
    """Return the exports that the last refresh could not begin, and that nothing has run since. A refresh that has not
    come to them yet changes nothing: what kept them may keep them again. Where an earlier run kept them that still is
    under way or waits, that run is the one to look at.
    """
    decisive = Q(run__isnull=False) | Q(status__in=(StepStatus.SKIPPED, StepStatus.FAILED))
    steps = RefreshStep.objects.filter(decisive, kind=StepKind.EXPORT, of=OuterRef("pk")).order_by("-pk")
    runs = Run.objects.filter(export=OuterRef("of"))
    later = runs.filter(finished_at__isnull=False, created_at__gt=OuterRef("finished_at"))
    earlier = runs.filter(finished_at__isnull=True, created_at__lte=OuterRef("finished_at"))
    newest = Export.objects.order_by().annotate(newest=Subquery(steps.values("pk")[:1])).values("newest")
    kept = RefreshStep.objects.filter(~Exists(later), ~Exists(earlier), pk__in=newest, run__isnull=True)
    return [
        Concern(
            ConcernKind.SKIPPED,
            f"export:{step.of}",
            step.name,
            [problem_of(one) for one in step.problems],
            step.finished_at,
        )
        for step in kept.order_by("name")
    ]
