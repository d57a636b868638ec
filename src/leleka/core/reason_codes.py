"""Why a row was not delivered: stable codes and the sentence a person reads.

The detail of a single row (which character, which line) stands beside the code in the run's outcomes.
"""

from typing import Final

SENTENCES: Final[dict[str, str]] = {
    # excluded: the profile is in a segment, but must or can not be written to
    "EMAIL_MISSING": "no e-mail address",
    "EMAIL_INVALID": "not a usable e-mail address",
    "EMAIL_TOO_LONG": "e-mail address too long",
    "EMAIL_CONTROL_CHAR": "e-mail address with a control character",
    "EMAIL_MULTIPLE": "more than one e-mail address in the column",
    "EMAIL_DUPLICATE": "another profile with the same address was chosen",
    "UNSUBSCRIBED": "unsubscribed from the list at ActiveCampaign",
    "BOUNCED": "bounced at ActiveCampaign",
    "SUPPRESSED": "suppressed here: nothing may be sent to this address",
    "UNSUBSCRIBED_EARLIER": "unsubscribed earlier by this export",
    "PROFILE_GONE": "the profile is no longer in the profile table",
    # rejected: it was or would be refused
    "REFUSED_BY_ACTIVECAMPAIGN": "ActiveCampaign refused this contact",
    "NOT_IMPORTED": "ActiveCampaign did not import this contact and gives no reason",
    "ROW_TOO_LARGE": "the contact is larger than one request may be",
    # not attempted: nothing is known to be wrong with it, the next run takes it up
    "WAITING_FOR_EARLIER_SEND": "waiting for an earlier send to be settled",
    "REFUSED_AS_A_GROUP": "refused together with others, the budget for finding which one is used up",
    "BATCH_FAILED": "ActiveCampaign could not process the batch",
    "RUN_STOPPED": "the run ended before this contact was sent",
    # unconfirmed: sent, and nobody knows
    "NO_ANSWER": "sent, but ActiveCampaign never confirmed receiving it",
    "STILL_PROCESSING": "accepted by ActiveCampaign, still being processed there",
    # warnings: the row goes, the field does not
    "FIELD_TOO_LONG": "text longer than a field takes: the field was left out",
    "TEXT_CONTROL_CHAR": "text with a control character: the field was left out",
    "TEXT_NOT_UNICODE": "text that is not Unicode: the field was left out",
    "NUMBER_INVALID": "not a number that can be sent: the field was left out",
    "PHONE_INVALID": "not a usable phone number: the field was left out",
    "PHONE_NO_COUNTRY": "a phone number without a country: the field was left out",
}


def sentence(code: str) -> str:
    return SENTENCES.get(code, code.replace("_", " ").lower())
