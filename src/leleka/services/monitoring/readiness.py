"""Whether this process can serve requests at this moment."""

from pathlib import Path
from typing import Final

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from leleka.core.ports.clock import Clock
from leleka.errors import Problem
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import database_outage

_LOOK_EVERY: Final = 1.0  # seconds


def stopping_file() -> Path:
    """Return the file that stands while the installation is being stopped."""
    return installation_configuration.configuration().data_dir / "stopping"


class Readiness:
    """Asks cheaply: a file for the stop, the database's version until it was once found to be this one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._looked_at = float("-inf")
        self._problem: Problem | None = _MIGRATING

    def problem(self) -> Problem | None:
        """Return why nothing can be served now; None where it can."""
        if stopping_file().exists():
            return _STOPPING
        if self._problem is not None and self._clock.monotonic() >= self._looked_at + _LOOK_EVERY:
            self._looked_at = self._clock.monotonic()
            self._problem = _version_problem()
        return self._problem


_STOPPING: Final = Problem.of("STOPPING")
_MIGRATING: Final = Problem.of("MIGRATING")
_AWAY: Final = Problem.of("DATABASE_AWAY.brief")


def _version_problem() -> Problem | None:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except database_outage.ERRORS as error:
        if database_outage.trouble(error) is None:
            raise
        return _AWAY
    return _MIGRATING if pending else None
