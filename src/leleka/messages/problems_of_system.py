"""Sentences about runs, people, keys and the installation itself: see ``sentences_table``."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_AGAIN: Final = _("Try again in a moment.")
_MASTER_KEY: Final = _("An administrator looks at the master key file on the server.")
SENTENCES: Final[Mapping[str, tuple[Promise | str, Promise | str]]] = {
    # Runs and tasks.
    "OUTCOME_UNKNOWN": (_("No profile ends like that."), ""),
    "RUN_DIED": (
        _("The process that worked on this run died three times at the same point."),
        _(
            "Look into the log; more memory, or a smaller LELEKA_MEMORY_LIMIT, may help. Then run the export again."
        ),
    ),
    "RUN_CONFIGURATION_DAMAGED": (
        _("The stored configuration of this run is damaged."),
        _("Run the export again: that begins a new run."),
    ),
    # ActiveCampaign and the way to it.
    "DESTINATION_UNKNOWN": (_("There is no such kind of destination."), ""),
    "HOST_PRIVATE_ADDRESS": (
        _("The host leads into a private network and is not asked."),
        _("Check the host."),
    ),
    "REQUEST_REFUSED": (_("ActiveCampaign refused the request."), ""),
    "RATE_LIMITED": (_("ActiveCampaign asks us to slow down."), _("Try again later.")),
    "FATE_UNKNOWN": (_("Choose for every export whether it is detached or removed."), ""),
    # People.
    "PERSON_UNKNOWN": (_("There is no such person."), ""),
    "ROLE_UNKNOWN": (_("Choose one of the roles."), ""),
    "TOKEN_UNKNOWN": (_("There is no such token."), ""),
    # Requests.
    "BODY_TOO_LARGE": (_("What was sent is larger than 1 MB."), ""),
    "BODY_TOO_SLOW": (_("What was sent took too long to arrive."), _AGAIN),
    "REQUEST_INVALID": (_("The request could not be understood."), ""),
    # The installation.
    "DATABASE_AWAY": (_("The database does not answer."), _AGAIN),
    "DATABASE_FULL": (_("There is no room left for the database."), _("An administrator makes room.")),
    "DATABASE_LOCKED": (_("Another process keeps the database locked."), _AGAIN),
    "DATABASE_UNUSABLE": (
        _("The database cannot be used."),
        _("An administrator looks at its disk and rights."),
    ),
    "MASTER_KEY_DAMAGED": (_("The master key file is damaged."), _MASTER_KEY),
    "MASTER_KEY_EXPOSED": (_("Others may read the master key file."), _MASTER_KEY),
    "MASTER_KEY_MISSING": (_("The master key is missing."), _MASTER_KEY),
    "MASTER_KEY_UNUSABLE": (_("The master key file cannot be used."), _MASTER_KEY),
    "MASTER_KEY_WRONG": (_("The API key was sealed with another master key."), _MASTER_KEY),
    "SECRET_UNREADABLE": (_("The stored API key cannot be opened."), _("Enter the key again.")),
    "MIGRATING": (_("The database is being brought to this version."), _AGAIN),
    "STOPPING": (_("Leleka is being stopped."), _AGAIN),
}
