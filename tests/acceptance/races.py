"""What two people do at one moment, though only one of them can; each race returns what was left after it."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection, transaction

from leleka.core.clock import using, utc_now
from leleka.errors import LelekaError
from leleka.services.access.actor import Actor
from leleka.services.audit import verification
from leleka.services.audit.log import record, record_each
from leleka.services.definitions.changes import Changes
from leleka.services.exports import commands as export_commands
from leleka.services.exports import connection_removal
from leleka.services.exports.form import data_of
from leleka.services.people import commands, sign_in
from leleka.services.people.actors import actor_of
from leleka.services.segments import commands as segment_commands
from leleka.state.models import AuditEntry, AuditLink, Connection, Export, Segment, SignInFailure, User
from tests.fakes.clock import VirtualClock

_NAME = "Twice"
_RULES = '{"column": "name", "is": "x"}'
PASSWORDS = ("seven-otters-swim-north", "nine-herons-fly-southward")


def both(*acts: Callable[[], object]) -> int:
    """Do them at once, each over its own connection; return how many succeeded."""
    start, done, bugs = Barrier(len(acts)), list[bool](), list[Exception]()

    def act(one: Callable[[], object]) -> None:
        connection.ensure_connection()
        start.wait()
        try:
            one()
        except LelekaError:
            return
        except Exception as error:  # noqa: BLE001 - raised where all are joined
            bugs.append(error)
        else:
            done.append(True)
        finally:
            connection.close()

    threads = [Thread(target=act, args=(one,)) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if bugs:
        raise bugs[0]
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


def _told(code: str, act: Callable[[], object]) -> int:
    """Return how many of two who do the same at once are told this."""
    told = list[str]()

    def do() -> None:
        try:
            act()
        except LelekaError as error:
            told.append(error.code)

    both(do, do)
    return told.count(code)


def additions() -> int:
    """Return how many of two who add one address are told that the person exists."""
    User.objects.all().delete()
    operator = Actor.operator()
    return _told("PERSON_EXISTS", lambda: commands.add_person(operator, "bob@x.test", "Bob", "viewer"))


def segments() -> int:
    """Return how many of two who make a segment of one name are told that there is one."""
    Segment.objects.filter(name=_NAME).delete()
    return _told("NAME_TAKEN", lambda: segment_commands.create(Actor.operator(), _NAME, _RULES))


def renamed_segments() -> int:
    """Return how many of two who give their segments one name are told that there is one."""
    Segment.objects.filter(name__startswith=_NAME).delete()
    rows = [segment_commands.create(Actor.operator(), f"{_NAME} {one}", _RULES) for one in range(2)]
    return _told(
        "NAME_TAKEN", lambda: segment_commands.update(Actor.operator(), rows.pop(), _NAME, _RULES, 1)
    )


def exports() -> int:
    """Return how many of two who make an export of one name are told that there is one."""
    Export.objects.filter(name=_NAME).delete()
    data = {**data_of(Export.objects.earliest("pk")), "name": _NAME}
    return _told("NAME_TAKEN", lambda: export_commands.create(Actor.operator(), data))


def renamed_exports() -> int:
    """Return how many of two who give their exports one name are told that there is one."""
    Export.objects.filter(name__startswith=_NAME).delete()
    data = data_of(Export.objects.earliest("pk"))
    rows = [
        export_commands.create(Actor.operator(), {**data, "name": f"{_NAME} {one}"}).id for one in range(2)
    ]
    wanted = {**data, "name": _NAME}
    return _told("NAME_TAKEN", lambda: export_commands.update(Actor.operator(), rows.pop(), wanted, 1))


def used_segments() -> int:
    """Return whether an export that is made as its segment is removed has it, or is refused."""
    Export.objects.filter(name=_NAME).delete()
    Segment.objects.filter(name=_NAME).delete()
    operator, number = Actor.operator(), segment_commands.create(Actor.operator(), _NAME, _RULES)
    data = {**data_of(Export.objects.earliest("pk")), "name": _NAME, "segments": [_NAME]}
    succeeded = both(
        lambda: export_commands.create(operator, data), lambda: segment_commands.remove(operator, number)
    )
    made = Export.objects.filter(name=_NAME).first()
    return int(succeeded == 1 and (made is None or made.segments.count() == 1))


def used_connections() -> int:
    """Return whether an export that is made as its connection is removed has it, or is refused."""
    Export.objects.filter(name=_NAME).delete()
    Connection.objects.filter(name=_NAME).delete()
    operator, row = Actor.operator(), Connection.objects.earliest("pk")
    row.pk, row.name, row.managed_by_file = None, _NAME, ""
    row.save()
    data = {**data_of(Export.objects.earliest("pk")), "name": _NAME, "connection": _NAME, "list": 2}
    succeeded = both(
        lambda: export_commands.create(operator, data),
        lambda: connection_removal.remove(operator, row.pk, row.version),
    )
    made = Export.objects.filter(name=_NAME).first()
    return int(succeeded == 1 and (made is None or made.connection_id == row.pk))


def applied() -> int:
    """Return how many segments two have made who apply a file with a new one. The second is told that there is one, or
    finds it where it comes later; anything else is an error of the database.
    """
    Segment.objects.filter(name=_NAME).delete()

    def apply() -> None:
        with transaction.atomic():
            Changes("leleka.yaml", Actor.operator()).upsert("segment", _NAME, {"rules": {}})

    both(apply, apply)
    return Segment.objects.filter(name=_NAME).count()


def guesses() -> int:
    """Return how many of 24 guesses at once were looked at: those that counted as a failure."""
    SignInFailure.objects.all().delete()
    moment = VirtualClock(start=utc_now().timestamp())

    def guess() -> None:
        with using(moment):  # one more is looked at after five seconds, which 24 may take on a busy machine
            sign_in.sign_in("ada@x.test", "not the password", "192.0.2.1")

    both(*[guess] * 24)
    return SignInFailure.objects.count()


def entries() -> int:
    """Return whether the chain of the audit holds over what 16 transactions wrote at once, and whether each entry has
    its link, with the next entry at the latest, before somebody looks.
    """
    before = AuditEntry.objects.count()

    def write() -> None:
        with transaction.atomic():
            record_each(Actor.operator(), "some", "race", [{}] * 40)
            record(Actor.operator(), "one", "race")

    both(*(write for _ in range(16)))
    record(Actor.operator(), "last", "race")
    wanted = before + 16 * 41 + 1
    linked = AuditLink.objects.count()
    found = verification.verify(Actor.operator())
    return int(found.holds and found.entries == linked == wanted)


RACES = {
    one.__name__: one
    for one in (
        demotions, disablings, links, first_links, additions, segments, renamed_segments, exports, renamed_exports,
        used_segments, used_connections, applied, guesses, entries,
    )
}  # fmt: skip
LEFT = dict.fromkeys(RACES, 1) | {"guesses": 5}
