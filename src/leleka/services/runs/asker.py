"""Whoever asked for a run, looked at again when it begins: it may have waited, and rights may be gone meanwhile."""

from leleka.errors import Forbidden
from leleka.services.access.permissions import may_use
from leleka.services.people.actors import actor_of
from leleka.state.models import Run
from leleka.state.run_counters import trigger_of


def refuse_to_begin(run: Run) -> None:
    """Raises ``Forbidden`` ASKER_NOT_ALLOWED where a person asked, and may not run the export any more."""
    user = run.asker
    if user is None:
        if trigger_of(run.asked_by) == "person":  # asked for before it was kept who, by somebody who is gone
            raise _refused(run, run.asked_by)
    elif user.disabled_at is not None or not may_use(actor_of(user), run.export.connection):
        raise _refused(run, user.name)


def _refused(run: Run, name: str) -> Forbidden:
    return Forbidden("ASKER_NOT_ALLOWED", where=run.export.name, name=name)
