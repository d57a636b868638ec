from datetime import date
from zoneinfo import ZoneInfo

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.services.installation import configuration as installation_configuration


def today(clock: Clock) -> date:
    """Return the day it is in the installation's time zone."""
    zone = ZoneInfo(installation_configuration.configuration().time_zone)
    return utc_now(clock).astimezone(zone).date()
