"""API tokens: each in the name of a person, with an end, shown once, kept as a digest."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from leleka.core.clock import utc_now
from leleka.errors import Conflict, Forbidden, InvalidInput, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.paging import Columns, Listed, ListQuery, after, contains, page_of
from leleka.state.case_folding import Folded
from leleka.state.models import ApiToken, User
from leleka.state.sessions import digest_of

_PREFIX: Final = "leleka_"
_BYTES: Final = 32
_SHOWN: Final = 4
_LONGEST_NAME: Final = 200
_MOST: Final = 50  # of one person
USUAL_DAYS, MOST_DAYS = 90, 365


@dataclass(frozen=True, slots=True)
class TokenView:
    id: int
    name: str
    hint: str
    made_at: datetime
    used_at: datetime | None
    expires_at: datetime
    is_over: bool
    owner: str  # the name of whoever it acts for


def list_tokens(actor: Actor) -> Sequence[TokenView]:
    """Return one's own tokens."""
    return _views(ApiToken.objects.filter(user_id=_person(actor)).order_by("name"))


def list_all_tokens(actor: Actor) -> Sequence[TokenView]:
    """Return everybody's tokens."""
    require(actor, Permission.PEOPLE)
    return _views(ApiToken.objects.order_by("user__name", "user__email", "name"))


def find_tokens(actor: Actor, wanted: ListQuery) -> Listed[TokenView]:
    """Return a page of everybody's tokens, looked for by name and by whose they are."""
    require(actor, Permission.PEOPLE)
    columns: Columns = {
        "owner": Folded("user__name"),
        "name": Folded("name"),
        "expires": "expires_at",
        "used": "used_at",
    }
    matching = contains(wanted.text, "name", "user__name", "user__email")
    rows = ApiToken.objects.select_related("user")
    return page_of(rows, wanted, columns, matching, lambda found: list(map(_view, found)))


def tokens_after(actor: Actor, number: int, limit: int) -> Sequence[TokenView]:
    """Return everybody's tokens as they were made, from behind the one of this id."""
    require(actor, Permission.PEOPLE)
    return list(map(_view, after(ApiToken.objects.select_related("user"), number, limit)))


def make_token(actor: Actor, name: str, days: int = USUAL_DAYS) -> tuple[TokenView, str]:
    """Make a token with one's own rights, which ends after so many days, and with the token that asks for it: whoever
    found one must not live on by its successors. The text is given this once.
    """
    return _make(actor, _person(actor), name, days)


def make_token_for(operator: Actor, email: str, name: str, days: int = USUAL_DAYS) -> tuple[TokenView, str]:
    """Make a token in the name of another person. Only who has the store in hand may: nobody signs in as others."""
    if operator.user is not None:
        raise Forbidden("NOT_ALLOWED.tokens_of_others")
    owner = User.objects.filter(email=email.strip().lower()).first()
    if owner is None:
        raise NotFound("PERSON_UNKNOWN.named", name=email)
    return _make(operator, owner.pk, name, days)


def _make(actor: Actor, owner: int, name: str, days: int) -> tuple[TokenView, str]:
    called = name.strip()
    if not called or len(called) > _LONGEST_NAME or not called.isprintable():
        raise InvalidInput("NAME_INVALID", where="name")
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput("TOKEN_DAYS", where="days", most=MOST_DAYS)
    token, now = _PREFIX + secrets.token_urlsafe(_BYTES), utc_now()
    expires = min(now + timedelta(days=days), actor.until or datetime.max.replace(tzinfo=UTC))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner)  # of several at once, each counts the others
        mine = ApiToken.objects.filter(user_id=owner)
        if mine.filter(name=called).exists():
            raise Conflict("TOKEN_EXISTS", where="name")
        if mine.count() >= _MOST:
            raise Conflict("TOKENS_TOO_MANY", where="name", most=_MOST)
        row = ApiToken.objects.create(
            user_id=owner,
            name=called,
            digest=digest_of(token),
            hint=token[-_SHOWN:],
            made_at=now,
            expires_at=expires,
        )
        record(actor, "token make", called, {"of": owner, "expires": expires.isoformat()})
    return _view(row), token


def remove_token(actor: Actor, number: int) -> None:
    """Remove one of one's own tokens. Raises ``NotFound``."""
    _remove(actor, ApiToken.objects.filter(pk=number, user_id=_person(actor)).first(), "TOKEN_UNKNOWN.own")


def revoke_token(actor: Actor, number: int) -> None:
    """Remove anybody's token: it opens nothing from then on. Raises ``Forbidden``, ``NotFound``."""
    require(actor, Permission.PEOPLE)
    _remove(actor, ApiToken.objects.filter(pk=number).first(), "TOKEN_UNKNOWN")


def _remove(actor: Actor, row: ApiToken | None, unknown: str) -> None:
    if row is None:
        raise NotFound(unknown)
    with transaction.atomic():
        row.delete()
        record(actor, "token remove", row.name, {"of": row.user_id})


def _views(rows: QuerySet[ApiToken]) -> Sequence[TokenView]:
    return list(map(_view, rows.select_related("user")))


def _view(row: ApiToken) -> TokenView:
    """Return a token as it is shown, to its owner and to administrators alike."""
    return TokenView(
        row.pk,
        row.name,
        row.hint,
        row.made_at,
        row.used_at,
        row.expires_at,
        row.expires_at <= utc_now(),
        row.user.name,
    )


def _person(actor: Actor) -> int:
    if actor.user is None:
        raise Forbidden("NOT_ALLOWED.tokens")
    return actor.user
