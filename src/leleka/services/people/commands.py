"""People: who may come in, as what, and the links by which they choose their passwords."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from leleka.core.clock import utc_now
from leleka.core.email import Unusable, normalise
from leleka.errors import Conflict, Forbidden, InvalidInput, NotFound
from leleka.services.access.actor import Actor, Role
from leleka.services.access.edit_guards import unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.connections import export_user
from leleka.services.people.actors import actor_of
from leleka.services.people.passwords import check_password_is_good
from leleka.services.people.queries import PersonView, person_row, person_view
from leleka.services.people.sign_in import confirm_password
from leleka.state.models import OneTimeLink, User
from leleka.state.sessions import digest_of

_LINK_LASTS: Final = timedelta(hours=24)
_FIRST_LINK_LASTS: Final = timedelta(hours=1)
_TOKEN_BYTES: Final = 24
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Welcome:
    """For whom a one-time link is; ``email`` is "" where it makes the first administrator."""

    email: str
    name: str


def _insert(user: User) -> None:
    """Raises ``Conflict`` PERSON_EXISTS, also where somebody else adds the address at the same time."""
    user.created_at = utc_now()
    with unique(Conflict("PERSON_EXISTS", where="email")):
        user.save(force_insert=True)


def add_person(actor: Actor, email: str, name: str, role: str) -> tuple[PersonView, str]:
    """Add somebody; return them with the token of the link by which they choose a password."""
    require(actor, Permission.PEOPLE)
    address, called = _address(email), _name(name)
    with transaction.atomic():
        user = User(email=address, name=called, role=_role(role), created_by=actor.name)
        _insert(user)
        record(actor, "person add", _called(user), {"role": user.role})
        return person_view(user), _new_link(user, _LINK_LASTS)


def change_role(actor: Actor, number: int, role: str) -> PersonView:
    """Raises ``Conflict`` for one's own role and for the last administrator's."""
    require(actor, Permission.PEOPLE)
    wanted = _role(role)
    with transaction.atomic():
        user = person_row(number)
        if user.pk == actor.user:
            raise Conflict("OWN_ROLE")
        if wanted is not Role.ADMINISTRATOR:
            _keep_an_administrator(user)
        before, user.role = user.role, wanted.value
        user.save(update_fields=("role",))
        user.sessions.all().delete()  # ASVS 8.3.2: a role counts at once, in a new session (C-1)
        record(actor, "person role", _called(user), {"before": before, "after": user.role})
    return person_view(user)


def disable(actor: Actor, number: int) -> PersonView:
    """Shut somebody out at once: sessions, tokens and links end, and do not come back with them."""
    require(actor, Permission.PEOPLE)
    with transaction.atomic():
        user = person_row(number)
        if user.pk == actor.user:
            raise Conflict("OWN_ACCOUNT")
        _keep_an_administrator(user)
        user.disabled_at = utc_now()
        user.save(update_fields=("disabled_at",))
        user.sessions.all().delete()
        user.tokens.all().delete()
        user.links.all().delete()
        record(actor, "person disable", _called(user))
    return person_view(user)


def enable(actor: Actor, number: int) -> PersonView:
    require(actor, Permission.PEOPLE)
    with transaction.atomic():
        user = person_row(number)
        user.disabled_at = None
        user.save(update_fields=("disabled_at",))
        record(actor, "person enable", _called(user))
    return person_view(user)


def new_link(actor: Actor, number: int) -> str:
    """Return the token of a fresh link to choose a password; older ones of the person stop working."""
    require(actor, Permission.PEOPLE)
    with transaction.atomic():
        user = person_row(number)
        if user.disabled_at:
            raise Conflict("PERSON_DISABLED")
        record(actor, "person link", _called(user))
        return _new_link(user, _LINK_LASTS)


def first_link(actor: Actor) -> str:
    """Return the token that makes the first administrator (P-3); "" where there is one already."""
    require(actor, Permission.PEOPLE)
    if User.objects.filter(role=Role.ADMINISTRATOR).exists():
        return ""
    OneTimeLink.objects.filter(user=None).delete()
    return _new_link(None, _FIRST_LINK_LASTS)


def welcome(token: str) -> Welcome:
    """Tell for whom a link is. Raises ``NotFound`` for one that is unknown, used or over."""
    link = _link(token)
    return Welcome(link.user.email, link.user.name) if link.user else Welcome("", "")


def accept_link(token: str, password: str, email: str = "", name: str = "") -> int:
    """Set the password the link was made for, or make the first administrator; return the person's id."""
    with transaction.atomic():
        link = _link(token)
        user = _locked(link.user_id) if link.user_id else None
        _use_up(link)
        if user is None:
            if User.objects.filter(role=Role.ADMINISTRATOR).exists():
                raise _no_link()
            user = User(email=_address(email), name=_name(name), role=Role.ADMINISTRATOR)
            user.created_by = "one-time link"
        check_password_is_good(password, user.email, user.name)
        user.password = make_password(password)
        if user.pk is None:
            _insert(user)
        else:
            user.save(update_fields=("password",))
            export_user.lapse(user)
        user.sessions.all().delete()
        user.tokens.all().delete()  # whoever knew the old password may have made one
        record(actor_of(user), "person password", _called(user))
    return user.pk


