from typing import Final

from leleka.errors import NotFound
from leleka.services.access.actor import Actor, Role
from leleka.services.access.permissions import Permission, require
from leleka.state.models import User

_LONGEST: Final = 200  # characters that an actor's name may have


def actor_of(user: User, address: str = "", request: str = "") -> Actor:
    """Return somebody as who acts; of a long name, the address stays whole."""
    called = f" <{user.email}>"
    name = user.name[: max(_LONGEST - len(called), 0)] + called
    return Actor(name, Role(user.role), user.pk, address, request)


def actor_called(actor: Actor, email: str) -> Actor:
    """Return a person by their e-mail address; they still have to prove that it is them. Raises ``NotFound``."""
    require(actor, Permission.PEOPLE)
    user = User.objects.filter(email=email.strip().lower(), disabled_at__isnull=True).first()
    if user is None:
        raise NotFound("PERSON_UNKNOWN")
    return actor_of(user)
