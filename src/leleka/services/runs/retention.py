"""How long it is kept who was in a run that has ended: after that, its counts alone."""

from datetime import datetime, timedelta

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.services.installation import configuration as installation_configuration


def kept_days() -> int:
    """Return the days of the setting LELEKA_KEEP_RUN_DATA."""
    return installation_configuration.configuration().keep_run_data


def kept_since(clock: Clock) -> datetime:
    """Return the moment before which a run must have ended for its people to be forgotten."""
    return utc_now(clock) - timedelta(days=kept_days())
