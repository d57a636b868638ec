"""What people and programs write where there is no value: it never makes two records one.

A text is a placeholder as a whole, never for a word in it, and only a text that hardly anybody is called: Nil, Nan,
Na, No and Нема are names, and stay in columns of names. Whoever is called Null, None or Test loses the evidence of
this name, no more: a placeholder that is taken for a name would join strangers.
"""

import re
from typing import Final

from leleka.unify.values.kinds import Kind
from leleka.unify.values.letters import joined, words


def _all(text: str) -> frozenset[str]:
    return frozenset(joined(one) for one in text.split("|"))


_EVERYWHERE: Final = _all(
    "null|none|nothing|unknown|undefined|unspecified|unnamed|anonymous|empty|missing|not available|not provided"
    "|not specified|not applicable|not set|not known|not given|no data|no name|no value|no information|no email"
    "|no phone|no address|test|tests|testing|tbd|tba|dummy|asdf|asdfg|asdfgh|qwerty|first name|last name"
    "|full name|surname|name|немає|немає даних|нема даних|невідомо|невідомий|невідома|невідоме|не вказано|не вказана"
    "|не вказаний|не вказане|не зазначено|не визначено|не задано|відсутній|відсутня|відсутнє|відсутні|пусто|порожньо"
    "|без імені|без прізвища|тест|тестовий|тестова|тестове|йцукен|фыва|нет данных|неизвестно|не указано|отсутствует"
    "|прізвище|імʼя"
)
# Words that are names as well: in columns of names they stay.
_UNLESS_NAMES: Final = _all("na|nan|nil|no|нд|нема|нет|blank|tester")
_NAMES: Final = frozenset(
    {
        *(Kind.GIVEN_NAME, Kind.FAMILY_NAME, Kind.FULL_NAME, Kind.STREET, Kind.CITY, Kind.COUNTRY),
        Kind.ORGANISATION,
    }
)
# "n/a" in its spellings: with a sign in it, it is no name.
_NOT_AVAILABLE: Final = re.compile(r"#?\s*[nн]\s*[/\\|.]\s*[aад]\s*\.?", re.IGNORECASE)
_SAME_LETTERS: Final = re.compile(r"([^\W\d])\1{2,}")
_FEWEST_IN_RUN: Final = 6
_DIGITS: Final = "0123456789" * 2
_SEPARATORS: Final = re.compile(r"[\s().+\-/_]+")


def is_placeholder(kind: Kind, text: str) -> bool:
    """Return whether a text stands for "there is none" in a column of this kind. An empty one does."""
    trimmed = text.strip()
    if not any(character.isalnum() for character in trimmed):
        return True
    digits = _SEPARATORS.sub("", trimmed)
    if digits.isdecimal():
        return not digits.strip("0") or is_run_of_digits(digits)
    lowered = trimmed.casefold()
    if _NOT_AVAILABLE.fullmatch(lowered) or _SAME_LETTERS.fullmatch(lowered):
        return True
    found = words(trimmed)
    whole = "".join(found)
    if whole in _EVERYWHERE or (bool(found) and all(word in _EVERYWHERE for word in found)):
        return True
    return kind not in _NAMES and whole in _UNLESS_NAMES


def is_run_of_digits(digits: str) -> bool:
    """Return whether six digits or more are all the same, or those of a keyboard in their order."""
    if len(digits) < _FEWEST_IN_RUN:
        return False
    return len(set(digits)) == 1 or digits in _DIGITS or digits[::-1] in _DIGITS
