"""What is said of a step, in every language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language

from leleka.core.messages import Message
from leleka.messages.reasons import in_words as reason_in_words
from leleka.services.translation import READER, in_all_languages, said_in_this_language
from leleka.services.why.contracts import Said

NOTHING: Final[Said] = {}


def told(code: str, **values: Any) -> Said:
    """Return what a code says. What is said already, by language, may be one of the values."""
    return in_all_languages(lambda: said_in_this_language(Message(code, **_here(values))))


def remedy(code: str) -> Said:
    """Return what would change it, empty where nothing is to be done."""
    found = told(f"{code}:do")
    return found if any(found.values()) else NOTHING


def reason(code: str) -> Said:
    """Return why a row ended as it did."""
    return in_all_languages(lambda: reason_in_words(code, READER))


def same(text: str) -> Said:
    """Return what is the same in every language."""
    return {language: text for language, _ in settings.LANGUAGES}


def value(found: object, *, counted: bool = False) -> Said:
    """Return a value of a person; where it is ``counted``, its digits are grouped."""
    if found is None or found == "":
        return told("WHY_NO_VALUE")
    if isinstance(found, bool):
        return told("WHY_VALUE.yes" if found else "WHY_VALUE.no")
    if counted and isinstance(found, int | float):
        whole = int(found) if float(found).is_integer() else found
        return in_all_languages(lambda: READER.number(whole))
    if isinstance(found, date) and not isinstance(found, datetime):
        return in_all_languages(lambda: READER.day(found))
    return same(str(found))


def in_words(say: Callable[[], str]) -> Said:
    return in_all_languages(say)


def _here(values: Mapping[str, Any]) -> dict[str, Any]:
    language = get_language() or ""
    return {name: one.get(language, "") if isinstance(one, Mapping) else one for name, one in values.items()}
