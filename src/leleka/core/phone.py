"""Phone numbers: as they are, or in E.164 where a country says how to read them.

The documented rules: digits of any script count, a trunk zero in brackets is dropped, and so is an extension
(E.164 cannot express one). Letters are never read as digits.
"""

import re
from typing import Final

import phonenumbers

from leleka.core.email import WHITESPACE, Unusable
from leleka.errors import Problem

# The characters people write in a phone number; phonenumbers alone would find a number inside any text.
_PLAUSIBLE: Final = re.compile(
    r"(?:tel:)?\s*\+?[\d\s().\-/\u2010-\u2015\u2060\u00b7]+(?:\s*(?:x|ext\.?|#)\s*\d{1,7})?", re.IGNORECASE
)
_SHORTEST_SHOWN: Final = 6
_MASKED: Final = re.compile(r"\*{3}\d\d")


def normalise(text: str | None, country: str | None) -> str | Unusable:
    """Return the number to send; an empty text if there is none.

    ``country`` is an ISO 3166 code; without one the text is only trimmed.
    """
    trimmed = (text or "").strip(WHITESPACE)
    if country is None or not trimmed:
        return trimmed
    if not _PLAUSIBLE.fullmatch(trimmed):
        return _invalid(trimmed)
    region = country.strip().upper()
    known = region in phonenumbers.SUPPORTED_REGIONS
    try:
        number = phonenumbers.parse(trimmed, region if known else None)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and not known:
            return Unusable(Problem.of("PHONE_NO_COUNTRY", number=mask(trimmed)))
        return _invalid(trimmed)
    if not phonenumbers.is_valid_number(number):
        return _invalid(trimmed)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask(number: str) -> str:
    """Show the last two digits of a number; nothing of a short one. A masked one stays as it is."""
    if _MASKED.fullmatch(number):
        return number
    return f"***{number[-2:]}" if len(number) >= _SHORTEST_SHOWN and number[-2:].isdigit() else "***"


def _invalid(trimmed: str) -> Unusable:
    return Unusable(Problem.of("PHONE_INVALID", number=mask(trimmed)))
