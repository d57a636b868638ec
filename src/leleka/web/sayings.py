"""The progress messages of runs and tasks in the user's language: the sentences of ``core.saying``."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_PERCENT: Final = 100
SAYINGS: Final[Mapping[str, Promise]] = {
    "READING_SUPPRESSED": _("Reading who unsubscribed or bounced"),
    "READING_SUPPRESSED_PART": _(
        "Reading who unsubscribed or bounced: %(asked)s of about %(about)s requests"
    ),
    "READ_SUPPRESSED": _("Reading who unsubscribed or bounced, requests so far: %(asked)s"),
    "READ_SUPPRESSED_AT_ONCE": _("Reading who unsubscribed or bounced: 1 request"),
    "COMPARING": _("Comparing the segments with what was sent before"),
    "QUEUED_BEHIND": _("Queued behind %(ahead)s"),
    "DELIVERING": _("Delivering"),
    "SETTLING": _("Settling"),
    "GOING_ON": _("Going on with run %(run)s"),
    "WAITING_FOR_OWNER": _("Waiting up to %(seconds)s s for the process that had run %(run)s before"),
    "LONGER_THAN_90_MINUTES": _("This run takes longer than 90 minutes; it goes on"),
    "READING_SOURCE": _("Reading source %(name)s"),
    "READ_SOURCE": _("Source %(name)s was read, rows: %(rows)s"),
    "EVALUATING_SEGMENT": _("Evaluating segment %(name)s"),
    "CHECKING_ADDRESSES": _("Checking the e-mail addresses of the profiles: %(rows)s"),
    "QUEUED_UNTIL_REFRESHED": _("Queued until these are refreshed: %(names)s"),
    "QUEUED_REFRESH": _("Queued: another process refreshes"),
    "READING_LIST": _("Reading the list's contacts"),
    "STORE_ANSWERS": _("The database answers again"),
    "STORE_WAITED_FOR": _("The database cannot be used. Nothing is sent; waiting up to %(seconds)s s"),
    "LEAVERS_MARKED_EMPTIED": _(
        "People who would be marked as leavers because these segments are suddenly empty (%(names)s): %(leaving)s."
    ),
    "LEAVERS_UNSUBSCRIBED_EMPTIED": _(
        "People who would be unsubscribed for good because these segments are suddenly empty (%(names)s): %(leaving)s."
    ),
    "LEAVERS_MARKED_MANY": _(
        "Of %(known)s people in the list, those who would be marked as leavers are %(leaving)s: more than %(share)s %%."
    ),
    "LEAVERS_UNSUBSCRIBED_MANY": _(
        "Of %(known)s people in the list, those who would be unsubscribed for good are %(leaving)s: more than "
        "%(share)s %%."
    ),
}


def in_words(told: Mapping[str, Any], sentence: str) -> str:
    """Return it in this language; a message without a code stays the sentence that it is."""
    found = SAYINGS.get(str(told.get("code", "")))
    if found is None:
        return sentence
    values = {name: _value(name, value) for name, value in told["values"].items()}
    return str(found) % values if values else str(found)


def _value(name: str, value: object) -> str:
    if name == "share" and isinstance(value, float):
        return f"{value * _PERCENT:.0f}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return str(value) if name == "run" else number_format(round(value), force_grouping=True)
