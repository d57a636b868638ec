"""Why a row was not delivered: the stable codes. ``leleka.messages.reasons`` has the words for each.

The detail of a single row (which character, which line) stands beside the code in the run's outcomes.
"""

import re
from typing import Final

# The detail of EMAIL_DUPLICATE, around the id of the profile that is sent.
INSTEAD: Final = ("Profile ", " is sent for this address.")
SENT_INSTEAD: Final = re.compile(f"{re.escape(INSTEAD[0])}(.+){re.escape(INSTEAD[1])}")

CODES: Final = (
    # excluded: the profile is in a segment, but must or can not be written to
    "EMAIL_MISSING",
    "EMAIL_INVALID",
    "EMAIL_TOO_LONG",
    "EMAIL_CONTROL_CHAR",
    "EMAIL_MULTIPLE",
    "EMAIL_DUPLICATE",
    "UNSUBSCRIBED",
    "BOUNCED",
    "NEVER_CONFIRMED",
    "ON_EXCLUSION_LIST",
    "SUPPRESSED",
    "UNSUBSCRIBED_EARLIER",
    "PROFILE_GONE",
    # rejected: it was or would be refused
    "REFUSED_BY_ACTIVECAMPAIGN",
    "NOT_IMPORTED",
    "ROW_TOO_LARGE",
    # not attempted: nothing is known to be wrong with it, the next run takes it up
    "WAITING_FOR_EARLIER_SEND",
    "REFUSED_AS_A_GROUP",
    "BATCH_FAILED",
    "RUN_STOPPED",
    # unconfirmed: sent, and nobody knows
    "NO_ANSWER",
    "NOT_READ_BACK",
    "STILL_PROCESSING",
    # warnings: the row goes, the field does not
    "FIELD_TOO_LONG",
    "TEXT_CONTROL_CHAR",
    "TEXT_NOT_UNICODE",
    "NUMBER_INVALID",
    "PHONE_INVALID",
    "PHONE_NO_COUNTRY",
)
