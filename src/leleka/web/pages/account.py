"""The user's own account: language and API tokens."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from leleka.errors import Conflict, InvalidInput, TryLater
from leleka.messages.http_status import status_of
from leleka.services.notices import queries as notice_queries
from leleka.services.people import api_tokens, sign_in
from leleka.services.people import commands as people_commands
from leleka.web.pages.sign_in import begin, remember_device, same
from leleka.web.request import Request, actor_of
from leleka.web.responses import by_field, go, page

_DIGITS: Final = 9
_A_YEAR: Final = 365 * 86_400  # seconds


def show(request: Request) -> HttpResponse:
    return _page(request, {})


def language(request: Request) -> HttpResponse:
    """Store the user's language; before signing in, in the browser."""
    chosen = request.POST.get("language", "")
    actor, known = request.actor, chosen in dict(settings.LANGUAGES)
    if known and actor is not None:
        sign_in.choose_language(actor, chosen)
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = go(request, back if safe else "/")
    if known:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=_A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def choose_mail(request: Request) -> HttpResponse:
    """Turn notices by e-mail on or off."""
    notice_queries.choose_mail(actor_of(request), wanted=request.POST.get("mailed") == "yes")
    return go(request, f"{reverse('web:account')}?saved")


@sensitive_post_parameters("current", "password", "again")
def change_password(request: Request) -> HttpResponse:
    """Choose another password; this browser stays signed in, every other one is signed out."""
    actor = actor_of(request)
    password = request.POST.get("password", "")
    try:
        same(password, request.POST.get("again", ""))
        people_commands.change_password(actor, request.POST.get("current", ""), password)
    except (InvalidInput, TryLater) as error:
        return _page(request, {"errors": by_field(error.problems)}, status_of(error))
    begin(request, actor.user)
    return remember_device(go(request, f"{reverse('web:account')}?password"), actor)


def make_token(request: Request) -> HttpResponse:
    name, days = request.POST.get("name", ""), request.POST.get("days", "")
    number = int(days) if days.isascii() and days.isdecimal() and len(days) < _DIGITS else 0
    try:
        view, token = api_tokens.make_token(actor_of(request), name, number)
    except (InvalidInput, Conflict) as error:
        given = {"errors": by_field(error.problems), "given": name, "days": days}
        return _page(request, given, status_of(error))
    return _page(request, {"made": view, "token": token})


def remove_token(request: Request, number: int) -> HttpResponse:
    api_tokens.remove_token(actor_of(request), number)
    return go(request, reverse("web:account"))


def _page(request: Request, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    shown = {
        "tokens": api_tokens.list_tokens(actor),
        "mailed": notice_queries.wants_mail(actor),
        "saved": "saved" in request.GET,
        "new_password": "password" in request.GET,
        "days": api_tokens.USUAL_DAYS,
        **context,
    }
    return page(request, "web/pages/account.html", shown, status)
