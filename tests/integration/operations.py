"""What an operation of the API is, in a test of who may use it."""

from collections.abc import Callable
from dataclasses import dataclass

from leleka.services.access import permissions
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission
from leleka.state.models import Connection

Rule = Callable[[Actor], bool]


def needs(permission: Permission) -> Rule:
    return lambda actor: permissions.allows(actor, permission)


def on_the_export(actor: Actor) -> bool:
    return permissions.may_use(actor, Connection.objects.get())


def everybody(_: Actor) -> bool:
    return True


@dataclass(frozen=True)
class Operation:
    """One operation: what is sent, the status if all is well, and who may use it."""

    method: str
    path: str
    status: int
    rule: Rule
    body: object = None
    real: str = ""  # the path as asked, where the object is not number 1 of its kind

    @property
    def template(self) -> str:
        return f"{self.method} {self.path}"
