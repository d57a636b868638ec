"""Admin > Connections > Sources: access to where data comes from. Administrators only."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from leleka.errors import Conflict, InvalidInput, LelekaError, NotFound
from leleka.messages.http_status import status_of
from leleka.services.source_connections import commands, queries
from leleka.services.source_connections.contracts import (
    SourceConnectionForm,
    SourceConnectionView,
    SourceKind,
)
from leleka.services.translation import in_this_language
from leleka.web import paging
from leleka.web.integers import whole_number
from leleka.web.pages.connection_fields import form_fields
from leleka.web.pages.connection_test import is_watching, problems_told, result_told, steps_of
from leleka.web.request import Request, actor_of
from leleka.web.responses import by_field, go, page, pane

Saved = SourceConnectionView


def index(request: Request) -> HttpResponse:
    """List source connections; sorted by any column, searched by name, kind and address."""
    asked = paging.wanted(request)
    found = queries.find_source_connections(actor_of(request), asked)
    rows = [
        (one, in_this_language(one.failed.problem) if one.failed and one.failed.problem else None)
        for one in found.items
    ]
    context = {"rows": rows, **paging.context_of(request, asked, found)}
    return page(request, "web/pages/source_connections.html", context)


@sensitive_post_parameters()
def add(request: Request) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None, {"given": {"type": request.GET.get("type", "")}})
    return _saved(request, None, lambda form: commands.create(actor_of(request), form))


@sensitive_post_parameters()
def edit(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    connection = queries.source_connection(actor, number)
    if request.method != "POST":
        return _form(request, connection, {"given": _given(connection)})
    version = whole_number(request.POST.get("version", ""))
    return _saved(request, connection, lambda form: commands.update(actor, number, version, form))


@sensitive_post_parameters()
def probe(request: Request, number: int | None = None) -> HttpResponse:
    """Test what stands in the form; what a file manages, as it is saved."""
    actor = actor_of(request)
    connection = queries.source_connection(actor, number) if number is not None else None
    kind = _kind(request, connection)
    try:
        if connection is not None and connection.managed_by_file:
            steps = commands.probe_saved(actor, connection.id).last_check
        else:
            steps = commands.probe(actor, _wanted(request, kind), number).steps
    except InvalidInput as error:
        if is_watching(request):
            return problems_told(error, [one.name for one in kind.fields])
        return _again(request, connection, error)
    if is_watching(request):
        return result_told(steps, kind, [one.name for one in kind.fields])
    return _form(request, connection, {"given": _typed(request, connection), "steps": steps_of(steps, kind)})


def remove(request: Request, number: int) -> HttpResponse:
    """Ask for confirmation, and show which sources are read through it."""
    actor = actor_of(request)
    connection = queries.source_connection(actor, number)
    context: dict[str, Any] = {"connection": connection}
    if request.method != "POST":
        return pane(request, "web/pages/source_connection_remove.html", context)
    try:
        commands.remove(actor, number, whole_number(request.POST.get("version", "")))
    except (InvalidInput, Conflict) as error:
        context["problems"] = [in_this_language(one) for one in error.problems]
        return pane(request, "web/pages/source_connection_remove.html", context, status_of(error))
    return go(request, reverse("web:source_connections"))


def _saved(
    request: Request, connection: Saved | None, save: Callable[[SourceConnectionForm], Saved]
) -> HttpResponse:
    try:
        save(_wanted(request, _kind(request, connection)))
    except (InvalidInput, Conflict) as error:
        return _again(request, connection, error)
    return go(request, reverse("web:source_connections"))


def _again(request: Request, connection: Saved | None, error: LelekaError) -> HttpResponse:
    """Draw the form again; what the test found stands above it, as no field is to blame."""
    errors = by_field(error.problems)
    above = [one for place in [*errors] if place.startswith("check.") for one in errors.pop(place)]
    errors[""] = [*errors.get("", []), *above]
    context = {"given": _typed(request, connection), "errors": errors}
    return _form(request, connection, context, status_of(error))


def _form(
    request: Request, connection: Saved | None, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    kind = _kind_called(request, connection.type if connection else context["given"]["type"])
    shown = {
        "connection": connection,
        "kinds": queries.kinds(actor_of(request)),
        "kind": kind,
        "fields": form_fields(kind, connection, context["given"], secrets_first=False),
        **context,
    }
    return pane(request, "web/pages/source_connection.html", shown, status)


def _given(connection: Saved) -> dict[str, str]:
    return {
        "type": connection.type,
        "name": connection.name,
        "shared_with": "\n".join(connection.shared_with),
        "version": str(connection.version),
        **connection.settings,
    }


def _typed(request: Request, connection: Saved | None) -> dict[str, str]:
    """Return what was typed, to be shown again: of that never a secret, of whatever kind."""
    kinds = queries.kinds(actor_of(request))
    kept_out = {one.name for kind in kinds for one in kind.fields if one.is_secret}
    typed = {name: request.POST.get(name, "") for name in request.POST if name not in kept_out}
    return {"type": "", **(_given(connection) if connection else {}), **typed}


def _kind(request: Request, connection: Saved | None) -> SourceKind:
    return _kind_called(request, connection.type if connection else request.POST.get("type", ""))


def _kind_called(request: Request, name: str) -> SourceKind:
    """Return the kind of that name; the first one where there is none such."""
    try:
        return queries.kind_of(actor_of(request), name)
    except NotFound:
        return queries.kinds(actor_of(request))[0]


def _wanted(request: Request, kind: SourceKind) -> SourceConnectionForm:
    typed = request.POST
    names = [one.name for one in kind.fields if one.name in typed]
    shared = tuple(line.strip() for line in typed.get("shared_with", "").splitlines() if line.strip())
    settings = {name: typed.get(name, "").replace("\r\n", "\n") for name in names}
    return SourceConnectionForm(typed.get("name", ""), kind.kind, settings, shared)
