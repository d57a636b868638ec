"""Why a row was not delivered, in the user's language."""

import re
from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

REASONS: Final[Mapping[str, Promise]] = {
    "EMAIL_MISSING": _("no e-mail address"),
    "EMAIL_INVALID": _("not a usable e-mail address"),
    "EMAIL_TOO_LONG": _("e-mail address too long"),
    "EMAIL_CONTROL_CHAR": _("e-mail address with a control character"),
    "EMAIL_MULTIPLE": _("more than one e-mail address in the column"),
    "EMAIL_DUPLICATE": _("another profile with the same address was chosen"),
    "UNSUBSCRIBED": _("unsubscribed from the list at ActiveCampaign"),
    "BOUNCED": _("bounced at ActiveCampaign"),
    "SUPPRESSED": _("suppressed here: nothing may be sent to this address"),
    "UNSUBSCRIBED_EARLIER": _("unsubscribed earlier by this export"),
    "PROFILE_GONE": _("the profile is no longer in the profile table"),
    "REFUSED_BY_ACTIVECAMPAIGN": _("ActiveCampaign refused this contact"),
    "NOT_IMPORTED": _("ActiveCampaign did not import this contact and gives no reason"),
    "ROW_TOO_LARGE": _("the contact is larger than one request may be"),
    "WAITING_FOR_EARLIER_SEND": _("waiting for an earlier send to be settled"),
    "REFUSED_AS_A_GROUP": _("refused together with others, the budget for finding which one is used up"),
    "BATCH_FAILED": _("ActiveCampaign could not process the batch"),
    "RUN_STOPPED": _("the run ended before this contact was sent"),
    "NO_ANSWER": _("sent, but ActiveCampaign never confirmed receiving it"),
    "STILL_PROCESSING": _("accepted by ActiveCampaign, still being processed there"),
    "FIELD_TOO_LONG": _("text longer than a field takes: the field was left out"),
    "TEXT_CONTROL_CHAR": _("text with a control character: the field was left out"),
    "TEXT_NOT_UNICODE": _("text that is not Unicode: the field was left out"),
    "NUMBER_INVALID": _("not a number that can be sent: the field was left out"),
    "PHONE_INVALID": _("not a usable phone number: the field was left out"),
    "PHONE_NO_COUNTRY": _("a phone number without a country: the field was left out"),
    # what became of leavers
    "due": _("to be written"),
    "kept": _("kept in the list as they are"),
    "marked": _("marked as having left"),
    "unsubscribed": _("unsubscribed"),
    # the outcome of a profile
    "delivered": _("delivered"),
    "unchanged": _("unchanged"),
    "excluded": _("excluded"),
    "rejected": _("rejected"),
    "unconfirmed": _("unconfirmed"),
    "not_attempted": _("not attempted"),
}


_WINNER: Final = re.compile(r"Profile (.+) is sent for this address\.")
_OF_THE_FAR_SIDE: Final = frozenset({"REFUSED_BY_ACTIVECAMPAIGN", "NOT_IMPORTED", "BATCH_FAILED"})


def particulars(code: str, detail: str | None) -> str:
    """Return what else is known of a row: nothing if it repeats the reason. ActiveCampaign's words are kept
    as they are; Leleka's are stored in English, and shown in other languages where a translation exists.
    """
    if not detail or code == "EMAIL_MISSING":
        return ""
    if winner := _WINNER.fullmatch(detail):
        return gettext("Profile %(profile)s is sent for this address.") % {"profile": winner[1]}
    english = (get_language() or "en").startswith("en")
    return detail if english or code in _OF_THE_FAR_SIDE else ""


def reason(code: str) -> str:
    return str(REASONS.get(code, code.replace("_", " ").lower()))
