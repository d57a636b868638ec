"""How phones and dates are written: each table has its usual way, and people have theirs.

The tables are those of a shop in Ukraine: a number from abroad always comes with the code of its country.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Final

_PHONES: Final[Mapping[str, Sequence[str]]] = {
    "uk": (
        "+380{0}{1}{2}{3}",
        "0{0}{1}{2}{3}",
        "+380 {0} {1} {2} {3}",
        "(0{0}) {1}-{2}-{3}",
        "380{0}{1}{2}{3}",
    ),
    "en": (
        "+44{0}{1}{2}{3}",
        "0044{0}{1}{2}{3}",
        "+44 {0} {1}{2}{3}",
        "+44 (0){0} {1}{2}{3}",
        "+44-{0}-{1}-{2}{3}",
    ),
}
_FIRST_PART: Final = {"uk": 2, "en": 4}
# The day always comes before the month, or the year is first: no date can be read in two ways.
_DATES: Final = ("{0:04}-{1:02}-{2:02}", "{2:02}.{1:02}.{0:04}", "{2:02}/{1:02}/{0:04}", "{2}.{1}.{0:04}")


def phone_text(random: Random, language: str, number: str, usual: int | None) -> str:
    """Return the number as it is written the usual way (a place among five), or as somebody likes to (None).

    The number is the national one without its leading 0: nine digits in Ukraine, ten in Great Britain.
    """
    ways, cut = _PHONES[language], _FIRST_PART[language]
    way = ways[int(random.random() * len(ways)) if usual is None else usual]
    return way.format(number[:cut], number[cut : cut + 3], number[cut + 3 : cut + 5], number[cut + 5 :])


def date_text(random: Random, day: date, usual: int | None) -> str:
    """Return the day as it is written the usual way (a place among four), or as somebody likes to (None)."""
    way = _DATES[int(random.random() * len(_DATES)) if usual is None else usual]
    return way.format(day.year, day.month, day.day)
