"""Display names of values from the state: statuses, roles."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATUSES: Final[Mapping[str, Promise]] = {
    "Not started": _("Not started"),
    "Queued": _("Queued"),
    "Processing": _("Processing"),
    "Needs confirmation": _("Needs confirmation"),
    "Successful": _("Successful"),
    "Completed with warnings": _("Completed with warnings"),
    "Failed": _("Failed"),
    "Skipped": _("Skipped"),
    "Canceling": _("Canceling"),
    "Canceled": _("Canceled"),
}
ROLES: Final[Mapping[str, Promise]] = {
    "viewer": _("Viewer"),
    "contributor": _("Contributor"),
    "administrator": _("Administrator"),
}


def status_word(value: str) -> str:
    return str(STATUSES.get(value, value))
