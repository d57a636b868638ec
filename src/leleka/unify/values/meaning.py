"""What a column means, guessed from its name and a sample of its contents, for a person to approve.

Where both disagree the contents are believed: they are what will be compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from leleka.unify.values.column_names import is_of_another_day, is_of_something_else, kind_by_name
from leleka.unify.values.contents import share, shown
from leleka.unify.values.kinds import Kind
from leleka.unify.values.normal import LONGEST
from leleka.unify.values.placeholders import is_placeholder

# More values do not make a guess better, only slower.
MOST_VALUES: Final = 500

_CONFIRMED: Final = 0.5  # of the values are plausible for what the name says
_BY_NAME: Final = 0.6
_BY_CONTENTS: Final = 0.8
_AGAINST_NAME: Final = 0.7
# Kinds for which nearly every text is plausible: a shape that contents show is believed before them.
_VAGUE: Final = frozenset({Kind.ORGANISATION, Kind.STREET, Kind.IDENTIFIER})
_SHAPED: Final = frozenset({Kind.EMAIL, Kind.PHONE, Kind.BIRTH_DATE, Kind.STREET})
_OF_NAMES: Final = frozenset({Kind.FULL_NAME, Kind.ORGANISATION, Kind.CITY, Kind.COUNTRY, Kind.GIVEN_NAME})
# Words that things are called by as well.
_SOUNDS: Final = frozenset({Kind.GIVEN_NAME, Kind.FAMILY_NAME, Kind.CITY, Kind.COUNTRY})


class Reason(StrEnum):
    """Where a guess comes from."""

    NAME_AND_CONTENTS = "name_and_contents"
    CONTENTS = "contents"  # the name tells nothing
    CONTENTS_AGAINST_NAME = "contents_against_name"
    NAME = "name"  # there are no contents to look at
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A guess. ``score`` is between 0, nothing known, and 1; it orders guesses and is no probability."""

    kind: Kind
    score: float
    reason: Reason


def guess(name: str, sample: Iterable[str | None] = (), *, region: str = "") -> Meaning:
    """Return what a column most likely means; ``Kind.TEXT`` where it is nothing that a rule compares by.

    ``sample`` are values of any rows; empty ones and placeholders count for nothing, and the first 500 others are
    looked at. ``region`` is the country of the table, an ISO 3166 code.
    """
    values = list(islice((value.strip() for value in sample if value and _is_usable(value)), MOST_VALUES))
    said = kind_by_name(name)
    if said is None:
        return _by_contents(name, values, region)
    if not values:
        return Meaning(said, _BY_NAME, Reason.NAME)
    plausible = share(said, values, region)
    found = shown(values, region)
    if found is None or found[0] is said or (plausible >= _CONFIRMED and not _tells_more(said, found[0])):
        if plausible >= _CONFIRMED:
            return Meaning(said, _BY_NAME + (1 - _BY_NAME) * plausible, Reason.NAME_AND_CONTENTS)
        return Meaning(Kind.TEXT, _AGAINST_NAME * (1 - plausible), Reason.CONTENTS_AGAINST_NAME)
    return Meaning(found[0], _AGAINST_NAME * found[1], Reason.CONTENTS_AGAINST_NAME)


def _is_usable(value: str) -> bool:
    return len(value) <= LONGEST and not is_placeholder(Kind.TEXT, value)


def _by_contents(name: str, values: list[str], region: str) -> Meaning:
    found = shown(values, region)
    if found is None or _is_ruled_out(name, found[0]):
        return Meaning(Kind.TEXT, 0.0, Reason.NOTHING)
    return Meaning(found[0], _BY_CONTENTS * found[1], Reason.CONTENTS)


def _is_ruled_out(name: str, found: Kind) -> bool:
    """Return whether a name tells that its column is not what it looks like: a day of an order, a bed called Sofia."""
    if found is Kind.BIRTH_DATE:
        return is_of_another_day(name)
    return found in _SOUNDS and is_of_something_else(name)


def _tells_more(said: Kind, found: Kind) -> bool:
    """Return whether contents are believed although they are plausible for what the name says."""
    if said in _VAGUE:
        return found in _SHAPED
    return said in {Kind.FULL_NAME, Kind.FAMILY_NAME, Kind.CITY} and found in _OF_NAMES
