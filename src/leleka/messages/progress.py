"""What runs, refreshes and connection tests say while they work: one template for each code, for every language."""

from collections.abc import Mapping
from typing import Final

from leleka.core.messages import Message
from leleka.errors import Problem
from leleka.messages.problems import in_words as problem_in_words
from leleka.messages.templates import ENGLISH, Language, fill, parameters
from leleka.messages.wording import msg

PROGRESS: Final[dict[str, str]] = {
    "READING_SUPPRESSED": msg("Reading who unsubscribed or bounced"),
    "READING_SUPPRESSED_PART": msg("Reading who unsubscribed or bounced: {asked} of about {about} requests"),
    "READ_SUPPRESSED": msg("Reading who unsubscribed or bounced, requests so far: {asked}"),
    "COMPARING": msg("Comparing the segments with what was sent before"),
    "QUEUED_BEHIND": msg("Queued behind run {run:id} of {name}"),
    "QUEUED_BEHIND_QUICKER": msg("Queued behind a run that was quicker"),
    "DELIVERING": msg("Delivering"),
    "SETTLING": msg("Settling"),
    "GOING_ON": msg("Continuing run {run:id}"),
    "WAITING_TO_BEGIN": msg("The destination asked for a pause; the run begins in about {seconds} s"),
    "WAITING_FOR_OWNER": msg("Waiting up to {seconds} s for the process that had run {run:id} before"),
    "LONGER_THAN_90_MINUTES": msg("This run is taking longer than 90 minutes; it continues"),
    "READING_SOURCE": msg("Reading source {name}"),
    "READ_SOURCE": msg("Source {name} was read, rows: {rows}"),
    "EVALUATING_SEGMENT": msg("Evaluating segment {name}"),
    "CHECKING_ADDRESSES": msg("Checking the e-mail addresses of the profiles: {rows}"),
    "QUEUED_UNTIL_REFRESHED": msg("Queued until these are refreshed: {names}"),
    "QUEUED_REFRESH": msg("Queued: another process is refreshing"),
    "READING_LIST": msg("Reading the list's contacts"),
    "STORE_ANSWERS": msg("The database answers again"),
    "STORE_WAITED_FOR": msg("{problem} Nothing is sent; waiting up to {seconds} s"),
    "LEAVERS_MARKED_EMPTIED": msg(
        "People who would be marked as leavers because these segments are suddenly empty ({names}): {leaving}."
    ),
    "LEAVERS_UNSUBSCRIBED_EMPTIED": msg(
        "People who would be unsubscribed for good because these segments are suddenly empty ({names}): {leaving}."
    ),
    "LEAVERS_MARKED_MANY": msg(
        "{leaving} of the {known} people in the list would be marked as leavers: more than {share:percent}."
    ),
    "LEAVERS_UNSUBSCRIBED_MANY": msg(
        "{leaving} of the {known} people in the list would be unsubscribed for good: more than {share:percent}."
    ),
    "UNSUBSCRIBES_FOR_GOOD": msg(
        "Warning: export {name} unsubscribes people who leave its segments. This cannot be undone: no export can "
        "bring back people whom it has unsubscribed."
    ),
    # Steps of a connection test; a destination adds its own.
    "CHECK_SKIPPED": msg("Not tested: an earlier step failed."),
    "WRITTEN": "{text}",  # as 0.1.0 stored it
}


def register(templates: Mapping[str, str]) -> None:
    """Add to the catalogue. Raises ``ValueError`` where a code is worded differently already."""
    for code, template in templates.items():
        if PROGRESS.setdefault(code, template) != template:
            raise ValueError(f"{code} is worded in two places")


def in_words(said: Message, language: Language) -> str:
    """Return what was said in the language; "" of nothing, and of what this version does not word."""
    template = PROGRESS.get(said.code, "")
    if not parameters(template) <= said.values.keys():
        return ""
    values = {
        name: problem_in_words(value, language) if isinstance(value, Problem) else value
        for name, value in said.values.items()
    }
    return fill(template, values, language)


def in_english(said: Message) -> str:
    """Return it in English, as the terminal and the API say it."""
    return in_words(said, ENGLISH)
