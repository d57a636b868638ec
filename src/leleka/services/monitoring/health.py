"""Whether this installation can do its work: named checks, without paths, names or figures in them."""

import os
import shutil
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from leleka.core.ports.clock import Clock
from leleka.services.installation import configuration as installation_configuration
from leleka.services.monitoring import workers as monitoring_workers

log = structlog.get_logger(__name__)
LEAST_ROOM: Final = 50 * 2**20  # bytes: less does not hold what a run writes


class Latest:
    """The latest answer: a database that hangs is asked once for all who came meanwhile, not once for each."""

    def __init__(self) -> None:
        self._found: tuple[float, Mapping[str, bool]] = (float("-inf"), {})

    def ready(self, clock: Clock, came: float) -> Mapping[str, bool]:
        """Return what was found since somebody came at this moment; look where nothing was."""
        found_at, found = self._found
        if found_at > came:
            return found
        found = ready(clock)
        self._found = (clock.monotonic(), found)
        return found


def ready(clock: Clock) -> Mapping[str, bool]:
    """Check everything; one check that breaks has failed, and the others are made all the same."""
    checks: dict[str, Callable[[], bool]] = {
        "database": _database,
        "migrations": _migrations,
        "data_directory": _data_directory,
        "worker": lambda: monitoring_workers.alive(clock) > 0,
    }
    return {name: _passed(name, check) for name, check in checks.items()}


def _passed(name: str, check: Callable[[], bool]) -> bool:
    try:
        passed = check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not ready
        log.warning("a check of readiness broke", check=name, error=type(error).__name__)
        return False
    if not passed:
        log.warning("not ready", check=name)
    return passed


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() is not None


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _data_directory() -> bool:
    here = installation_configuration.configuration().data_dir
    return (
        os.access(here, os.W_OK | os.X_OK, effective_ids=True) and shutil.disk_usage(here).free > LEAST_ROOM
    )
