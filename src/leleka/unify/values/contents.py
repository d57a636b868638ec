"""What a column means by its contents.

A value can be *plausible* for a kind: it does not contradict a column's name that says so. And it can *show* a kind
by itself, which few values do: then contents tell what the name does not, or says wrongly.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from leleka.core import phone as core_phone
from leleka.core.email import Address, normalise
from leleka.unify.values.addresses import has_street_word
from leleka.unify.values.countries import country
from leleka.unify.values.dates import birth_date
from leleka.unify.values.kinds import Kind
from leleka.unify.values.known_names import CITIES, FAMILY_ENDINGS, GIVEN_NAMES
from leleka.unify.values.letters import words
from leleka.unify.values.names import has_legal_form

_FEWEST_DIGITS: Final = 7
_FEWEST_DIGITS_ALONE: Final = 10  # with an area; numbers of people by the state have nine
_MOST_DIGITS: Final = 15
_NUMBER: Final = re.compile(r"(?:tel:)?\+?[\d\s().\-/]+(?:(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_POSTCODE: Final = re.compile(
    r"\d{4,6}|\d{5}-\d{4}|\d\d-\d{3}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d"
)
_CODE: Final = re.compile(r"(?=.*\d)[\w./\-]{1,64}|\d[\d ]{1,30}")
_UUID: Final = re.compile(r"\{?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?", re.IGNORECASE)
_LETTERED_CODE: Final = re.compile(r"(?=.*\d)[A-Za-z]{1,6}[\-_]?[\d\-_]{3,}")
_MOST_WORDS_OF_NAME: Final = 5
_LAST_BIRTH_YEAR: Final = "2012"  # a customer is born before; what is later is a day of something else
_FEWEST_WORDS_OF_STREET: Final = 2


def share(kind: Kind, values: Sequence[str], region: str) -> float:
    """Return which part of the values is plausible for a kind, between 0 and 1."""
    return _part(_PLAUSIBLE[kind], values, region)


def shown(values: Sequence[str], region: str) -> tuple[Kind, float] | None:
    """Return the first kind that enough values show by themselves, and which part is plausible for it."""
    for kind, shows, enough in _SHOWN:
        if _part(shows, values, region) >= enough:
            plausible = share(kind, values, region)
            if plausible >= _MOST_OF_THEM:
                return kind, plausible
    return None


def _part(holds: Callable[[str, str], bool], values: Sequence[str], region: str) -> float:
    return sum(holds(value, region) for value in values) / len(values) if values else 0.0


def _is_email(text: str, _: str) -> bool:
    return isinstance(normalise(text), Address)


def _may_be_phone(text: str, _: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    fits = _FEWEST_DIGITS <= digits <= _MOST_DIGITS and _NUMBER.fullmatch(text) is not None
    return fits and not _DATE.fullmatch(text)


def _shows_phone(text: str, region: str) -> bool:
    """Digits may be any number: they show a phone number where a country has it, or where they are written like one."""
    if not _may_be_phone(text, region):
        return False
    digits = sum(character.isdigit() for character in text)
    is_written_like_one = digits >= _FEWEST_DIGITS_ALONE and not text.strip("+").isdecimal()
    return is_written_like_one or isinstance(core_phone.normalise(text, region), str)


def _may_be_birth_date(text: str, region: str) -> bool:
    return birth_date(text, region) is not None


def _shows_birth_date(text: str, region: str) -> bool:
    found = birth_date(text, region)
    return found is not None and found < _LAST_BIRTH_YEAR and not text.isdecimal()


def _is_country(text: str, _: str) -> bool:
    return country(text) is not None


def _may_be_postcode(text: str, _: str) -> bool:
    return _POSTCODE.fullmatch(text.upper()) is not None


def _may_be_street(text: str, _: str) -> bool:
    found = words(text)
    return (
        len(found) >= _FEWEST_WORDS_OF_STREET
        and any(not word.isdigit() for word in found)
        and "@" not in text
    )


def _shows_street(text: str, _: str) -> bool:
    return _may_be_street(text, "") and has_street_word(text)


def _may_be_name(text: str, _: str) -> bool:
    found = words(text)
    is_short = 0 < len(found) <= _MOST_WORDS_OF_NAME
    return is_short and not any(character.isdigit() or character in "@_:;&" for character in text)


def _may_be_given(text: str, _: str) -> bool:
    found = words(text)
    return _may_be_name(text, "") and (len(found) == 1 or all(word in GIVEN_NAMES for word in found))


def _shows_given(text: str, _: str) -> bool:
    return _may_be_given(text, "") and words(text)[0] in GIVEN_NAMES


def _shows_family(text: str, _: str) -> bool:
    found = words(text)
    return _may_be_name(text, "") and len(found) == 1 and found[0].endswith(FAMILY_ENDINGS)


def _shows_full(text: str, _: str) -> bool:
    """A sentence may have a name in it; its other words begin in lower case."""
    is_written_as_names = text == text.lower() or all(word[0].isupper() for word in text.split())
    known = [word in GIVEN_NAMES for word in words(text)]
    return is_written_as_names and len(known) > 1 and _may_be_name(text, "") and any(known) and not all(known)


def _shows_city(text: str, _: str) -> bool:
    return _may_be_name(text, "") and any(word in CITIES for word in words(text))


def _may_be_organisation(text: str, _: str) -> bool:
    return any(character.isalpha() for character in text) and "@" not in text


def _shows_organisation(text: str, _: str) -> bool:
    return has_legal_form(text)


def _may_be_identifier(text: str, _: str) -> bool:
    return _CODE.fullmatch(text) is not None


def _shows_identifier(text: str, _: str) -> bool:
    return _UUID.fullmatch(text) is not None or _LETTERED_CODE.fullmatch(text) is not None


_MOST_OF_THEM: Final = 0.6
_PLAUSIBLE: Final[dict[Kind, Callable[[str, str], bool]]] = {
    Kind.EMAIL: _is_email,
    Kind.PHONE: _may_be_phone,
    Kind.GIVEN_NAME: _may_be_given,
    Kind.FAMILY_NAME: _may_be_name,
    Kind.FULL_NAME: _may_be_name,
    Kind.STREET: _may_be_street,
    Kind.CITY: _may_be_name,
    Kind.POSTCODE: _may_be_postcode,
    Kind.COUNTRY: _is_country,
    Kind.BIRTH_DATE: _may_be_birth_date,
    Kind.ORGANISATION: _may_be_organisation,
    Kind.IDENTIFIER: _may_be_identifier,
    Kind.TEXT: lambda _text, _region: True,
}
# With the part of the values that must show it: all of a kind with one shape, some of a kind known by frequent names.
_SHOWN: Final[tuple[tuple[Kind, Callable[[str, str], bool], float], ...]] = (
    (Kind.EMAIL, _is_email, 0.6),
    (Kind.BIRTH_DATE, _shows_birth_date, 0.8),
    (Kind.PHONE, _shows_phone, 0.6),
    (Kind.STREET, _shows_street, 0.4),
    (Kind.ORGANISATION, _shows_organisation, 0.4),
    (Kind.COUNTRY, _is_country, 0.9),
    (Kind.FULL_NAME, _shows_full, 0.3),
    (Kind.GIVEN_NAME, _shows_given, 0.3),
    (Kind.CITY, _shows_city, 0.3),
    (Kind.FAMILY_NAME, _shows_family, 0.7),
    (Kind.IDENTIFIER, _shows_identifier, 0.8),
)
