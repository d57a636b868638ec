"""What runs, refreshes and connection tests say while they work: one template for each code, for every language."""

from collections.abc import Mapping
from typing import Final

from leleka.core.messages import NOTHING, Message
from leleka.errors import Problem
from leleka.messages.later import load_all
from leleka.messages.problems import ProblemText
from leleka.messages.problems import in_words as problem_in_words
from leleka.messages.sources.notes import NOTES
from leleka.messages.templates import ENGLISH, Language, fill, parameters
from leleka.messages.why import steps as why
from leleka.messages.wording import msg

PROGRESS: Final[dict[str, str]] = {
    "READING_SUPPRESSED": msg("Reading who must be left out"),
    "READING_SUPPRESSED_PART": msg("Reading who must be left out: {asked} of about {about} requests"),
    "READ_SUPPRESSED": msg("Reading who must be left out, requests so far: {asked}"),
    "READING_BACK": msg("Reading back whether the additions are on the list"),
    "READING_BACK_PART": msg(
        "Reading back whether the additions are on the list: {asked} of about {about} requests"
    ),
    "LIST_NOT_READ_BACK": msg(
        "Whether they are on the list now could not be read, so these additions do not count as delivered: {count}. "
        "{problem}"
    ),
    "FIELD_MISFIT": msg(
        "Field “{field}” of the destination takes a {takes:word}, and column '{column}' contains {holds:word}: values "
        "that do not fit may be left out there."
    ),
    "FIELD_OPTIONS": msg(
        "Field “{field}” of the destination has a list of options, and column '{column}' contains values that are not "
        "among them. People who have such a value: {people}. How those values look: {examples}"
    ),
    "FIELD_OPTIONS_AT_LEAST": msg(
        "Field “{field}” of the destination has a list of options, and column '{column}' contains values that are not "
        "among them. People who have such a value, at least: {people}. How those values look: {examples}"
    ),
    "FIELD_MARKS": msg(
        "Field “{field}” of the destination has a list of options, and these marks for leavers are not among them: "
        "{marks}"
    ),
    "EXCLUSIONS_UNREAD": msg(
        "The account's exclusion list was not read, or not all of it. Whoever it names is left out by the account "
        "itself, and is not counted as excluded here. {problem}"
    ),
    "BEGINNING_ANEW": msg("What this run stored was lost or damaged, and nothing was sent: beginning anew"),
    "COMPARING": msg("Comparing the segments with what was sent before"),
    "COUNTING_CONTACTS": msg("Asking how many contacts the account holds"),
    "QUEUED_BEHIND": msg("Queued behind run {run:id} of {name}"),
    "QUEUED_BEHIND_QUICKER": msg("Queued behind a run that was quicker"),
    "DELIVERING": msg("Delivering"),
    "SETTLING": msg("Settling"),
    "GOING_ON": msg("Continuing run {run:id}"),
    "WAITING_TO_BEGIN": msg("The destination asked for a pause; the run begins in about {seconds} s"),
    "ACCOUNT_PAUSED": msg("The destination asked for a pause; sending goes on in about {seconds} s"),
    "WAITING_FOR_OWNER": msg("Waiting up to {seconds} s for the process that had run {run:id} before"),
    "LONGER_THAN_90_MINUTES": msg("This run is taking longer than 90 minutes; it continues"),
    "COPYING_BYTES": msg("Copying the files of source {name}, megabytes so far: {megabytes}"),
    "COPYING_ROWS": msg("Copying source {name}, rows so far: {rows}"),
    "READING_SOURCE": msg("Reading source {name}"),
    "STARTS_INACTIVE": msg(
        "Export {name} starts inactive: the file was written by another installation. Remove kept from its connection "
        "when it is set up here"
    ),
    "COMPARING_TABLES": msg("Comparing {table} with {other}"),
    "READING_HELD": msg("Source {name} was read and is not used yet: {problem} {problem:remedy}"),
    "READING_WARNS": msg("Source {name} is not as expected: {problem}"),
    "READ_SOURCE": msg("Source {name} was read, rows: {rows}"),
    "INDEXING_SOURCE": msg("Indexing {name}, so that customers are found"),
    "CALCULATING_MEASURE": msg("Calculating measure {name}"),
    "EVALUATING_SEGMENT": msg("Evaluating segment {name}"),
    "CHECKING_ADDRESSES": msg("Checking the e-mail addresses of the profiles: {rows}"),
    "QUEUED_UNTIL_REFRESHED": msg("Queued until these are refreshed: {names}"),
    "QUEUED_REFRESH": msg("Queued: another process is refreshing"),
    "READING_LIST": msg("Reading the list's contacts"),
    "READING_LIST_PART": msg("Reading the list's contacts: {read} of about {about}"),
    "READING_LIST_LEFT": msg("Reading the list's contacts: {read} of about {about}, minutes left: {minutes}"),
    "COMPARING_LIST": msg("Comparing the list's contacts with what was sent, contacts: {read}"),
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
    "PLAN_LIMIT_PASSED": msg(
        "The account could then hold {could_hold} contacts, and pays for {plan_limit}: it holds {held}, this run adds "
        "{added}, other runs of the account {elsewhere}."
    ),
    "PLAN_LIMIT_NOT_COUNTED": msg(
        "The account pays for {plan_limit} contacts, and does not tell how many it holds: this run selects {selected}, "
        "other runs of the account add {elsewhere}."
    ),
    "AUDIENCE_GREW": msg(
        "{selected} people are selected, {before} in the last run that delivered: at least {people} and more than "
        "{share:percent} more."
    ),
    "BEYOND_LIMIT": msg(
        "{selected} people would be selected; the export may send to {limit}, and would send nothing at all."
    ),
    "UNSUBSCRIBES_FOR_GOOD": msg(
        "Warning: export {name} unsubscribes people who leave its segments. This cannot be undone: no export can "
        "bring back people whom it has unsubscribed."
    ),
    "REMOVING_MADE_UP": msg("Removing the made-up contacts"),
    "NOT_REMOVED_YET": msg("The account did not let it be removed yet."),
    # Steps of a connection test; a destination adds its own.
    "CHECK_SKIPPED": msg("Not tested: an earlier step failed."),
    "ALSO": "{first} {more}",
    "WRITTEN": "{text}",  # as 0.1.0 stored it
    **NOTES,
    **why.SENTENCES,
    **{f"{code}:do": remedy for code, remedy in why.REMEDIES.items()},
}


