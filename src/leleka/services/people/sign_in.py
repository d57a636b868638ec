"""Signing in: passwords and tokens, with limits on how often one may try in vain (P-2).

Everybody who is refused reads the same sentence after the same work, whether there is such a person or not. An
account is never locked for good: after five failures each further one doubles how long it has to wait, up to
fifteen minutes. The counts stand in the database, so that all processes share them.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from leleka.core.clock import utc_now
from leleka.core.email import Address, normalise
from leleka.errors import Forbidden, NotFound, TryLater
from leleka.services.access.actor import Actor
from leleka.services.audit.log import record
from leleka.services.people.actors import actor_of
from leleka.state.models import ApiToken, SignInFailure, User
from leleka.state.sessions import SessionStore, digest_of

_FREE: Final = 5
_FIRST_WAIT: Final = 5.0  # seconds, doubled by each failure beyond the free ones
_LONGEST_WAIT: Final = 900.0
_REMEMBERED: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_PER_SOURCE, _IN_ALL = 20, 200  # failures a minute


def sign_in(email: str, password: str, source: str, request: str = "") -> Actor:
    """Raises ``Forbidden`` SIGN_IN_REFUSED, or ``TryLater`` with the seconds to wait."""
    known = normalise(email)
    who = hashlib.sha256((known.key if isinstance(known, Address) else email).encode()).hexdigest()
    _wait_if_needed(who, source)
    user = User.objects.filter(email=known.key).first() if isinstance(known, Address) else None
    usable = user is not None and bool(user.password) and user.disabled_at is None
    good = check_password(password, user.password if user and usable else _nobody(), _rehash(user))
    if not good or not usable or user is None:
        SignInFailure.objects.create(who=who, source=source[:64], at=utc_now())
        raise Forbidden("SIGN_IN_REFUSED")
    with transaction.atomic():
        SignInFailure.objects.filter(who=who).delete()
        User.objects.filter(pk=user.pk).update(signed_in_at=utc_now())
        actor = actor_of(user, source, request)
        record(actor, "person sign in", f"person {user.pk}")
    return actor


def confirm_password(actor: Actor, password: str) -> None:
    """Let somebody prove that it is still them. Raises as ``sign_in`` does."""
    user = User.objects.filter(pk=actor.user or 0).first()
    sign_in(user.email if user else "", password, actor.address, actor.request)


def actor_by_id(number: int, source: str = "", request: str = "") -> Actor | None:
    """Return the person of a session; None for one who is gone or disabled."""
    user = User.objects.filter(pk=number, disabled_at__isnull=True).first()
    return actor_of(user, source, request) if user else None


def actor_by_token(token: str, source: str = "", request: str = "") -> Actor:
    """Raises ``NotFound`` for a token nobody has, or whose owner is disabled."""
    row = ApiToken.objects.select_related("user").filter(digest=digest_of(token)).first()
    if row is None or row.user.disabled_at is not None:
        raise NotFound("TOKEN_UNKNOWN")
    now = utc_now()
    if row.used_at is None or row.used_at < now - _MINUTE:
        ApiToken.objects.filter(pk=row.pk).update(used_at=now)
    return actor_of(row.user, source, request)


def keep_no_session_alive(session: SessionBase) -> None:
    """Say that this request is a page's own, and not of somebody who is there."""
    if isinstance(session, SessionStore):
        session.looked_at = False


def language_of(actor: Actor) -> str:
    """Return the language somebody chose for themselves; "" of the operator, and before they chose one."""
    return User.objects.filter(pk=actor.user or 0).values_list("language", flat=True).first() or ""


def choose_language(actor: Actor, language: str) -> None:
    """Remember the language somebody chose for themselves."""
    User.objects.filter(pk=actor.user or 0).update(language=language)


def _wait_if_needed(who: str, source: str) -> None:
    now = utc_now()
    SignInFailure.objects.filter(at__lt=now - _REMEMBERED).delete()
    lately = SignInFailure.objects.filter(at__gt=now - _MINUTE)
    if lately.count() >= _IN_ALL or lately.filter(source=source[:64]).count() >= _PER_SOURCE:
        raise _later(_MINUTE.total_seconds())
    failures = list(SignInFailure.objects.filter(who=who).order_by("-at").values_list("at", flat=True))
    if len(failures) >= _FREE:
        wait = min(_FIRST_WAIT * 2 ** (len(failures) - _FREE), _LONGEST_WAIT)
        left = wait - (now - failures[0]).total_seconds()
        if left > 0:
            raise _later(left)


def _later(seconds: float) -> TryLater:
    return TryLater("SIGN_IN_TOO_OFTEN", retry_after=seconds, seconds=seconds)


@cache
def _nobody() -> str:
    """A password nobody has: as much work as a real one."""
    return make_password("nobody has this password")


def _rehash(user: User | None) -> Callable[[str], None]:
    def keep(raw: str) -> None:
        if user is not None:
            User.objects.filter(pk=user.pk).update(password=make_password(raw))

    return keep
