"""Sentences for the codes of refreshes and schedules, as in ``sentences_table``; ``where`` names what they are of."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Final[Mapping[str, tuple[Promise | str, Promise | str]]] = {
    "UPSTREAM_FAILED": (
        _("What this depends on could not be refreshed."),
        _("Look at the task that is named here: what it says is what there is to do."),
    ),
    "UPSTREAM_CANCELED": (
        _("What this depends on was not refreshed: the refresh was canceled."),
        _("Refresh again."),
    ),
    "EARLIER_RUN_LIVE": (
        _("An earlier run of this export has not ended."),
        _("Wait for it, confirm it, or cancel it; the next refresh sends what is due by then."),
    ),
    "REMOVED_MEANWHILE": (_("It was removed after the refresh had begun."), ""),
    "STEP_DIED": (
        _("The process that worked on this died several times."),
        _("Look into the log; more memory, or a smaller LELEKA_MEMORY_LIMIT, may help."),
    ),
    "REFRESH_UNKNOWN": (_("There is no such refresh."), ""),
    "REFRESH_OVER": (_("The refresh has ended already."), ""),
    "SCOPE_UNKNOWN": (_("There is nothing like this to refresh."), ""),
    "SCHEDULE_INVALID": (_("This is not a schedule."), ""),
    "TZ_UNKNOWN": (_("There is no such time zone."), _("Choose one such as Europe/Kyiv.")),
    "NOTICES_STAY_HERE": (
        _("Neither mail nor a webhook is set up."),
        _("Set LELEKA_SMTP_URL or LELEKA_WEBHOOK_URLS and start Leleka again."),
    ),
}