def register(templates: Mapping[str, str]) -> None:
    """Add to the catalogue. Raises ``ValueError`` where a code is worded differently already."""
    for code, template in templates.items():
        if PROGRESS.setdefault(code, template) != template:
            raise ValueError(f"{code} is worded in two places")


def in_words(said: Message, language: Language) -> str:
    """Return what was said in the language; "" of nothing, and of what this version does not word."""
    if said.code not in PROGRESS:
        load_all()
    template = PROGRESS.get(said.code, "")
    if not parameters(template) <= said.values.keys():
        return ""
    values = {
        name: _in_words(value, language) if isinstance(value, Problem | Message) else value
        for name, value in said.values.items()
    }
    return fill(template, values, language)


def _in_words(part: Problem | Message, language: Language) -> ProblemText | str:
    return in_words(part, language) if isinstance(part, Message) else problem_in_words(part, language)


def in_english(said: Message) -> str:
    """Return it in English, as the terminal and the API say it."""
    return in_words(said, ENGLISH)


def meaning(name: str, value: object) -> Message:
    """Return what it means that a setting of an account, which an examination found, has this value: the destination
    words it, for one value or for any. ``NOTHING`` where it does not.
    """
    general = f"finding.{name}"
    exact = f"{general}.{in_letters(value)}"
    if exact not in PROGRESS:
        load_all()
    if exact in PROGRESS:
        return Message(exact)
    told = f"{value:g}" if isinstance(value, float) else value
    return Message(general, value=told) if general in PROGRESS else NOTHING


def in_letters(value: object) -> str:
    """Return a setting's value as a switch of the sandbox is written."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
