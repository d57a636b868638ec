"""Admin > Connections: access to accounts (CI-C1 to C15)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from leleka.core.clock import current_clock
from leleka.errors import Conflict, InvalidInput, LelekaError, TryLater
from leleka.messages.http_status import status_of
from leleka.services.connections import commands as connection_commands
from leleka.services.connections import connection_test, consent
from leleka.services.connections import queries as connection_queries
from leleka.services.connections.commands import ConnectionForm
from leleka.services.connections.connection_test import Draft
from leleka.services.connections.queries import ConnectionView, Kind
from leleka.services.exports import connection_removal
from leleka.services.translation import in_this_language
from leleka.web import paging
from leleka.web.pages.connection_fields import form_fields, found_by_the_doctor
from leleka.web.pages.connection_test import is_watching, problems_told, results, told
from leleka.web.request import Request, actor_of
from leleka.web.responses import by_field, go, page, pane

AUDIENCES: Final = {
    "administrators": _("Administrators"),
    "administrators and contributors": _("Administrators and contributors"),
}
_PERCENT: Final = 100
_DIGITS: Final = 18  # the most that a database holds


def index(request: Request) -> HttpResponse:
    """List connections; sorted by any column, searched by name, type and host."""
    asked = paging.wanted(request)
    found = connection_queries.find_connections(actor_of(request), asked)
    rows = [(one, [in_this_language(reason) for reason in one.attention]) for one in found.items]
    context = {"rows": rows, "audiences": AUDIENCES, **paging.context_of(request, asked, found)}
    return page(request, "web/pages/connections.html", context)


@sensitive_post_parameters()
def add(request: Request) -> HttpResponse:
    if request.method != "POST":
        given = {"audience": "administrators", "type": request.GET.get("type", ""), "share": "90"}
        return _form(request, None, {"given": given})
    return _saved(request, None, lambda form: connection_commands.create(actor_of(request), form))


@sensitive_post_parameters()
def edit(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    connection = connection_queries.connection(actor, number)
    if request.method != "POST":
        return _form(request, connection, {"given": _given(connection)})
    version = _whole(request.POST.get("version", ""))
    return _saved(request, connection, lambda form: connection_commands.update(actor, number, version, form))


@sensitive_post_parameters()
def export_user(request: Request, number: int) -> HttpResponse:
    """Become the export user of a connection, also of one that a file manages."""
    actor = actor_of(request)
    try:
        connection_commands.become_export_user(actor, number, request.POST.get("password", ""))
    except (InvalidInput, TryLater) as error:
        return _again(request, connection_queries.connection(actor, number), error)
    return go(request, reverse("web:connections"))


@sensitive_post_parameters()
def connect(request: Request, number: int | None = None) -> HttpResponseBase:
    """Test host and key: step by step with a script, otherwise as a whole page at the end."""
    actor = actor_of(request)
    connection = connection_queries.connection(actor, number) if number is not None else None
    kind = _kind(request, connection)
    draft = Draft(_settings(request, kind), request.POST.get("type", ""), number)
    watching = is_watching(request)
    try:
        test = connection_test.begin(actor, draft, current_clock())
    except (InvalidInput, TryLater) as error:
        if watching:
            return problems_told(error, [one.name for one in kind.fields])
        return _again(request, connection, error)
    if watching:
        return told(test)
    steps, going_on = results(test)
    given = {**_typed(request, connection), "proof": test.proof}
    failed = any(one.code for one in steps)
    ended = {"ended": True, "failed": failed, "saved": test.as_saved, "going_on": going_on}
    return _form(request, connection, {"given": given, "steps": steps, "notes": test.notes, **ended})


def remove(request: Request, number: int) -> HttpResponse:
    """Ask for confirmation, and show what uses it; every export is detached or removed with it."""
    actor = actor_of(request)
    connection = connection_queries.connection(actor, number)
    fates = {one.id: request.POST.get(f"export-{one.id}", "") for one in connection.exports}
    context: dict[str, Any] = {"connection": connection, "fates": fates}
    if request.method != "POST":
        return pane(request, "web/pages/connection_remove.html", context)
    try:
        chosen = {export: fate for export, fate in fates.items() if fate}
        version = _whole(request.POST.get("version", ""))
        connection_removal.remove(actor, number, version, chosen)
    except (InvalidInput, Conflict) as error:
        context["problems"] = [in_this_language(one) for one in error.problems]
        return pane(request, "web/pages/connection_remove.html", context, status_of(error))
    return go(request, reverse("web:connections"))


def _saved(
    request: Request, connection: ConnectionView | None, save: Callable[[ConnectionForm], ConnectionView]
) -> HttpResponse:
    try:
        save(_wanted(request, _kind(request, connection)))
    except (InvalidInput, Conflict, TryLater) as error:
        return _again(request, connection, error)
    return go(request, reverse("web:connections"))


def _again(request: Request, connection: ConnectionView | None, error: LelekaError) -> HttpResponse:
    errors, given = by_field(error.problems), _typed(request, connection)
    if "proof" in errors:
        given["proof"] = ""
    return _form(request, connection, {"given": given, "errors": errors}, status_of(error))


def _form(
    request: Request, connection: ConnectionView | None, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    given = context["given"]
    kinds = connection_queries.kinds(actor_of(request))
    kind = connection_queries.kind_of(actor_of(request), connection.type if connection else given["type"])
    learned = found_by_the_doctor(connection)
    shown = {
        "connection": connection,
        "new": connection is None,
        "kinds": kinds,
        "kind": kind,
        "fields": form_fields(kind, connection, given),
        "learned": learned,
        "learned_at": max((one.at for one in learned), default=None),
        "audiences": AUDIENCES,
        "consent": consent.consent_text(get_language() or "en", kind.kind),
        "privacy_url": settings.LELEKA.web.privacy_url,
        **context,
    }
    return pane(request, "web/pages/connection.html", shown, status)


def _given(connection: ConnectionView) -> dict[str, str]:
    return {
        "type": connection.type,
        "name": connection.name,
        "audience": connection.audience,
        **connection.settings,
        "share": f"{connection.share * _PERCENT:g}",
        "plan_limit": str(connection.plan_limit or ""),
        "version": str(connection.version),
    }


def _typed(request: Request, connection: ConnectionView | None) -> dict[str, str]:
    """Return what was typed, to be shown again: of that never a password, nor a secret of whatever kind."""
    kinds = connection_queries.kinds(actor_of(request))
    kept_out = {"password", *(one.name for kind in kinds for one in kind.fields if one.is_secret)}
    typed = {name: request.POST.get(name, "") for name in request.POST if name not in kept_out}
    return {"type": "", **(_given(connection) if connection else {}), **typed}


def _kind(request: Request, connection: ConnectionView | None) -> Kind:
    return connection_queries.kind_of(
        actor_of(request), connection.type if connection else request.POST.get("type", "")
    )


def _settings(request: Request, kind: Kind) -> dict[str, str]:
    names = [one.name for one in kind.fields]
    return {name: request.POST.get(name, "") for name in names if name in request.POST}


def _wanted(request: Request, kind: Kind) -> ConnectionForm:
    typed, limit = request.POST, request.POST.get("plan_limit", "").strip()
    return ConnectionForm(
        name=typed.get("name", ""),
        settings=_settings(request, kind),
        audience=typed.get("audience", ""),
        type=typed.get("type", ""),
        share=_whole(typed.get("share", "")) / _PERCENT,
        plan_limit=_whole(limit) if limit else None,
        agreed="agreed" in typed,
        consent_version=typed.get("consent_version", ""),
        consent_language=typed.get("consent_language", ""),
        password=typed.get("password", ""),
        proof=typed.get("proof", ""),
    )


def _whole(text: str) -> int:
    """Read a whole number; anything else is 0, which the services refuse where it matters."""
    bare = "".join(text.split())
    return int(bare) if bare.isascii() and bare.isdecimal() and len(bare) <= _DIGITS else 0
