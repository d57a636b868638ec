from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Value

from leleka.errors import NotFound
from leleka.services.access.actor import Actor, Role
from leleka.services.access.permissions import Permission, require
from leleka.services.paging import Columns, Listed, ListQuery, after, contains, page_of
from leleka.state.case_folding import Folded
from leleka.state.models import User


@dataclass(frozen=True, slots=True)
class PersonView:
    id: int
    email: str
    name: str
    role: Role
    disabled: bool
    has_password: bool
    signed_in_at: datetime | None
    created_at: datetime


def list_people(actor: Actor) -> Sequence[PersonView]:
    require(actor, Permission.PEOPLE)
    return [person_view(user) for user in User.objects.order_by("name", "email")]


def find_people(actor: Actor, wanted: ListQuery) -> Listed[PersonView]:
    """Return a page of people, looked for by name and address."""
    require(actor, Permission.PEOPLE)
    columns: Columns = {
        "name": Folded("name"),
        "type": Value(""),  # all are single users (CI-R7): of groups and applications there are none
        "email": "email",
        "role": "role",
        "signed_in": "signed_in_at",
    }
    matching = contains(wanted.text, "name", "email")
    return page_of(User.objects.all(), wanted, columns, matching, lambda rows: list(map(person_view, rows)))


def people_after(actor: Actor, number: int, limit: int) -> Sequence[PersonView]:
    """Return people as they were added, from behind the one of this id."""
    require(actor, Permission.PEOPLE)
    return list(map(person_view, after(User.objects.all(), number, limit)))


def person(actor: Actor, number: int) -> PersonView:
    require(actor, Permission.PEOPLE)
    return person_view(person_row(number))


def person_row(number: int) -> User:
    user = User.objects.filter(pk=number).first()
    if user is None:
        raise NotFound("PERSON_UNKNOWN")
    return user


def person_view(user: User) -> PersonView:
    return PersonView(
        id=user.pk,
        email=user.email,
        name=user.name,
        role=Role(user.role),
        disabled=user.disabled_at is not None,
        has_password=bool(user.password),
        signed_in_at=user.signed_in_at,
        created_at=user.created_at,
    )
