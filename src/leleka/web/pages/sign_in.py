"""Signing in, one-time links, signing out."""

from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from leleka.errors import Forbidden, InvalidInput, NotFound, TryLater
from leleka.messages.http_status import status_of
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
        )
    except (Forbidden, TryLater) as error:
        context = {"next": wanted, "email": email, "errors": by_field(error.problems)}
        return page(request, "web/pages/sign_in.html", context, status_of(error))
    _begin(request, actor.user)
    return go(request, wanted)


def sign_out(request: Request) -> HttpResponse:
    request.session.flush()
    return go(request, "/sign-in")


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
        _same(password, again)
        number = people_commands.accept_link(token, password, **given)
    except InvalidInput as error:
        shown = {**context, "errors": by_field(error.problems)}
        return page(request, "web/pages/welcome.html", shown, status_of(error))
    _begin(request, number)
    return go(request, "/")


def _same(password: str, again: str) -> None:
    if password != again:
        raise InvalidInput("PASSWORD_AGAIN", where="again")


def _begin(request: Request, number: int | None) -> None:
    """C-1: a new id at every sign-in; the contents of the old session are discarded."""
    request.session.flush()
    request.session[USER] = number


def _safe(request: Request, url: str) -> str:
    own = {request.get_host()}
    return url if url_has_allowed_host_and_scheme(url, own, require_https=request.is_secure()) else "/"
