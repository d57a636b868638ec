"""Signing in: passwords and tokens, with limits on how often one may try in vain (P-2).

Everybody who is refused reads the same sentence after the same work, whether there is such a person or not. The
limits are in ``attempts``.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Final, NamedTuple, TypeVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from leleka.core.clock import utc_now
from leleka.core.email import Address, normalise
from leleka.errors import Forbidden, NotFound, TryLater
from leleka.services.access.actor import Actor
from leleka.services.audit import refusals
from leleka.services.audit.log import record
from leleka.services.people import attempts
from leleka.services.people.actors import actor_of
from leleka.services.people.devices import LASTS, kept_by, recognised
from leleka.state.models import ApiToken, User
from leleka.state.sessions import SessionStore, digest_of

_T = TypeVar("_T")
_SIGN_IN, _CONFIRM = "person sign in", "password confirm"
_MINUTE: Final = timedelta(minutes=1)


class Came(NamedTuple):
    """From where somebody came, and with which request."""

    source: str
    request: str


def sign_in(email: str, password: str, source: str, request: str = "", device: str = "") -> Actor:
    """``device`` is what the browser kept from before. Raises ``Forbidden`` SIGN_IN_REFUSED, or ``TryLater`` with the
    seconds to wait.
    """
    known = normalise(email)
    who = hashlib.sha256((known.key if isinstance(known, Address) else email).encode()).hexdigest()
    user = User.objects.filter(email=known.key).first() if isinstance(known, Address) else None
    trier = attempts.trier(who, source, recognised(device, user))
    came = Came(source, request)
    return _recorded(
        Actor.nobody(source, request), _SIGN_IN, user, lambda: _signed_in(user, password, trier, came)
    )


def _recorded(actor: Actor, action: str, user: User | None, act: Callable[[], _T]) -> _T:
    """Look at a password; a refusal is an entry of the audit. Whom it was for stands there only where there is such a
    person.
    """
    try:
        return act()
    except (Forbidden, TryLater):
        refusals.refused(actor, action, f"person {user.pk}" if user else "unknown person")
        raise


def _signed_in(user: User | None, password: str, trier: attempts.Trier, came: Came) -> Actor:
    known = _proved(user, password, trier)
    with transaction.atomic():
        attempts.forget(trier)
        User.objects.filter(pk=known.pk).update(signed_in_at=utc_now())
        actor = actor_of(known, came.source, came.request)
        record(actor, _SIGN_IN, f"person {known.pk}")
    return actor


def _proved(user: User | None, password: str, trier: attempts.Trier) -> User:
    """Return whose password it is."""
    with attempts.counted(trier):
        usable = user is not None and bool(user.password) and user.disabled_at is None
        good = check_password(password, user.password if user and usable else _nobody(), _rehash(user))
    if not good or not usable or user is None:
        raise Forbidden("SIGN_IN_REFUSED")
    return user


def confirm_password(actor: Actor, password: str) -> None:
    """Let somebody prove that it is still them. Raises as ``sign_in`` does."""
    user = User.objects.filter(pk=actor.user or 0).first()
    # They are signed in: what others do in their name or at their place does not count against them.
    trier = attempts.trier("", actor.address, f"signed in as {actor.user}")
    proved = _recorded(actor, _CONFIRM, user, lambda: _proved(user, password, trier))
    with transaction.atomic():
        attempts.forget(trier)
        record(actor, _CONFIRM, f"person {proved.pk}")


def actor_by_id(number: int, source: str = "", request: str = "") -> Actor | None:
    """Return the person of a session; None for one who is gone or disabled."""
    user = User.objects.filter(pk=number, disabled_at__isnull=True).first()
    return actor_of(user, source, request) if user else None


def actor_by_token(token: str, source: str = "", request: str = "") -> Actor:
    """Raises ``NotFound`` for a token nobody has, that has expired, or whose owner is disabled."""
    row = ApiToken.objects.select_related("user").filter(digest=digest_of(token)).first()
    now = utc_now()
    if row is None or row.user.disabled_at is not None or row.expires_at <= now:
        raise NotFound("TOKEN_UNKNOWN")
    if row.used_at is None or row.used_at < now - _MINUTE:
        ApiToken.objects.filter(pk=row.pk).update(used_at=now)
    return replace(actor_of(row.user, source, request), until=row.expires_at)


def device_of(actor: Actor) -> str:
    """Return what the browser of somebody who has just signed in keeps: it has tries of its own from now on."""
    return kept_by(User.objects.filter(pk=actor.user or 0).first())


def device_lasts() -> timedelta:
    """Return how long a browser keeps it."""
    return LASTS


def keep_no_session_alive(session: SessionBase) -> None:
    """Say that this request is a page's own, and not of somebody who is there."""
    if isinstance(session, SessionStore):
        session.looked_at = False


def forget_ended_sessions() -> None:
    """Remove the sessions that have ended: nobody signs out of most of them."""
    SessionStore.clear_expired()


def language_of(actor: Actor) -> str:
    """Return the language somebody chose for themselves; "" of the operator, and before they chose one."""
    return User.objects.filter(pk=actor.user or 0).values_list("language", flat=True).first() or ""


def choose_language(actor: Actor, language: str) -> None:
    """Remember the language somebody chose for themselves."""
    User.objects.filter(pk=actor.user or 0).update(language=language)


@cache
def _nobody() -> str:
    """A password nobody has: as much work as a real one."""
    return make_password("nobody has this password")


def _rehash(user: User | None) -> Callable[[str], None]:
    def keep(raw: str) -> None:
        if user is not None:
            User.objects.filter(pk=user.pk).update(password=make_password(raw))

    return keep
