"""API tokens: each in the name of a person, shown once, kept as a digest."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from leleka.core.clock import utc_now
from leleka.errors import Conflict, Forbidden, InvalidInput, NotFound
from leleka.services.access.actor import Actor
from leleka.services.audit.log import record
from leleka.state.models import ApiToken, User
from leleka.state.sessions import digest_of

_PREFIX: Final = "leleka_"
_BYTES: Final = 32
_SHOWN: Final = 4
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class TokenView:
    id: int
    name: str
    hint: str
    made_at: datetime
    used_at: datetime | None


def list_tokens(actor: Actor) -> Sequence[TokenView]:
    """Return one's own tokens."""
    rows = ApiToken.objects.filter(user_id=_person(actor)).order_by("name")
    return [TokenView(row.pk, row.name, row.hint, row.made_at, row.used_at) for row in rows]


def make_token(actor: Actor, name: str) -> tuple[TokenView, str]:
    """Make a token with one's own rights; the text is given this once."""
    return _make(actor, _person(actor), name)


def make_token_for(operator: Actor, email: str, name: str) -> tuple[TokenView, str]:
    """Make a token in the name of another person. Only who has the store in hand may: nobody signs in as others."""
    if operator.user is not None:
        raise Forbidden("NOT_ALLOWED.tokens_of_others")
    owner = User.objects.filter(email=email.strip().lower()).first()
    if owner is None:
        raise NotFound("PERSON_UNKNOWN.named", name=email)
    return _make(operator, owner.pk, name)


def _make(actor: Actor, owner: int, name: str) -> tuple[TokenView, str]:
    called = name.strip()
    if not called or len(called) > _LONGEST_NAME or not called.isprintable():
        raise InvalidInput("NAME_INVALID", where="name")
    token = _PREFIX + secrets.token_urlsafe(_BYTES)
    with transaction.atomic():
        if ApiToken.objects.filter(user_id=owner, name=called).exists():
            raise Conflict("TOKEN_EXISTS", where="name")
        row = ApiToken.objects.create(
            user_id=owner,
            name=called,
            digest=digest_of(token),
            hint=token[-_SHOWN:],
            made_at=utc_now(),
        )
        record(actor, "token make", called, {"of": owner})
    return TokenView(row.pk, row.name, row.hint, row.made_at, None), token


def remove_token(actor: Actor, number: int) -> None:
    with transaction.atomic():
        row = ApiToken.objects.filter(pk=number, user_id=_person(actor)).first()
        if row is None:
            raise NotFound("TOKEN_UNKNOWN.own")
        row.delete()
        record(actor, "token remove", row.name)


def _person(actor: Actor) -> int:
    if actor.user is None:
        raise Forbidden("NOT_ALLOWED.tokens")
    return actor.user
