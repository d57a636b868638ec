"""Facts of an installation that everybody may see: no secrets, no paths, no addresses."""

import platform
from dataclasses import dataclass

from django.db import connection

from leleka import __version__
from leleka.core.ports.clock import Clock
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.installation import configuration as installation_configuration
from leleka.state.lease import over
from leleka.state.models import Refresh, Run
from leleka.warehouse.engines.duckdb import product


@dataclass(frozen=True, slots=True)
class About:
    """``runs`` and ``refreshes`` are those that a process works on at this moment; ``several_workers`` tells whether
    the database takes more than one worker.
    """

    version: str
    database: str
    engine: str
    python: str
    time_zone: str
    memory_limit: str
    lease_seconds: float
    several_workers: bool
    runs: int
    refreshes: int


def about(actor: Actor, clock: Clock) -> About:
    require(actor, Permission.SEE)
    configuration = installation_configuration.configuration()
    nobody = over(clock.now())
    return About(
        version=__version__,
        database=connection.display_name,
        engine=product(),
        python=f"Python {platform.python_version()}",
        time_zone=configuration.time_zone,
        memory_limit=configuration.memory_limit,
        lease_seconds=configuration.lease_seconds,
        several_workers=connection.vendor != "sqlite",
        runs=Run.objects.filter(finished_at__isnull=True).exclude(nobody).count(),
        refreshes=Refresh.objects.filter(finished_at__isnull=True).exclude(nobody).exclude(worker="").count(),
    )
