"""Display names of values from the state: statuses, roles."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.wording import msg

STATUSES: Final = (
    msg("Not started"),
    msg("Queued"),
    msg("Processing"),
    msg("Needs confirmation"),
    msg("Successful"),
    msg("Completed with warnings"),
    msg("Failed"),
    msg("Skipped"),
    msg("Canceling"),
    msg("Canceled"),
)
ROLES: Final[Mapping[str, str]] = {
    "viewer": msg("Viewer"),
    "contributor": msg("Contributor"),
    "administrator": msg("Administrator"),
}
