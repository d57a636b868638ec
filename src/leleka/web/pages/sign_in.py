"""Signing in, one-time links, signing out."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from leleka.errors import Forbidden, InvalidInput, NotFound, TryLater
from leleka.messages.http_status import status_of
from leleka.services.access.actor import Actor
from leleka.services.people import commands as people_commands
from leleka.services.people import sign_in as people_sign_in
from leleka.web.middleware import USER
from leleka.web.request import Request
from leleka.web.responses import by_field, go, page


@sensitive_post_parameters("password")
def sign_in(request: Request) -> HttpResponse:
    wanted = _safe(request, request.POST.get("next") or request.GET.get("next") or "/")
    if request.method != "POST":
        return page(request, "web/pages/sign_in.html", {"next": wanted})
    email = request.POST.get("email", "")
    try:
        actor = people_sign_in.sign_in(
            email,
            request.POST.get("password", ""),
            request.META.get("REMOTE_ADDR", ""),
            request.request_id,
            request.COOKIES.get(_device_cookie(), ""),
        )
    except (Forbidden, TryLater) as error:
        context = {"next": wanted, "email": email, "errors": by_field(error.problems)}
        return page(request, "web/pages/sign_in.html", context, status_of(error))
    begin(request, actor.user)
    return remember_device(go(request, wanted), actor)


def sign_out(request: Request) -> HttpResponse:
    """End the session, and have the browser forget what it kept of the pages.

    Not its cookies: it would forget those of every site under the same domain. Ours is deleted with the session.
    """
    request.session.flush()
    answer = go(request, "/sign-in")
    answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@sensitive_post_parameters("password")
def welcome(request: Request, token: str) -> HttpResponse:
    """Choose a password through a one-time link, or become the first administrator."""
    try:
        known = people_commands.welcome(token)
    except NotFound as error:
        return page(request, "web/pages/link_over.html", {"errors": by_field(error.problems)}, 404)
    given = {name: request.POST.get(name, "") for name in ("email", "name")}
    context = {"known": known, "given": given}
    if request.method != "POST":
        return page(request, "web/pages/welcome.html", context)
    password, again = request.POST.get("password", ""), request.POST.get("again", "")
    try:
        same(password, again)
        number = people_commands.accept_link(token, password, **given)
    except InvalidInput as error:
        shown = {**context, "errors": by_field(error.problems)}
        return page(request, "web/pages/welcome.html", shown, status_of(error))
    begin(request, number)
    return go(request, "/")


def same(password: str, again: str) -> None:
    """Raises ``InvalidInput`` where a password was typed in two ways."""
    if password != again:
        raise InvalidInput("PASSWORD_AGAIN", where="again")


def begin(request: Request, number: int | None) -> None:
    """C-1: a new id at every sign-in; the contents of the old session are discarded."""
    request.session.flush()
    request.session[USER] = number


def remember_device(answer: HttpResponse, actor: Actor) -> HttpResponse:
    """Have the browser keep that this person has signed in on it, which gives it tries of its own."""
    answer.set_cookie(
        _device_cookie(),
        people_sign_in.device_of(actor),
        max_age=people_sign_in.device_lasts(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return answer


def _device_cookie() -> str:
    return f"{settings.SESSION_COOKIE_NAME}-device"


def _safe(request: Request, url: str) -> str:
    own = {request.get_host()}
    return url if url_has_allowed_host_and_scheme(url, own, require_https=request.is_secure()) else "/"
