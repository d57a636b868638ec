"""In whose name a run acts: that of the connection's export user, an administrator who confirmed it with a password."""

from dataclasses import replace

from leleka.errors import NeedsAttention, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import may_use
from leleka.services.audit.log import record
from leleka.services.people.actors import actor_of
from leleka.state.models import Connection, Run, User


def problem_of(connection: Connection) -> Problem | None:
    """Return why nobody's name is there to act in; None where somebody's is."""
    user = connection.export_user
    if user is None:
        return Problem.of("EXPORT_USER_MISSING")
    if user.disabled_at is not None:
        return Problem.of("EXPORT_USER_DISABLED", name=user.name)
    if not may_use(actor_of(user), connection):
        return Problem.of("EXPORT_USER_DEMOTED", name=user.name)
    if connection.export_user_lapsed:
        return Problem.of("EXPORT_USER_LAPSED", name=user.name)
    return None


def name_for(connection: Connection, actor: Actor) -> str:
    """Return in whose name a run that somebody asks for acts. The operator, who has the store in hand, may run without
    an export user, in their own name (design 7); raises ``NeedsAttention`` for everybody else.
    """
    return _lent(connection) or _own(connection, actor.name, by_operator=actor.is_operator)


def name_now(connection: Connection, run: Run) -> str:
    """Return in whose name a run acts that begins, or is confirmed: it may be another's than when it was asked for.

    Raises ``NeedsAttention`` where nobody lends their name any more.
    """
    own = run.asked_by if run.acts_as else ""  # a run from before export users has none
    return _lent(connection) or _own(connection, own, by_operator=run.configuration.by_operator)


def lapse(user: User) -> None:
    """End what somebody agreed to as export user, within the caller's transaction: their password was set by a link
    that somebody else could have opened. They confirm again with the new one.
    """
    lending = Connection.objects.filter(export_user=user, export_user_lapsed=False)
    for row in lending.order_by("pk"):
        record(actor_of(user), "connection export user lapsed", row.name)
    lending.update(export_user_lapsed=True)


def _lent(connection: Connection) -> str:
    """Return the export user's name; "" where it may not be used."""
    user = connection.export_user
    return actor_of(user).name if user is not None and problem_of(connection) is None else ""


def _own(connection: Connection, name: str, *, by_operator: bool) -> str:
    if by_operator:
        return name
    problem = problem_of(connection) or Problem.of("EXPORT_USER_MISSING")
    raise NeedsAttention.of([replace(problem, where=connection.name)])
