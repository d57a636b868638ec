"""Every value in its normal form: two values are equal for unification where these are.

Each kind has its rules; docs/reference/unification-values.md has them with examples.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from leleka.unify.values.addresses import city, postcode, street
from leleka.unify.values.countries import country
from leleka.unify.values.dates import birth_date
from leleka.unify.values.emails import email
from leleka.unify.values.kinds import Kind
from leleka.unify.values.names import full_name, organisation, person_name
from leleka.unify.values.phones import phone
from leleka.unify.values.placeholders import is_placeholder

# A text that is longer is a page, or a broken file, and identifies nobody.
LONGEST: Final = 1_000

_DASHES: Final = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_ROUNDS: Final = 4  # of folding: one settles all but a few characters


def normal(kind: Kind, text: str, *, region: str = "") -> str | None:
    """Return the normal form of a value; None where it is empty, a placeholder or unusable. Never raises.

    ``region`` is the country of the table as an ISO 3166 code: numbers and dates are read as people write them there.
    A normal form is its own normal form.
    """
    if len(text) > LONGEST or is_placeholder(kind, text):
        return None
    found = _FORMS[kind](text, region)
    return None if found is None or len(found) > LONGEST or is_placeholder(kind, found) else found


def _identifier(text: str) -> str | None:
    # Without a space between them, a letter and a mark may become one letter.
    for _ in range(_ROUNDS):
        text = _DASHES.sub("", _folded(text))
    return text or None


def _text(text: str) -> str | None:
    return _folded(text) or None


def _folded(text: str) -> str:
    """Return a text without regard to case, width and white space; what cannot be seen is left out."""
    for _ in range(_ROUNDS):
        seen = "".join(_visible(character) for character in text)
        folded = " ".join(unicodedata.normalize("NFKC", seen.casefold()).split())
        if folded == text:
            break
        text = folded
    return text


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    return " " if category == "Cc" else "" if category in {"Cf", "Cs"} else character


_FORMS: Final[dict[Kind, Callable[[str, str], str | None]]] = {
    Kind.EMAIL: lambda text, _: email(text),
    Kind.PHONE: phone,
    Kind.GIVEN_NAME: lambda text, _: person_name(text),
    Kind.FAMILY_NAME: lambda text, _: person_name(text),
    Kind.FULL_NAME: lambda text, _: full_name(text),
    Kind.STREET: lambda text, _: street(text),
    Kind.CITY: lambda text, _: city(text),
    Kind.POSTCODE: postcode,
    Kind.COUNTRY: lambda text, _: country(text),
    Kind.BIRTH_DATE: birth_date,
    Kind.ORGANISATION: lambda text, _: organisation(text),
    Kind.IDENTIFIER: lambda text, _: _identifier(text),
    Kind.TEXT: lambda text, _: _text(text),
}
