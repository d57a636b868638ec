"""The user's own account: language and API tokens."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from leleka.errors import Conflict, InvalidInput
from leleka.messages.http_status import status_of
from leleka.services.notices import queries as notice_queries
from leleka.services.people import api_tokens, sign_in
from leleka.web.request import Request, actor_of
from leleka.web.responses import by_field, go, page

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


def make_token(request: Request) -> HttpResponse:
    name = request.POST.get("name", "")
    try:
        view, token = api_tokens.make_token(actor_of(request), name)
    except (InvalidInput, Conflict) as error:
        return _page(request, {"errors": by_field(error.problems), "given": name}, status_of(error))
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
        **context,
    }
    return page(request, "web/pages/account.html", shown, status)
