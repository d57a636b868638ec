"""Reconciling on an export's page: begun, watched, canceled, and repaired in a second step."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from leleka.errors import LelekaError
from leleka.messages.http_status import status_of
from leleka.services.access.actor import Actor
from leleka.services.exports import queries as export_queries
from leleka.services.exports import reconciliation
from leleka.services.exports.contracts import ReconciliationView
from leleka.services.exports.queries import ExportDetail
from leleka.services.translation import in_this_language
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, is_htmx, page, pane

_CARD = "web/parts/reconciliation.html"


def shown(actor: Actor, detail: ExportDetail) -> dict[str, Any]:
    """Return what the card on the export's page shows."""
    return {
        "export": detail.line,
        "has_ledger": detail.has_ledger,
        "can_reconcile": detail.has_ledger and not detail.ledger_damaged,
        "reconciliation": reconciliation.latest(actor, detail.line.id),
    }


def live(request: Request, number: int) -> HttpResponse:
    """Return the card; htmx requests it again until the list was read."""
    actor = actor_of(request)
    return page(request, _CARD, shown(actor, export_queries.export(actor, number)))


def begin(request: Request, number: int) -> HttpResponse:
    return _done(request, number, reconciliation.ask)


def cancel(request: Request, number: int) -> HttpResponse:
    return _done(request, number, reconciliation.cancel)


def _done(request: Request, number: int, do: Callable[[Actor, int], ReconciliationView]) -> HttpResponse:
    """Do it, and return the card with what came of it, or the page where there are no scripts."""
    actor = actor_of(request)
    if not is_htmx(request):
        do(actor, number)
        return go(request, f"{reverse('web:export', args=(number,))}#reconciliation")
    problems, status = [], 200
    try:
        do(actor, number)
    except LelekaError as error:
        problems, status = [in_this_language(one) for one in error.problems], status_of(error)
    context = shown(actor, export_queries.export(actor, number))
    return page(request, _CARD, {**context, "problems": problems}, status)


def people(request: Request, number: int) -> HttpResponse:
    """Show who is missing, and who holds something else; the service audits who sees addresses."""
    actor = actor_of(request)
    found = reconciliation.show(actor, number)
    line = export_queries.export(actor, number).line
    return pane(request, "web/pages/reconciliation.html", {"export": line, "found": found.result})


def repair(request: Request, number: int) -> HttpResponse:
    """Say what it does, and do it once that was read."""
    actor = actor_of(request)
    context: dict[str, Any] = {"export": export_queries.export(actor, number).line}
    status = 200
    if request.method == "POST":
        try:
            reconciliation.repair(actor, number)
        except LelekaError as error:
            context["problems"] = [in_this_language(one) for one in error.problems]
            status = status_of(error)
        else:
            return go(request, reverse("web:export", args=(number,)))
    context["reconciliation"] = reconciliation.latest(actor, number)
    return pane(request, "web/pages/reconciliation_repair.html", context, status)
