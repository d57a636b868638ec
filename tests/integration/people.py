"""Alice is an administrator, Bob a contributor, Charlie a viewer."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from leleka.services.access.actor import Actor, Role
from leleka.services.people.actors import actor_of
from leleka.state.models import Connection, User

PASSWORD = "seven storks over the marsh"
_HASH: list[str] = []


@dataclass(frozen=True)
class Somebody:
    """A person with a browser that is signed in."""

    user: User
    actor: Actor
    browser: Client


def somebody(name: str, role: Role) -> Somebody:
    """Make a person and sign them in, as a browser would."""
    if not _HASH:
        _HASH.append(make_password(PASSWORD))
    user = User.objects.create(
        email=f"{name}@example.com",
        name=name.capitalize(),
        role=role,
        password=_HASH[0],
        created_at=timezone.now(),
        created_by="tests",
    )
    browser = Client()
    reply = browser.post("/sign-in", {"email": user.email, "password": PASSWORD})
    assert reply.status_code == 303, reply.content
    return Somebody(user, actor_of(user), browser)


def lend_a_name() -> User:
    """Make Eve the export user of every connection."""
    eve = User.objects.create(
        email="lender@example.com",
        name="Eve",
        role=Role.ADMINISTRATOR,
        created_at=timezone.now(),
        created_by="tests",
    )
    Connection.objects.update(export_user=eve)
    return eve
