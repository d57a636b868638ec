"""Runs: live progress, the report, and the profiles by outcome (CI-E18, E20)."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse

from leleka.core.plan import Counts
from leleka.core.statuses import Ended, RunStatus
from leleka.errors import Conflict, NotFound, Unavailable
from leleka.messages.reasons import in_words
from leleka.services.runs import commands as run_commands
from leleka.services.runs import queries as run_queries
from leleka.services.translation import READER, in_this_language, particulars
from leleka.web import paging
from leleka.web.integers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.responses import csv_file, go, is_htmx, page

_A_PAGE: Final = 50
_LISTED: Final = (Ended.REJECTED, Ended.EXCLUDED, Ended.UNCONFIRMED, Ended.NOT_ATTEMPTED, Ended.DELIVERED)


def index(request: Request) -> HttpResponse:
    """List runs of every export, the newest first; sorted by any column, searched by export, person and number."""
    asked = paging.wanted(request, "-number")
    found = run_queries.find_runs(actor_of(request), asked)
    context = {"runs": found.items, **paging.context_of(request, asked, found)}
    return page(request, "web/pages/runs.html", context)


def show(request: Request, number: int) -> HttpResponse:
    return page(request, "web/pages/run.html", _context(request, number))


def live(request: Request, number: int) -> HttpResponse:
    """Return for htmx the part that changes during a run; once it has ended, the whole page is redrawn."""
    context = _context(request, number)
    run = context["run"]
    ended = run.finished_at is not None or run.status == RunStatus.NEEDS_CONFIRMATION
    if ended or not is_htmx(request):
        return go(request, reverse("web:run", args=(number,)))
    return page(request, "web/parts/run_live.html", context)


def rows(request: Request, number: int) -> HttpResponse:
    """List the profiles with one outcome, page by page."""
    ended, current = _ended(request), max(1, whole_number(request.GET.get("page"), 1))
    try:
        found, more = run_queries.rows_page(
            actor_of(request), number, ended, _A_PAGE, (current - 1) * _A_PAGE
        )
    except (Conflict, Unavailable) as error:
        later = isinstance(error, Unavailable)
        if later and not is_htmx(request):
            raise
        told = [in_this_language(one) for one in error.problems]
        context = {"number": number, "ended": ended, "page": current, "problems": told, "again": later}
        return page(request, "web/parts/run_rows.html", context)
    context = {
        "number": number,
        "ended": ended,
        "rows": [(row, in_words(row.code, READER), particulars(row.code, row.detail)) for row in found],
        "page": current,
        "more": more,
    }
    template = "web/parts/run_rows.html" if is_htmx(request) else "web/pages/run_rows.html"
    return page(request, template, context)


def download(request: Request, number: int) -> StreamingHttpResponse:
    """Return them as CSV; the service checks the permission and writes the audit entry."""
    ended = _ended(request)
    lines = run_queries.download_rows(actor_of(request), number, ended)
    return csv_file(lines, f"run-{number}-{ended}.csv")


def cancel(request: Request, number: int) -> HttpResponse:
    run_commands.cancel_run(actor_of(request), number)
    return go(request, reverse("web:run", args=(number,)))


def confirm(request: Request, number: int) -> HttpResponse:
    run_commands.confirm_run(actor_of(request), number)
    return go(request, reverse("web:run", args=(number,)))


def _ended(request: Request) -> str:
    try:
        return Ended(request.GET.get("ended", Ended.REJECTED)).value
    except ValueError:
        raise NotFound("OUTCOME_UNKNOWN") from None


def _context(request: Request, number: int) -> dict[str, Any]:
    actor = actor_of(request)
    run = run_queries.show_run(actor, number)
    problems = [in_this_language(one) for one in run.problems]
    shown: dict[str, Any] = {"run": run, "problems": problems, "may_act": run_commands.may_act(actor, number)}
    shown["live"] = run.finished_at is None and run.status != RunStatus.NEEDS_CONFIRMATION
    return (
        shown if run.counts is None else {**shown, **_report(run.counts, ended=run.finished_at is not None)}
    )


def _report(counts: Counts, *, ended: bool) -> dict[str, Any]:
    """Return the lines of a report, and, of the outcomes that can be listed, those that occurred."""
    coded: Mapping[Ended, Mapping[str, int]] = {
        Ended.EXCLUDED: counts.excluded,
        Ended.REJECTED: counts.rejected,
        Ended.NOT_ATTEMPTED: counts.not_attempted,
    }
    totals = {how: sum(codes.values()) for how, codes in coded.items()}
    totals |= {Ended.UNCONFIRMED: counts.unconfirmed, Ended.DELIVERED: counts.delivered}
    listed = [(how.value, totals[how]) for how in _LISTED if totals[how]]
    return {
        "groups": [(how, totals[how], _said(codes)) for how, codes in coded.items() if codes],
        "left": _said(counts.left),
        "left_total": sum(counts.left.values()),
        "warnings": _said(counts.warnings),
        "warned_total": sum(counts.warnings.values()),
        "listed": listed,
        "first": listed[0][0] if listed else "",
        "has_rows": ended and bool(listed),
    }


def _said(codes: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(in_words(code, READER), number) for code, number in codes.items()]
