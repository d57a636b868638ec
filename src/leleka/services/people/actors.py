from leleka.errors import NotFound
from leleka.services.access.actor import Actor, Role
from leleka.services.access.permissions import Permission, require
from leleka.state.models import User


def actor_of(user: User, address: str = "", request: str = "") -> Actor:
    return Actor(f"{user.name} <{user.email}>"[:300], Role(user.role), user.pk, address, request)


def actor_called(actor: Actor, email: str) -> Actor:
    """Return a person by their e-mail address; they still have to prove that it is them. Raises ``NotFound``."""
    require(actor, Permission.PEOPLE)
    user = User.objects.filter(email=email.strip().lower(), disabled_at__isnull=True).first()
    if user is None:
        raise NotFound("PERSON_UNKNOWN")
    return actor_of(user)
