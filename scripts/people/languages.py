"""What is drawn for people of a language: names, cities, streets, employers, with frequencies like those of life.

A name's weight falls with its place in the list as 1 / (place + a constant) does (Zipf and Mandelbrot): the most
frequent given name is borne by one person in twenty, the most frequent family name by one in a hundred.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from scripts.people import english, ukrainian

_GIVEN_FLATNESS: Final = 6
_FAMILY_FLATNESS: Final = 30
_CITY_FLATNESS: Final = 1
_RARE: Final = 0.3  # of families have a name that is in no list of frequent ones


class Frequencies:
    """Names with the weights of their places."""

    def __init__(self, names: Sequence[str], flatness: int) -> None:
        self._names = names
        self._bounds = list(accumulate(1 / (place + flatness) for place in range(len(names))))

    def draw(self, random: Random) -> str:
        return random.choices(self._names, cum_weights=self._bounds)[0]


@dataclass(frozen=True, slots=True)
class Language:
    """Everything that is drawn for people of one language."""

    code: str
    given: Mapping[str, Frequencies]  # by sex, "m" or "f"
    alike: Mapping[str, Sequence[str]]  # to a given name, those of the same sex that begin as it does
    families: Frequencies
    stems: Sequence[str]
    endings: Sequence[str]
    feminine: Callable[[str], str]
    nicknames: Mapping[str, Sequence[str]]
    cities: Frequencies
    city_numbers: Mapping[str, int]
    streets: Frequencies
    organisations: Sequence[str]
    forms: Sequence[str]

    def family(self, random: Random) -> str:
        """Draw the family name of a household, in its masculine form."""
        if random.random() < _RARE:
            return random.choice(self.stems) + random.choice(self.endings)
        return self.families.draw(random)


def _alike(*lists: Sequence[str]) -> dict[str, Sequence[str]]:
    return {
        name: tuple(other for other in names if other != name and other[:2] == name[:2])
        for names in lists
        for name in names
    }


def _spaced(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.replace("_", " ") for name in names)


UKRAINIAN: Final = Language(
    code="uk",
    given={
        "m": Frequencies(ukrainian.MALE, _GIVEN_FLATNESS),
        "f": Frequencies(ukrainian.FEMALE, _GIVEN_FLATNESS),
    },
    alike=_alike(ukrainian.MALE, ukrainian.FEMALE),
    families=Frequencies(ukrainian.FAMILY, _FAMILY_FLATNESS),
    stems=ukrainian.STEMS,
    endings=ukrainian.ENDINGS,
    feminine=ukrainian.feminine,
    nicknames=ukrainian.NICKNAMES,
    cities=Frequencies(_spaced(ukrainian.CITIES), _CITY_FLATNESS),
    city_numbers={city: number for number, city in enumerate(_spaced(ukrainian.CITIES))},
    streets=Frequencies(_spaced(ukrainian.STREETS), _GIVEN_FLATNESS),
    organisations=ukrainian.ORGANISATIONS,
    forms=ukrainian.FORMS,
)
ENGLISH: Final = Language(
    code="en",
    given={
        "m": Frequencies(english.MALE, _GIVEN_FLATNESS),
        "f": Frequencies(english.FEMALE, _GIVEN_FLATNESS),
    },
    alike=_alike(english.MALE, english.FEMALE),
    families=Frequencies(english.FAMILY, _FAMILY_FLATNESS),
    stems=english.STEMS,
    endings=english.ENDINGS,
    feminine=str,
    nicknames=english.NICKNAMES,
    cities=Frequencies(english.CITIES, _CITY_FLATNESS),
    city_numbers={city: number for number, city in enumerate(english.CITIES)},
    streets=Frequencies(_spaced(english.STREETS), _GIVEN_FLATNESS),
    organisations=english.ORGANISATIONS,
    forms=english.FORMS,
)
