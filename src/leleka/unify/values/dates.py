"""Birth dates in their normal form: ISO 8601, or nothing where a day is impossible, a placeholder or not told.

1/2/1990 is read as the first of February, in the United States as the second of January; where one of both numbers
is above twelve, that is the day. A day with dots always comes first. Years of two digits are of 1930 to 2029.
"""

import re
from datetime import date
from typing import Final

from leleka.unify.values.letters import words

_TIME: Final = r"(?:[T\s][\d:.,+\-Z\s]*)?"
_YEAR_FIRST: Final = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}")
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)")
_YEAR_LAST: Final = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d\d){_TIME}")
_ORDINAL: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_MONTHS: Final = (
    "january jan січень січня янв января",
    "february feb лютий лютого февраля",
    "march mar березень березня марта",
    "april apr квітень квітня апреля",
    "may травень травня мая",
    "june jun червень червня июня",
    "july jul липень липня июля",
    "august aug серпень серпня августа",
    "september sep sept вересень вересня сентября",
    "october oct жовтень жовтня октября",
    "november nov листопад листопада ноября",
    "december dec грудень грудня декабря",
)
_MONTH_OF: Final = {word: at for at, names in enumerate(_MONTHS, start=1) for word in words(names)}
_YEAR_WORDS: Final = frozenset(words("р року рік г года of"))
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2099
_PIVOT: Final = 30  # of years of two digits
_CENTURY: Final = 100
_MONTHS_A_YEAR: Final = 12
# What databases, spreadsheets and forms put where there is no date. (What Excel calls day 0 is of 1899.)
_PLACEHOLDERS: Final = frozenset({date(1900, 1, 1), date(1901, 1, 1), date(1970, 1, 1)})


def birth_date(text: str, region: str) -> str | None:
    """Return a day between 1900 and 2099 as YYYY-MM-DD. ``region`` is an ISO 3166 code, or empty."""
    trimmed = text.strip()
    numbers = _in_figures(trimmed, region.strip().upper()) or _in_words(trimmed)
    if numbers is None:
        return None
    try:
        day = date(*numbers)
    except ValueError:
        return None
    is_possible = _FIRST_YEAR <= day.year <= _LAST_YEAR and day not in _PLACEHOLDERS
    return day.isoformat() if is_possible else None


def _in_figures(text: str, region: str) -> tuple[int, int, int] | None:
    if found := _YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := _COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _YEAR_LAST.fullmatch(text):
        day, month = int(found[1]), int(found[3])
        is_american = region == "US" and found[2] != "." and day <= _MONTHS_A_YEAR
        if is_american or month > _MONTHS_A_YEAR:
            day, month = month, day
        return _full_year(found[4]), month, day
    return None


def _in_words(text: str) -> tuple[int, int, int] | None:
    """Read 12 January 1990 and January 12, 1990."""
    match [word for word in words(text) if word not in _YEAR_WORDS]:
        case [month, day, year] if month in _MONTH_OF:
            pass
        case [day, month, year] if month in _MONTH_OF:
            pass
        case _:
            return None
    found = _ORDINAL.fullmatch(day)
    if found is None or not year.isdigit():
        return None
    return _full_year(year), _MONTH_OF[month], int(found[1])


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) != len("00"):
        return year
    return year + (20 if year < _PIVOT else 19) * _CENTURY
