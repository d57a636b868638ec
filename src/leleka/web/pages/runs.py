"""Runs: live progress, the report, and who ended how (CI-E18, E20)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse

from leleka.core.planning import Ended
from leleka.errors import Conflict, NotFound
from leleka.services import runs
from leleka.web.answers import go, is_htmx, page
from leleka.web.numbers import whole_number
from leleka.web.reasons import reason
from leleka.web.request import Request, actor_of

_A_PAGE: Final = 50
_LISTED: Final = (Ended.REJECTED, Ended.EXCLUDED, Ended.UNCONFIRMED, Ended.NOT_ATTEMPTED, Ended.DELIVERED)


def index(request: Request) -> HttpResponse:
    """List runs of every export, page by page."""
    found = runs.list_runs(
        actor_of(request), None, _A_PAGE + 1, whole_number(request.GET.get("after")) or None
    )
    older = found[_A_PAGE - 1].id if len(found) > _A_PAGE else None
    return page(request, "web/pages/runs.html", {"runs": found[:_A_PAGE], "older": older})


def show(request: Request, number: int) -> HttpResponse:
    return page(request, "web/pages/run.html", _context(request, number))


def live(request: Request, number: int) -> HttpResponse:
    """Give htmx the part that changes while a run is under way; when it ended, the whole page is drawn anew."""
    context = _context(request, number)
    run = context["run"]
    ended = run.finished_at is not None or run.status == "Needs confirmation"
    if ended or not is_htmx(request):
        return go(request, reverse("web:run", args=(number,)))
    return page(request, "web/parts/run_live.html", context)


def rows(request: Request, number: int) -> HttpResponse:
    """List the profiles that ended in one way, page by page."""
    ended, current = _ended(request), max(1, whole_number(request.GET.get("page"), 1))
    try:
        found = runs.rows_of(actor_of(request), number, ended, _A_PAGE + 1, (current - 1) * _A_PAGE)
    except Conflict as error:
        return page(
            request, "web/parts/run_rows.html", {"number": number, "ended": ended, "problems": error.problems}
        )
    context = {
        "number": number,
        "ended": ended,
        "rows": [(row, reason(row.code)) for row in found[:_A_PAGE]],
        "page": current,
        "more": len(found) > _A_PAGE,
    }
    template = "web/parts/run_rows.html" if is_htmx(request) else "web/pages/run_rows.html"
    return page(request, template, context)


def download(request: Request, number: int) -> StreamingHttpResponse:
    """Give them as CSV; the service asks for the right and writes it down."""
    ended = _ended(request)
    lines = runs.download_rows(actor_of(request), number, ended)
    answer = StreamingHttpResponse(_bytes(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="run-{number}-{ended}.csv"'
    return answer


def cancel(request: Request, number: int) -> HttpResponse:
    runs.cancel_run(actor_of(request), number)
    return go(request, reverse("web:run", args=(number,)))


def confirm(request: Request, number: int) -> HttpResponse:
    runs.confirm_run(actor_of(request), number)
    return go(request, reverse("web:run", args=(number,)))


def _bytes(lines: Iterable[str]) -> Iterable[bytes]:
    yield b"\xef\xbb\xbf"  # without it spreadsheets take UTF-8 for something else
    for line in lines:
        yield line.encode()


def _ended(request: Request) -> str:
    try:
        return Ended(request.GET.get("ended", Ended.REJECTED)).value
    except ValueError:
        raise NotFound("OUTCOME_UNKNOWN", "No profile ends like that.") from None


def _context(request: Request, number: int) -> dict[str, Any]:
    actor = actor_of(request)
    run = runs.show_run(actor, number)
    counts = run.counts
    groups: list[tuple[str, int, list[tuple[str, int]]]] = []
    if counts is not None:
        coded: Mapping[str, Mapping[str, int]] = {
            Ended.EXCLUDED: counts.excluded,
            Ended.REJECTED: counts.rejected,
            Ended.NOT_ATTEMPTED: counts.not_attempted,
        }
        groups = [
            (ended, sum(codes.values()), [(reason(code), number) for code, number in codes.items()])
            for ended, codes in coded.items()
            if codes
        ]
    return {
        "run": run,
        "may_act": runs.may_act(actor, number),
        "live": run.finished_at is None and run.status != "Needs confirmation",
        "groups": groups,
        "left": [(reason(code), number) for code, number in counts.left.items()] if counts else [],
        "warnings": [(reason(code), number) for code, number in counts.warnings.items()] if counts else [],
        "listed": [ended.value for ended in _LISTED],
        "has_rows": run.finished_at is not None and counts is not None,
    }
