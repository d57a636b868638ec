"""What is said, in the reader's language: the catalogue's templates through Django's translations and formats."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext, ngettext, override

from leleka.core.messages import Message
from leleka.core.reason_codes import SENT_INSTEAD
from leleka.errors import Problem
from leleka.messages import concerns, problems, progress
from leleka.messages.problems import ProblemText
from leleka.messages.rules import sentences
from leleka.messages.stored import said_of
from leleka.messages.templates import fill
from leleka.messages.wording import msg
from leleka.services.concerns.contracts import Concern


class Reader:
    """``messages.templates.Language`` of whoever reads now."""

    def text(self, template: str) -> str:
        return gettext(template) if template else ""

    def plural(self, one: str, other: str, number: int) -> str:
        return ngettext(one, other, number)

    def number(self, value: float) -> str:
        return number_format(value, force_grouping=True)

    def day(self, value: date) -> str:
        return date_format(value, "DATE_FORMAT")


READER: Final = Reader()
T = TypeVar("T")
_CHOSEN: Final = msg("Profile {profile} is sent for this address.")
_UNKNOWN_RULES: Final = (KeyError, ValueError, TypeError, StopIteration, IndexError)
_OF_THE_FAR_SIDE: Final = frozenset({"REFUSED_BY_ACTIVECAMPAIGN", "NOT_IMPORTED", "BATCH_FAILED"})


def in_this_language(problem: Problem) -> ProblemText:
    """Return the problem in the reader's language."""
    return problems.in_words(problem, READER)


def rule_in_this_language(rules: Mapping[str, Any]) -> str:
    """Return stored rules as a sentence in the reader's language; "" for what this version cannot say."""
    try:
        return sentences.in_words(rules, READER)
    except _UNKNOWN_RULES:  # stored by a version that knew other rules
        return ""


def part_in_this_language(rules: Mapping[str, Any]) -> str:
    """Return a part of stored rules in the reader's language; "" for what this version cannot say."""
    try:
        return sentences.part_in_words(rules, READER)
    except _UNKNOWN_RULES:
        return ""


def remarks_in_this_language(rules: Mapping[str, Any], shown: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is certain about stored rules, that nobody or everybody fits, in the words that are shown."""
    try:
        return sentences.remarks(rules, shown, READER)
    except _UNKNOWN_RULES:
        return ()


def in_all_languages(say: Callable[[], T]) -> dict[str, T]:
    """Return what is said by language, for whoever shows it elsewhere."""
    found = {}
    for language, _ in settings.LANGUAGES:
        with override(language):
            found[language] = say()
    return found


def concern_title(one: Concern) -> str:
    """Return in the reader's language, in a few words, what is wrong with what."""
    return concerns.title(one.kind, one.subject, one.name, READER)


def said_in_this_language(said: Message) -> str:
    """Return what was said in the reader's language."""
    return progress.in_words(said, READER)


def stored_in_this_language(data: Mapping[str, Any], english: str) -> str:
    """Return something said that was stored; what has no code, or is no longer worded, is said as it was written."""
    return said_in_this_language(said_of(data)) or english


def term(text: str) -> str:
    """Return a word of the catalogue in the reader's language; any other as it is."""
    return gettext(text) if text else ""


def terms(words: Mapping[str, str]) -> dict[str, str]:
    """Return words of the catalogue by name, in the reader's language."""
    return {name: term(word) for name, word in words.items()}


def particulars(code: str, detail: str | None) -> str:
    """Return what else is known of a row: nothing where it says the reason once more. What ActiveCampaign said stays
    in its words; what Leleka keeps is English, and other languages have it where they have words for it.
    """
    if not detail or code == "EMAIL_MISSING":
        return ""
    if winner := SENT_INSTEAD.fullmatch(detail):
        return fill(_CHOSEN, {"profile": winner[1]}, READER)
    english = (get_language() or "en").startswith("en")
    return detail if english or code in _OF_THE_FAR_SIDE else ""
