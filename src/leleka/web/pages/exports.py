"""Data > Exports: the list, an export's page, and the actions on one or several (CI-E1 to E14)."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from leleka.core.clock import current_clock
from leleka.destinations.registry import assumed_title
from leleka.errors import Conflict, Forbidden, InvalidInput, LelekaError
from leleka.messages.http_status import status_of
from leleka.services.access.permissions import Permission, allows
from leleka.services.exports import choices as export_choices
from leleka.services.exports import commands as export_commands
from leleka.services.exports import field_options, plan_limits
from leleka.services.exports import queries as export_queries
from leleka.services.exports.queries import ExportDetail
from leleka.services.runs import commands as run_commands
from leleka.services.runs import queries as run_queries
from leleka.services.sources import queries as source_queries
from leleka.services.translation import in_this_language
from leleka.web import paging
from leleka.web.integers import whole_number
from leleka.web.pages import export_form, export_schedules, reconciliation, tasks
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, is_htmx, page, pane

_EMAIL_NAMES: Final = {"email", "email_address", "emailaddress"}
_FORM: Final = "web/pages/export_form.html"


def index(request: Request) -> HttpResponse:
    """List exports; sorted by any column, searched by name, connection and type."""
    actor, asked = actor_of(request), paging.wanted(request)
    found = export_queries.find_exports(actor, asked)
    beyond = plan_limits.among(actor, [line.id for line in found.items])
    context = {"exports": found.items, "beyond": beyond, **paging.context_of(request, asked, found)}
    context |= export_schedules.listed(request, found.items)
    if not context["all"] and allows(actor, Permission.CHOOSE_CONNECTIONS):
        context["connected"] = bool(export_choices.choices(actor).connections)
    return page(request, "web/pages/exports.html", context)


def show(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    detail = export_queries.export(actor, number)
    added = _sum(request, detail) if detail.line.editable else None
    context = {
        "data": detail.data,
        "destination": detail.line.type or assumed_title(),
        "attention": detail.needs_attention,
        "lines": export_form.lines_of(detail.data),
        "runs": run_queries.list_runs(actor, detail.line.name),
        "list_left": request.GET.get("left", ""),
        "saved": "saved" in request.GET,
        "ledger_damaged": detail.ledger_damaged,
        "rebuilt": whole_number(request.GET["rebuilt"]) if "rebuilt" in request.GET else None,
        "beyond": plan_limits.of_sum(number, detail.line.name, added),
        "sum": added,
        **export_schedules.shown(request, number),
        **reconciliation.shown(actor, detail),
    }
    return page(request, "web/pages/export.html", context)


def _sum(request: Request, detail: ExportDetail) -> export_choices.Sum:
    data = detail.data
    return export_choices.sum_of(actor_of(request), data["segments"], data["connection"], data["limit"])


def settings(request: Request, number: int) -> HttpResponse:
    """Show an export to those who may not edit it (CI-E12, R10)."""
    detail = export_queries.export(actor_of(request), number)
    destination = detail.line.type or assumed_title()
    context = {"export": detail.line, "data": detail.data, "destination": destination}
    context["lines"] = export_form.lines_of(detail.data)
    return pane(request, "web/pages/export_view.html", context)


def add(request: Request) -> HttpResponse:
    actor = actor_of(request)
    if request.method == "POST":
        return _save(request, None)
    if "duplicate" in request.GET:
        return _form(request, export_commands.duplicate(actor, whole_number(request.GET["duplicate"])), None)
    choices = export_choices.choices(actor)
    usable = [name for names in choices.connections.values() for name in names]
    chosen = [one.email for one in source_queries.list_sources(actor) if one.profiles and one.email]
    likely = [name for name in choices.text_columns if name.lower().replace("-", "") in _EMAIL_NAMES]
    addresses = chosen or likely
    data = {
        "name": "",
        "connection": usable[0] if len(usable) == 1 else "",
        "segments": request.GET.getlist("segment"),
        "data_matching": {"email": addresses[0] if len(addresses) == 1 else ""},
    }
    return _form(request, data, None)


def edit(request: Request, number: int) -> HttpResponse:
    if request.method == "POST":
        return _save(request, number)
    detail = export_queries.export(actor_of(request), number)
    if not detail.line.editable or detail.line.managed_by_file:
        return settings(request, number)
    return _form(request, dict(detail.data), detail)


def offers(request: Request) -> HttpResponse:
    """Render the part of the form that depends on the account, with its lists and fields queried live."""
    return _offered(request, "web/parts/export_offers.html")


def sums(request: Request) -> HttpResponse:
    """Render the combined size of the chosen segments."""
    return _offered(request, "web/parts/export_sum.html", ask=False)


def options(request: Request) -> HttpResponse:
    """Render what of a column is none of the options of the field that a row of the form matches it to."""
    post, row = request.POST, whole_number(request.GET.get("row", ""))
    line = next((one for one in export_form.posted_lines(post) if one.number == row), None)
    found = None
    if line is not None and line.column:
        asked = (post.get("connection", ""), line.to, line.column)
        found = field_options.strangers(actor_of(request), *asked, current_clock())
    return page(request, "web/parts/export_options.html", {"found": found})


def _offered(request: Request, template: str, *, ask: bool = True) -> HttpResponse:
    actor, lines = actor_of(request), export_form.posted_lines(request.POST)
    data = _lenient(request.POST)
    offered = export_choices.offered(actor, data["connection"], current_clock()) if ask else None
    context = export_form.context_of(actor, data, lines, offered)
    return page(request, template, context)


def _save(request: Request, number: int | None) -> HttpResponse:
    actor, lines = actor_of(request), export_form.posted_lines(request.POST)
    try:
        data = export_form.data_from(request.POST)
        if number is None:
            saved = export_commands.create(actor, data)
        else:
            version = whole_number(request.POST.get("version"))
            saved = export_commands.update(actor, number, data, version)
    except (InvalidInput, Conflict, Forbidden) as error:
        detail = None if number is None else export_queries.export(actor, number)
        return _refused(request, error, lines, detail)
    if request.POST.get("action") == "run":
        try:
            return run(request, saved.id)
        except LelekaError as error:
            if error.code != "RUN_IN_PROGRESS":  # otherwise its page shows the run in progress
                problems = [in_this_language(one) for one in error.problems]
                return pane(request, "web/pages/export_saved.html", {"problems": problems, "export": saved})
    left = f"&left={saved.list_left}" if saved.list_left else ""
    return go(request, f"{reverse('web:export', args=(saved.id,))}?saved{left}")


def _refused(
    request: Request, error: LelekaError, lines: Sequence[export_form.Line], detail: ExportDetail | None
) -> HttpResponse:
    actor, data = actor_of(request), _lenient(request.POST)
    offered = export_choices.offered(actor, data["connection"], current_clock())
    problems = [in_this_language(one) for one in error.problems]
    context = {
        **export_form.context_of(actor, data, lines, offered),
        "errors": export_form.beside_fields(problems, lines),
        "export": detail.line if detail else None,
        "version": request.POST.get("version", ""),
    }
    return pane(request, _FORM, context, status_of(error))


def _form(request: Request, data: dict[str, Any], detail: ExportDetail | None) -> HttpResponse:
    context = {
        **export_form.context_of(actor_of(request), data, export_form.lines_of(data), None),
        "export": detail.line if detail else None,
        "version": detail.line.version if detail else "",
    }
    return pane(request, _FORM, context)


def _lenient(post: QueryDict) -> dict[str, Any]:
    """Return what was typed even if it cannot be saved, so that nothing is lost."""
    try:
        return export_form.data_from(post)
    except InvalidInput:
        once = post.copy()
        for line in export_form.posted_lines(post):
            once.pop(f"to-r{line.number}", None)
        return export_form.data_from(once)


def run(request: Request, number: int) -> HttpResponse:
    resend = request.POST.get("resend") == "yes"
    run_number = run_commands.run(actor_of(request), number, resend=resend)
    return go(request, reverse("web:run", args=(run_number,)))


def rebuild_ledger(request: Request, number: int) -> HttpResponse:
    done = export_commands.rebuild_ledger(actor_of(request), number)
    return go(request, f"{reverse('web:export', args=(number,))}?rebuilt={done.people}")


def run_chosen(request: Request) -> HttpResponse:
    """Run all exports, or those chosen; report which could not run. Ask first if more would be sent than an
    account pays for.
    """
    actor, chosen = actor_of(request), _chosen(request.POST)
    beyond = plan_limits.among(actor, chosen or run_commands.those_of_run_all(actor))
    if beyond and request.POST.get("sure") != "yes":
        return page(request, "web/pages/exports_beyond.html", {"beyond": beyond, "chosen": chosen})
    asked = run_commands.run_all(actor, chosen or None)
    if all(one.run for one in asked):
        return go(request, reverse("web:exports"))
    return page(request, "web/pages/exports_asked.html", {"asked": asked})


def preview(request: Request, number: int) -> HttpResponse:
    task = run_commands.ask_preview(actor_of(request), number)
    return tasks.show(request, task) if is_htmx(request) else go(request, reverse("web:task", args=(task,)))


def detach(request: Request) -> HttpResponse:
    return _several(request, "detach")


def remove(request: Request) -> HttpResponse:
    return _several(request, "remove")


def _several(request: Request, what: str) -> HttpResponse:
    """Ask for confirmation, then detach or remove the chosen exports."""
    actor = actor_of(request)
    chosen = _chosen(request.POST if request.method == "POST" else request.GET)
    if not chosen:
        return go(request, reverse("web:exports"))
    context = {
        "exports": export_queries.lines(actor, chosen),
        "what": what,
        "title": _("Remove exports") if what == "remove" else _("Detach connection"),
    }
    if request.method != "POST":
        return pane(request, "web/pages/exports_sure.html", context)
    try:
        (export_commands.remove if what == "remove" else export_commands.detach)(actor, chosen)
    except (Conflict, Forbidden) as error:
        problems = [in_this_language(one) for one in error.problems]
        return pane(
            request, "web/pages/exports_sure.html", {**context, "problems": problems}, status_of(error)
        )
    return go(request, reverse("web:exports"))


def _chosen(given: QueryDict) -> list[int]:
    return [whole_number(one) for one in given.getlist("chosen")]
