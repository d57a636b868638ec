"""Signing in, one-time links, signing out."""

from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from leleka.errors import Forbidden, InvalidInput, NotFound, TryLater
from leleka.services import people, signing_in
from leleka.services.statuses import status_of
from leleka.web.answers import by_field, go, page
from leleka.web.middleware import USER
from leleka.web.request import Request


@sensitive_post_parameters("password")
def sign_in(request: Request) -> HttpResponse:
    wanted = _safe(request, request.POST.get("next") or request.GET.get("next") or "/")
    if request.method != "POST":
        return page(request, "web/pages/sign_in.html", {"next": wanted})
    email = request.POST.get("email", "")
    try:
        actor = signing_in.sign_in(
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
        known = people.welcome(token)
    except NotFound as error:
        return page(request, "web/pages/link_over.html", {"errors": by_field(error.problems)}, 404)
    given = {name: request.POST.get(name, "") for name in ("email", "name")}
    context = {"known": known, "given": given}
    if request.method != "POST":
        return page(request, "web/pages/welcome.html", context)
    password, again = request.POST.get("password", ""), request.POST.get("again", "")
    try:
        _same(password, again)
        number = people.accept_link(token, password, **given)
    except InvalidInput as error:
        shown = {**context, "errors": by_field(error.problems)}
        return page(request, "web/pages/welcome.html", shown, status_of(error))
    _begin(request, number)
    return go(request, "/")


def _same(password: str, again: str) -> None:
    if password != again:
        raise InvalidInput("PASSWORD_AGAIN", "The two passwords differ.", where="again")


def _begin(request: Request, number: int | None) -> None:
    """C-1: a new id at every sign-in; the contents of the old session are discarded."""
    request.session.flush()
    request.session[USER] = number


def _safe(request: Request, url: str) -> str:
    own = {request.get_host()}
    return url if url_has_allowed_host_and_scheme(url, own, require_https=request.is_secure()) else "/"
