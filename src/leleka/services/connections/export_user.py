"""In whose name a run acts: that of the connection's export user, an administrator who confirmed it with a password."""

from dataclasses import replace

from leleka.errors import NeedsAttention, Problem
from leleka.services.access.actor import Actor
from leleka.services.people.actors import actor_of
from leleka.state.models import Connection, Run


def problem_of(connection: Connection) -> Problem | None:
    """Return why nobody's name is there to act in; None where somebody's is."""
    user = connection.export_user
    if user is None:
        return Problem.of("EXPORT_USER_MISSING")
    if user.disabled_at is not None:
        return Problem.of("EXPORT_USER_DISABLED", name=user.name)
    return None


def name_for(connection: Connection, actor: Actor) -> str:
    """Return in whose name a run that somebody asks for acts. The operator, who has the store in hand, may run without
    an export user, in their own name (design 7); raises ``NeedsAttention`` for everybody else.
    """
    user = connection.export_user
    if user is not None and user.disabled_at is None:
        return actor_of(user).name
    if actor.is_operator:
        return actor.name
    raise _refused(connection)


def refuse_to_begin(connection: Connection, run: Run) -> None:
    """Raises ``NeedsAttention`` where the export user went since the run was asked for."""
    if problem_of(connection) is not None and not run.configuration.by_operator:
        raise _refused(connection)


def _refused(connection: Connection) -> NeedsAttention:
    problem = problem_of(connection) or Problem.of("EXPORT_USER_MISSING")
    return NeedsAttention.of([replace(problem, where=connection.name)])
