"""What a run says of itself: an English sentence for the terminal, and its code with what is in it, so that a page
can say it in another language.
"""

from collections.abc import Mapping
from typing import Any, Final, Self

TEMPLATES: Final[Mapping[str, str]] = {
    "READING_SUPPRESSED": "Reading who unsubscribed or bounced",
    "READING_SUPPRESSED_PART": "Reading who unsubscribed or bounced: {asked:,} of about {about:,} requests",
    "READ_SUPPRESSED": "Reading who unsubscribed or bounced: {asked:,} requests",
    "READ_SUPPRESSED_AT_ONCE": "Reading who unsubscribed or bounced: 1 request",
    "COMPARING": "Comparing the segments with what was sent before",
    "QUEUED_BEHIND": "Queued behind {ahead}",
    "DELIVERING": "Delivering",
    "SETTLING": "Settling",
    "GOING_ON": "Going on with run {run}",
    "WAITING_FOR_OWNER": "Waiting up to {seconds:.0f} s for the process that had run {run} before",
    "LONGER_THAN_90_MINUTES": "This run takes longer than 90 minutes; it goes on",
    "READING_SOURCE": "Reading source {name}",
    "READ_SOURCE": "Read {rows:,} rows of {name}",
    "EVALUATING_SEGMENT": "Evaluating segment {name}",
    "CHECKING_ADDRESSES": "Checking the e-mail addresses of {rows:,} profiles",
    "QUEUED_UNTIL_REFRESHED": "Queued until these are refreshed: {names}",
    "QUEUED_REFRESH": "Queued: another process refreshes",
    "READING_LIST": "Reading the list's contacts",
    "STORE_ANSWERS": "The database answers again",
    "STORE_WAITED_FOR": "{told} Nothing is sent; waiting up to {seconds:.0f} s",
    "LEAVERS_MARKED_EMPTIED": (
        "{leaving:,} people would be marked as leavers because these segments are suddenly empty: {names}."
    ),
    "LEAVERS_UNSUBSCRIBED_EMPTIED": (
        "{leaving:,} people would be unsubscribed for good because these segments are suddenly empty: {names}."
    ),
    "LEAVERS_MARKED_MANY": (
        "{leaving:,} of the {known:,} people in the list would be marked as leavers: more than {share:.0%}."
    ),
    "LEAVERS_UNSUBSCRIBED_MANY": (
        "{leaving:,} of the {known:,} people in the list would be unsubscribed for good: more than {share:.0%}."
    ),
}


class Message(str):
    """A sentence in English that remembers its code and what it was made of."""

    __slots__ = ("code", "values")
    code: str
    values: Mapping[str, Any]

    def __new__(cls, code: str, **values: Any) -> Self:
        made = super().__new__(cls, TEMPLATES[code].format(**values))
        made.code, made.values = code, values
        return made


def message_data(sentence: str) -> dict[str, Any]:
    """Return what is kept of a sentence besides its text; nothing of one without a code."""
    return {"code": sentence.code, "values": dict(sentence.values)} if isinstance(sentence, Message) else {}
