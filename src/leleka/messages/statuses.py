"""Words that come from the state and are shown: statuses, roles."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leleka.core.statuses import RunStatus, StepStatus

STATUSES: Final[Mapping[str, Promise]] = {
    StepStatus.NOT_STARTED: _("Not started"),
    RunStatus.QUEUED: _("Queued"),
    RunStatus.PROCESSING: _("Processing"),
    RunStatus.NEEDS_CONFIRMATION: _("Needs confirmation"),
    RunStatus.SUCCESSFUL: _("Successful"),
    RunStatus.WITH_WARNINGS: _("Completed with warnings"),
    RunStatus.FAILED: _("Failed"),
    StepStatus.SKIPPED: _("Skipped"),
    RunStatus.CANCELING: _("Canceling"),
    RunStatus.CANCELED: _("Canceled"),
}
ROLES: Final[Mapping[str, Promise]] = {
    "viewer": _("Viewer"),
    "contributor": _("Contributor"),
    "administrator": _("Administrator"),
}


def status_word(value: str) -> str:
    return str(STATUSES.get(value, value))