def change_password(actor: Actor, current: str, password: str) -> None:
    """Let somebody choose another password for themselves; who else knew the old one is shut out.

    All their sessions and API tokens end. Raises ``InvalidInput`` PASSWORD_WRONG and those of a password that is not
    good enough, or ``TryLater`` as signing in does.
    """
    user = person_row(actor.user or 0)
    try:
        confirm_password(actor, current)
    except Forbidden:
        raise InvalidInput("PASSWORD_WRONG", where="current") from None
    check_password_is_good(password, user.email, user.name)
    with transaction.atomic():
        locked = User.objects.select_for_update().filter(pk=user.pk, disabled_at__isnull=True).first()
        if locked is None:
            raise NotFound("PERSON_UNKNOWN")
        locked.password = make_password(password)
        locked.save(update_fields=("password",))
        _end_everything(locked)
        record(actor, "person password", _called(locked))


def _end_everything(user: User) -> None:
    """End what whoever knew the old password may have made with it."""
    user.sessions.all().delete()
    user.tokens.all().delete()
    user.links.all().delete()


def _locked(number: int) -> User:
    """Return a person as nobody else changes them meanwhile. Locked before their links, as ``disable`` does."""
    user = User.objects.select_for_update().filter(pk=number, disabled_at__isnull=True).first()
    if user is None:
        raise _no_link()
    return user


def _use_up(link: OneTimeLink) -> None:
    """Take a link away before it does anything: of two who use it at once, the second waits here, and finds none.

    All links to a first administrator go together, so that two of them make one administrator.
    """
    siblings = (
        OneTimeLink.objects.filter(user=None) if link.user is None else OneTimeLink.objects.filter(pk=link.pk)
    )
    taken = [one.pk for one in siblings.select_for_update(of=("self",)).order_by("pk")]
    if link.pk not in taken:
        raise _no_link()
    OneTimeLink.objects.filter(pk__in=taken).delete()


def _keep_an_administrator(user: User) -> None:
    # Locked in one order: of two who would shut each other out, the second waits, and sees what the first did.
    # Links may be made for them at the same time, which takes no more than the key of their rows.
    list(User.objects.select_for_update(no_key=True).filter(role=Role.ADMINISTRATOR).order_by("pk"))
    user.refresh_from_db()
    others = User.objects.filter(role=Role.ADMINISTRATOR, disabled_at__isnull=True).exclude(password="")
    if user.role == Role.ADMINISTRATOR and not others.exclude(pk=user.pk).exists():
        raise Conflict("LAST_ADMINISTRATOR")


def _new_link(user: User | None, lasts: timedelta) -> str:
    token, now = secrets.token_urlsafe(_TOKEN_BYTES), utc_now()
    OneTimeLink.objects.filter(user=user).delete()
    OneTimeLink.objects.create(user=user, digest=digest_of(token), made_at=now, expires_at=now + lasts)
    return token


def _link(token: str) -> OneTimeLink:
    link = OneTimeLink.objects.select_related("user").filter(digest=digest_of(token)).first()
    now = utc_now()
    if link is None or link.expires_at < now or (link.user and link.user.disabled_at):
        raise _no_link()
    if link.made_at > now + _LINK_LASTS:  # by a wrong clock: it would work for years
        raise _no_link()
    return link


def _no_link() -> NotFound:
    return NotFound("LINK_UNKNOWN")


def _address(email: str) -> str:
    known = normalise(email)
    if isinstance(known, Unusable):
        raise InvalidInput.of([replace(known.problem, where="email")])
    return known.key


def _name(name: str) -> str:
    called = name.strip()
    if not called or len(called) > _LONGEST_NAME or not called.isprintable():
        raise InvalidInput("NAME_INVALID", where="name")
    return called


def _role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise InvalidInput("ROLE_UNKNOWN", where="role") from None


def _called(user: User) -> str:
    return f"person {user.pk}"
