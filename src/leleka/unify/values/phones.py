"""Phone numbers in their normal form: E.164 where they can be read so, and their digits where they cannot.

A number that no country gives out (a typing error, a number of a film) is evidence all the same: it is kept. Digits
alone never equal an international number, so that a table without a country matches only tables without one.
"""

import re
import unicodedata
from typing import Final

import phonenumbers

from leleka.core import phone as core_phone
from leleka.unify.values.placeholders import is_run_of_digits

_FEWEST_DIGITS: Final = 7
_MOST_DIGITS: Final = 15
# So many digits without a plus may begin with the code of a country; fewer are a number within one.
_INTERNATIONAL: Final = 11
_ABROAD: Final = "00"
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}")


def phone(text: str, region: str) -> str | None:
    """Return the number of a text, read in the country ``region`` (an ISO 3166 code, or empty where none is known)."""
    trimmed = unicodedata.normalize("NFKC", text).strip()
    number = _valid(trimmed, region) or _of_digits(trimmed, region)
    return None if number is None or _is_placeholder(number) else number


def _of_digits(text: str, region: str) -> str | None:
    if any(character.isalpha() for character in text) or _DATE.fullmatch(text):
        return None
    digits = "".join(str(unicodedata.decimal(one)) for one in text if one.isdecimal())
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return None
    if text.startswith("+"):
        return _possible(f"+{digits}", region) or f"+{digits}"
    return _valid(digits, region) or _valid_abroad(digits) or _possible(digits, region) or digits


def _valid_abroad(digits: str) -> str | None:
    if digits.startswith(_ABROAD):
        return _valid(f"+{digits.removeprefix(_ABROAD)}", "")
    return _valid(f"+{digits}", "") if len(digits) >= _INTERNATIONAL else None


def _valid(text: str, region: str) -> str | None:
    found = core_phone.normalise(text, region)
    return found if isinstance(found, str) and found else None


def _possible(text: str, region: str) -> str | None:
    """Return a number in E.164 that has the length of one of its country, though nobody was given it."""
    number = _in_e164(text, region)
    # Zeros of a number that nobody has may be taken for a prefix again and again.
    return number if number is not None and _in_e164(number, "") == number else None


def _in_e164(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region.strip().upper() or None)
    except phonenumbers.NumberParseException:
        return None
    possible = (
        phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if possible else None


def _is_placeholder(number: str) -> bool:
    digits = number.removeprefix("+")
    if number != digits:
        try:
            national = str(phonenumbers.parse(number).national_number)
        except phonenumbers.NumberParseException:
            national = digits
        return is_run_of_digits(national) or not national.strip("0") or is_run_of_digits(digits)
    return is_run_of_digits(digits.lstrip("0")) or is_run_of_digits(digits) or not digits.strip("0")
