"""In whose name a run acts: that of the connection's export user, an administrator who confirmed it with a password."""

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction

from leleka.core.planning import SettledRun
from leleka.core.ports import Clock
from leleka.errors import NeedsAttention, Problem
from leleka.services.audit import Actor, Role, record
from leleka.services.people import actor_of
from leleka.services.retrying import plan_retry
from leleka.state.models import Connection, Run
from leleka.state.outbox import DjangoOutbox


def problem_of(connection: Connection) -> Problem | None:
    """Give why nobody's name is there to act in; None where somebody's is."""
    user = connection.export_user
    if user is None:
        return Problem.of("EXPORT_USER_MISSING")
    if user.disabled_at is not None:
        return Problem.of("EXPORT_USER_DISABLED", name=user.name)
    return None


def name_for(connection: Connection, actor: Actor) -> str:
    """Give in whose name a run that somebody asks for acts. The operator, who has the store in hand, may run without
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
    if problem_of(connection) is not None and not run.config.get("by_operator", True):
        raise _refused(connection)


def _refused(connection: Connection) -> NeedsAttention:
    problem = problem_of(connection) or Problem.of("EXPORT_USER_MISSING")
    return NeedsAttention.of([replace(problem, where=connection.name)])


def record_began(run: Run) -> None:
    """Call it in the transaction that freezes what the run keeps to."""
    _record(run, "run began", {})


def record_ended(run: Run) -> None:
    """Call it in the transaction that ends the run."""
    status = Run.objects.values_list("status", flat=True).get(pk=run.pk)
    _record(run, "run ended", {"status": status})


def _record(run: Run, action: str, details: Mapping[str, object]) -> None:
    who = Actor(run.acts_as or run.asked_by, Role.ADMINISTRATOR)
    record(who, action, run.export.name, {"run": run.pk, "asked_by": run.asked_by, **details})


class AuditedOutbox(DjangoOutbox):
    """The outbox of a run whose end stands in the audit, written with it; and whether it is tried again (CI-N1)."""

    def __init__(self, run: Run, fence: int, *, clock: Clock, lease_seconds: float) -> None:
        super().__init__(run, fence, clock=clock, lease_seconds=lease_seconds)
        self._run = run

    def finish(
        self, settled: SettledRun, *, before: str | None, error: Exception | None, canceled: bool
    ) -> None:
        with transaction.atomic():
            plan_retry(self._run, error, self._clock.now())
            super().finish(settled, before=before, error=error, canceled=canceled)
            record_ended(self._run)

    def fail(self, error: Exception) -> None:
        with transaction.atomic():
            plan_retry(self._run, error, self._clock.now())
            super().fail(error)
            record_ended(self._run)
