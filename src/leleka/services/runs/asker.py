"""Whoever asked for a run, looked at again when it begins: it may have waited, and rights may be gone meanwhile."""

import re
from typing import Final

from leleka.errors import Forbidden
from leleka.services.access.permissions import may_use
from leleka.services.people.actors import actor_of
from leleka.state.models import Run, User

# As people are called who sign in; schedules and the operator have none.
_ADDRESS: Final = re.compile(r" <([^<>\s]+)>$")


def refuse_to_begin(run: Run) -> None:
    """Raises ``Forbidden`` ASKER_NOT_ALLOWED where a person asked, and may not run the export any more."""
    found = _ADDRESS.search(run.asked_by)
    if found is None:
        return
    user = User.objects.filter(email=found[1], disabled_at__isnull=True).first()
    if user is None or not may_use(actor_of(user), run.export.connection):
        name = run.asked_by.removesuffix(found[0])
        raise Forbidden("ASKER_NOT_ALLOWED", where=run.export.name, name=name)
