"""What happens around every request: headers, authentication, origin checks, and readable errors."""

import secrets
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation

from leleka.errors import LelekaError
from leleka.services.people import sign_in
from leleka.web.request import Request
from leleka.web.responses import problem_page

Respond = Callable[[Request], HttpResponse]
USER: Final = "user"
BELL: Final = "/notices/bell"  # requested by the page and not by a person
_POLICY: Final = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'; "
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # Django's check of the Origin needs a referrer within the site
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HSTS: Final = "max-age=31536000"
_SUBDOMAINS: Final = "; includeSubDomains"


class Headers:
    """C-3: the same strict headers on everything; nothing but static files is cached."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: Request) -> HttpResponse:
        request.request_id = secrets.token_hex(8)
        response = self._respond(request)
        for name, value in _HEADERS.items():
            response.setdefault(name, value)
        response.setdefault("X-Request-Id", request.request_id)
        if not request.path.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "no-store")
        if settings.LELEKA.web.is_https:
            further = _SUBDOMAINS if settings.LELEKA.web.hsts_subdomains else ""
            response.setdefault("Strict-Transport-Security", _HSTS + further)
        return response


def _asks_by_itself(request: Request) -> bool:
    """Return whether a page requests this without a person's action: the bell, a chart, a part that refreshes
    itself.
    """
    asking = request.headers.get("HX-Trigger", "")
    renews = bool(asking) and asking == request.headers.get("HX-Target")
    return request.method == "GET" and (request.path == BELL or request.path.endswith("/chart") or renews)


class Person:
    """Identifies the user from the session, and the language: the user's choice, then the browser's."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: Request) -> HttpResponse:
        if _asks_by_itself(request):
            sign_in.keep_no_session_alive(request.session)
        number = request.session.get(USER) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        actor = None
        if number is not None:
            source, called = request.META.get("REMOTE_ADDR", ""), request.request_id
            actor = sign_in.actor_by_id(int(number), source, called)
        request.actor = actor
        chosen = sign_in.language_of(actor) if actor else ""
        language = chosen or translation.get_language_from_request(request)
        with translation.override(language):
            response = self._respond(request)
            response.setdefault("Content-Language", translation.get_language() or "en")
            return response


class SameSite:
    """C-2: a request that changes something must come from a page of this site; browsers state the origin."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: Request) -> HttpResponse:
        came = request.headers.get("Sec-Fetch-Site", "same-origin")
        if request.method not in _SAFE and came not in {"same-origin", "none"}:
            return HttpResponse("This request came from another site.", status=403, content_type="text/plain")
        return self._respond(request)


class Problems:
    """Errors of the tree become pages or fragments; anything else is a bug and is logged."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: Request) -> HttpResponse:
        return self._respond(request)

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        return problem_page(request, error) if isinstance(error, LelekaError) else None
