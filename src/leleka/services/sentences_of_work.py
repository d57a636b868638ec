"""Sentences about runs, people, keys and the installation itself: see ``sentences_table``."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_AGAIN: Final = _("Try again in a moment.")
_MASTER_KEY: Final = _("An administrator looks at the master key file on the server.")
SENTENCES: Final[Mapping[str, tuple[Promise | str, Promise | str]]] = {
    # Runs and tasks.
    "CONNECTION_ATTENTION": (_("The connection needs attention."), ""),
    "CONNECTION_CHANGED": (
        _("The connection no longer leads to where this run began."),
        _("Run the export again: that begins a new run."),
    ),
    "NOTHING_TO_CONFIRM": (_("The run does not wait for confirmation."), ""),
    "OUTCOME_UNKNOWN": (_("No profile ends like that."), ""),
    "RUN_FINISHED": (_("The run has ended already."), ""),
    "RUN_UNKNOWN": (_("There is no such run."), ""),
    "RUN_WITHOUT_OUTCOMES": (
        _("The run has no outcomes: it is under way, or ended before anything was sent."),
        "",
    ),
    "SUPPRESSED_TOO_MANY": (
        _("So many unsubscribed or bounced that reading them takes too many requests; nothing was sent."),
        _("Export to a list in which fewer people have unsubscribed."),
    ),
    "TASK_DIED": (_("The process that worked on this died."), _("Ask again.")),
    "TASK_UNKNOWN": (_("There is no such task, or it was more than a day ago."), ""),
    "INTERNAL_ERROR": (
        _("Something went wrong inside Leleka; what was confirmed so far stays confirmed."),
        _("Please report it with the traceback from the log."),
    ),
    # ActiveCampaign and the way to it.
    "DESTINATION_UNKNOWN": (_("There is no such kind of destination."), ""),
    "HOST_NOT_FOUND": (_("There is no such host."), _("Check the host.")),
    "HOST_PRIVATE_ADDRESS": (
        _("The host leads into a private network and is not asked."),
        _("Check the host."),
    ),
    "HOST_REDIRECTS": (_("The host sends us elsewhere, and we do not follow."), _("Check the host.")),
    "REQUEST_REFUSED": (_("ActiveCampaign refused the request."), ""),
    "SERVER_ERROR": (_("ActiveCampaign has a problem of its own."), _("Try again later.")),
    "RATE_LIMITED": (_("ActiveCampaign asks us to slow down."), _("Try again later.")),
    "FATE_UNKNOWN": (_("Choose for every export whether it is detached or removed."), ""),
    # People.
    "LAST_ADMINISTRATOR": (_("There must be another administrator first."), ""),
    "OWN_ACCOUNT": (_("Nobody disables their own account."), _("Ask another administrator.")),
    "OWN_ROLE": (_("Nobody changes their own role."), _("Ask another administrator.")),
    "PASSWORD_AGAIN": (_("The two passwords differ."), ""),
    "PASSWORD_COMMON": (_("This password is among those that are tried first."), _("Choose another one.")),
    "PASSWORD_LENGTH": (_("A password has at least 12 characters, and not more than 200."), ""),
    "PASSWORD_NAME": (_("The password holds your name or address."), _("Choose another one.")),
    "PERSON_DISABLED": (_("This account is disabled."), _("Enable it first.")),
    "PERSON_EXISTS": (_("There is somebody with this e-mail address already."), ""),
    "PERSON_UNKNOWN": (_("There is no such person."), ""),
    "ROLE_UNKNOWN": (_("Choose one of the roles."), ""),
    "EMAIL_INVALID": (_("This is not an e-mail address."), ""),
    "TOKEN_EXISTS": (_("There is a token of this name already."), ""),
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
