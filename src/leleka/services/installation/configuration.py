from django.conf import settings

from leleka.core.configuration import Configuration


def configuration() -> Configuration:
    """Return the settings this process was started with."""
    found = settings.LELEKA
    if not isinstance(found, Configuration):
        raise TypeError("settings.LELEKA is not a Configuration")
    return found
