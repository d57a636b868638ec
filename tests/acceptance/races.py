"""What two people do at one moment, though only one of them can; each race returns what was left after it."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection

from leleka.core.clock import utc_now
from leleka.errors import LelekaError
from leleka.services.access.actor import Actor
from leleka.services.people import commands
from leleka.services.people.actors import actor_of
from leleka.state.models import User

PASSWORDS = ("seven-otters-swim-north", "nine-herons-fly-southward")


def both(*acts: Callable[[], object]) -> int:
    """Do them at once, each over its own connection; return how many succeeded."""
    start, done = Barrier(len(acts)), list[bool]()

    def act(one: Callable[[], object]) -> None:
        connection.ensure_connection()
        start.wait()
        try:
            one()
        except LelekaError:
            return
        else:
            done.append(True)
        finally:
            connection.close()

    threads = [Thread(target=act, args=(one,)) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done)


def _against_each_other(act: str, *more: str) -> int:
    """Return how many administrators are left when each of two does this to the other."""
    User.objects.all().delete()
    values = {"role": "administrator", "password": "set", "created_at": utc_now()}
    one, other = (User.objects.create(email=f"{name}@x.test", name=name, **values) for name in ("ada", "eve"))
    do = getattr(commands, act)
    both(lambda: do(actor_of(one), other.pk, *more), lambda: do(actor_of(other), one.pk, *more))
    return User.objects.filter(role="administrator", disabled_at=None).count()


def demotions() -> int:
    return _against_each_other("change_role", "viewer")


def disablings() -> int:
    return _against_each_other("disable")


def links() -> int:
    """Return how often a link that works once was used."""
    User.objects.all().delete()
    _, token = commands.add_person(Actor.operator(), "bob@x.test", "Bob", "viewer")
    return both(*(lambda word=word: commands.accept_link(token, word) for word in PASSWORDS))


def first_links() -> int:
    """Return how many first administrators one link made."""
    User.objects.all().delete()
    token = commands.first_link(Actor.operator())
    acts = (
        lambda: commands.accept_link(token, PASSWORDS[0], "ada@x.test", "Ada"),
        lambda: commands.accept_link(token, PASSWORDS[1], "eve@x.test", "Eve"),
    )
    both(*acts)
    return User.objects.filter(role="administrator").count()


RACES = {one.__name__: one for one in (demotions, disablings, links, first_links)}
