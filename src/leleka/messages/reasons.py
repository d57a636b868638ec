"""Why a row was not delivered and how it ended, in words: a label for each code, for every language."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.templates import ENGLISH, Language
from leleka.messages.wording import msg

REASONS: Final[Mapping[str, str]] = {
    "EMAIL_MISSING": msg("no e-mail address"),
    "EMAIL_INVALID": msg("not a usable e-mail address"),
    "EMAIL_TOO_LONG": msg("e-mail address too long"),
    "EMAIL_CONTROL_CHAR": msg("e-mail address with a control character"),
    "EMAIL_MULTIPLE": msg("more than one e-mail address in the column"),
    "EMAIL_DUPLICATE": msg("another profile with the same address was chosen"),
    "UNSUBSCRIBED": msg("unsubscribed from the list at ActiveCampaign"),
    "BOUNCED": msg("bounced at ActiveCampaign"),
    "NEVER_CONFIRMED": msg("never confirmed their subscription at ActiveCampaign"),
    "ON_EXCLUSION_LIST": msg("on ActiveCampaign's exclusion list"),
    "SUPPRESSED": msg("suppressed here: nothing may be sent to this address"),
    "UNSUBSCRIBED_EARLIER": msg("unsubscribed earlier by this export"),
    "PROFILE_GONE": msg("the profile is no longer in the profile table"),
    "REFUSED_BY_ACTIVECAMPAIGN": msg("ActiveCampaign refused this contact"),
    "NOT_IMPORTED": msg("ActiveCampaign did not import this contact and gives no reason"),
    "ROW_TOO_LARGE": msg("the contact is too large for one request"),
    "WAITING_FOR_EARLIER_SEND": msg("waiting for an earlier send to be settled"),
    "REFUSED_AS_A_GROUP": msg(
        "refused together with others; the request budget for finding the cause is used up"
    ),
    "BATCH_FAILED": msg("ActiveCampaign could not process the batch"),
    "RUN_STOPPED": msg("the run ended before this contact was sent"),
    "NO_ANSWER": msg("sent, but ActiveCampaign never confirmed receiving it"),
    "NOT_READ_BACK": msg("imported, but not found on the list afterwards: archived, or not on the list"),
    "STILL_PROCESSING": msg("accepted by ActiveCampaign, still being processed there"),
    "FIELD_TOO_LONG": msg("text longer than a field takes: the field was left out"),
    "TEXT_CONTROL_CHAR": msg("text with a control character: the field was left out"),
    "TEXT_NOT_UNICODE": msg("text that is not Unicode: the field was left out"),
    "NUMBER_INVALID": msg("not a number that can be sent: the field was left out"),
    "PHONE_INVALID": msg("not a usable phone number: the field was left out"),
    "PHONE_NO_COUNTRY": msg("a phone number without a country: the field was left out"),
    # what became of those who left
    "due": msg("to be written"),
    "kept": msg("kept in the list as they are"),
    "marked": msg("marked as having left"),
    "unsubscribed": msg("unsubscribed"),
    # how a profile ended
    "delivered": msg("delivered"),
    "unchanged": msg("unchanged"),
    "excluded": msg("excluded"),
    "rejected": msg("rejected"),
    "unconfirmed": msg("unconfirmed"),
    "not_attempted": msg("not attempted"),
}


def in_words(code: str, language: Language = ENGLISH) -> str:
    """Return the label of a code; of one that is not known the code itself, readable."""
    return language.text(REASONS[code]) if code in REASONS else code.replace("_", " ").lower()
