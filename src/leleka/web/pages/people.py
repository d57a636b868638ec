"""Admin > Permissions: who has access, and with which role (CI-R2, R6 to R8)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from leleka.errors import Conflict, InvalidInput
from leleka.messages.http_status import status_of
from leleka.messages.terms import ROLES
from leleka.services.people import api_tokens
from leleka.services.people import commands as people_commands
from leleka.services.people import queries as people_queries
from leleka.services.translation import terms
from leleka.web import paging
from leleka.web.request import Request, actor_of
from leleka.web.responses import by_field, go, page, pane


def index(request: Request) -> HttpResponse:
    """List people; sorted by any column, searched by name and address."""
    asked = paging.wanted(request)
    found = people_queries.find_people(actor_of(request), asked)
    context = {"people": found.items, "roles": terms(ROLES), **paging.context_of(request, asked, found)}
    return page(request, "web/pages/people.html", context)


def add(request: Request) -> HttpResponse:
    given = {"role": "viewer", **{name: request.POST[name] for name in request.POST}}
    if request.method != "POST":
        return _form(request, {"given": given})
    try:
        person, token = people_commands.add_person(
            actor_of(request), given.get("email", ""), given.get("name", ""), given["role"]
        )
    except (InvalidInput, Conflict) as error:
        return _form(request, {"given": given, "errors": by_field(error.problems)}, status_of(error))
    return _link_pane(request, person, token)


def edit(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    person = people_queries.person(actor, number)
    if request.method != "POST":
        return _form(request, {"person": person, "given": {"role": person.role}})
    try:
        people_commands.change_role(actor, number, request.POST.get("role", ""))
    except (InvalidInput, Conflict) as error:
        context = {"person": person, "given": request.POST, "errors": by_field(error.problems)}
        return _form(request, context, status_of(error))
    return go(request, reverse("web:people"))


def link(request: Request, number: int) -> HttpResponse:
    actor = actor_of(request)
    return _link_pane(request, people_queries.person(actor, number), people_commands.new_link(actor, number))


def tokens(request: Request) -> HttpResponse:
    """List everybody's API tokens; sorted by any column, searched by name and owner."""
    asked = paging.wanted(request)
    found = api_tokens.find_tokens(actor_of(request), asked)
    context = {"tokens": found.items, **paging.context_of(request, asked, found)}
    return page(request, "web/pages/tokens.html", context)


def revoke(request: Request, number: int) -> HttpResponse:
    api_tokens.revoke_token(actor_of(request), number)
    return go(request, reverse("web:tokens"))


def disable(request: Request, number: int) -> HttpResponse:
    people_commands.disable(actor_of(request), number)
    return go(request, reverse("web:people"))


def enable(request: Request, number: int) -> HttpResponse:
    people_commands.enable(actor_of(request), number)
    return go(request, reverse("web:people"))


def _form(request: Request, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return pane(request, "web/pages/person.html", {**context, "roles": terms(ROLES)}, status)


def _link_pane(request: Request, person: people_queries.PersonView, token: str) -> HttpResponse:
    path = reverse("web:welcome", args=(token,))
    context = {"person": person, "link": f"{settings.LELEKA.web.url}{path}"}
    return pane(request, "web/pages/person_link.html", context)
