"""What there is to tell, found in the state: reading alone, the same however often and by whomever it is asked.

What is so now is told, not everything that ever was: of an export its newest run that ended and says something.
Every happening has a key, so that making its notice twice is impossible (``creation``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.db.models import Exists, Max, OuterRef, QuerySet

from leleka.core.clock import utc_now
from leleka.core.email import mask_within
from leleka.core.ports.clock import Clock
from leleka.errors import Problem
from leleka.messages.stored import problem_data, problem_of
from leleka.services.connections.queries import attention_of
from leleka.services.runs.queries import counts_of
from leleka.services.runs.retry_policy import will_be_retried
from leleka.state.models import Connection, Notice, Run, RunStatus

Kind = Notice.Kind
_WELL: Final = (RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS)
_SAYS_SOMETHING: Final = (*_WELL, RunStatus.FAILED)
# Whoever installs a version that has notices is not told of last year's failures.
_NEWS_FOR: Final = timedelta(days=7)
_STAYS_OPEN: Final = (Kind.FAILED, Kind.STALLED, Kind.NEEDS_ATTENTION)


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


def drafts(clock: Clock) -> Sequence[Draft]:
    """Return what was not told yet."""
    open_ = list(still_open().select_related("export"))
    found = [*_failed(clock, open_), *_waiting(), *_attention(open_), *_recovered(open_)]
    told = set(Notice.objects.filter(key__in=[one.key for one in found]).values_list("key", flat=True))
    return [one for one in found if one.key not in told]


def still_open() -> QuerySet[Notice]:
    """Return the notices of what failed, stalled or needs attention, and has not recovered since."""
    answer = Notice.objects.filter(kind=Kind.RECOVERED, subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    return Notice.objects.filter(~Exists(answer), kind__in=_STAYS_OPEN).order_by("pk")


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
    for run in _newest(Run.objects.filter(finished_at__gte=since)):
        if (
            run.status == RunStatus.FAILED
            and f"export:{run.export_id}" not in told
            and not will_be_retried(run)
        ):
            yield of_run(Kind.FAILED, run)


def _waiting() -> Iterable[Draft]:
    runs = Run.objects.filter(status=RunStatus.NEEDS_CONFIRMATION, finished_at__isnull=True)
    for run in runs.select_related("export"):
        yield of_run(Kind.NEEDS_CONFIRMATION, run, reason=mask_within(run.confirmation_reason))


def _attention(open_: Iterable[Notice]) -> Iterable[Draft]:
    told = {one.subject for one in open_}
    for connection in _connections():
        subject = f"connection:{connection.pk}"
        reasons = attention_of(connection)
        if not reasons or subject in told:
            continue
        last = Notice.objects.filter(subject=subject).aggregate(last=Max("pk"))["last"] or 0
        yield Draft(
            key=f"{Kind.NEEDS_ATTENTION}:{subject}:after:{last}",
            kind=Kind.NEEDS_ATTENTION,
            subject=subject,
            values={"connection": connection.name},
            problems=[_harmless(reason) for reason in reasons],
        )


def _recovered(open_: Iterable[Notice]) -> Iterable[Draft]:
    """An export whose newest run went well, a connection that needs nothing; one answer to the newest of each."""
    newest = {one.subject: one for one in open_}
    exports = {one.export_id for one in newest.values() if one.export_id}
    ran = {run.export_id: run for run in _newest(Run.objects.filter(export__in=exports))}
    well = {f"connection:{one.pk}": one.name for one in _connections() if not attention_of(one)}
    for subject, notice in newest.items():
        run = ran.get(notice.export_id or 0)
        if run is not None and run.status in _WELL and run.pk >= (notice.run_id or 0):
            draft = of_run(Kind.RECOVERED, run)
        elif subject in well:
            draft = Draft("", Kind.RECOVERED, subject, {"connection": well[subject]})
        else:
            continue
        yield replace(draft, key=f"{Kind.RECOVERED}:notice:{notice.pk}", answers=notice.pk, problems=())


def _newest(runs: QuerySet[Run]) -> Iterable[Run]:
    """Return of each export the newest run that ended and says something; a canceled one says nothing."""
    ended = runs.filter(status__in=_SAYS_SOMETHING, finished_at__isnull=False)
    newest = ended.values("export").annotate(newest=Max("pk")).values_list("newest", flat=True)
    return Run.objects.filter(pk__in=list(newest)).select_related("export").order_by("pk")


def _connections() -> QuerySet[Connection]:
    return Connection.objects.select_related("export_user").order_by("pk")


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
    """Return a problem for everybody to read: no addresses, and nobody's name."""
    if problem.code == "EXPORT_USER_DISABLED":
        problem = Problem("EXPORT_USER_DISABLED.general", problem.where)
    return problem_data(problem.mapped(mask_within))
