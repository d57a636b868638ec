"""How often a source that is read by what changed is read whole: once in so many readings, or every so many hours."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

DEFAULT: Final = 24  # readings
MOST_READINGS: Final = 10_000
MOST_HOURS: Final = 24 * 366
_TEXT: Final = re.compile(r"([0-9]{1,6}) *(hours?|days?|h|d)", re.IGNORECASE)
_HOURS: Final = {"h": 1, "d": 24}
# A refresh at three every night begins some seconds earlier or later: what is due by then is due.
_EARLY: Final = timedelta(hours=1)
_PART: Final = 10  # at most so many parts of the time


@dataclass(frozen=True, slots=True)
class WholeEvery:
    """``number`` readings where ``hours`` is 0; else that many units of so many hours."""

    number: int
    hours: int = 0

    @property
    def written(self) -> int | str:
        """Return it as definitions and the API have it."""
        if not self.hours:
            return self.number
        unit = "hour" if self.hours == 1 else "day"
        return f"{self.number} {unit}" if self.number == 1 else f"{self.number} {unit}s"

    def is_due(self, readings: int, whole_at: datetime | None, now: datetime) -> bool:
        """Return whether it is time, after so many readings since the source was read whole at that time."""
        if not self.hours:
            return readings + 1 >= self.number
        length = timedelta(hours=self.number * self.hours)
        return whole_at is None or now - whole_at >= length - min(_EARLY, length / _PART)


def parse(value: object) -> WholeEvery | None:
    """Return what was written: ``24``, ``"24 hours"``, ``"7 days"``; None where it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        return WholeEvery(value) if 1 <= value <= MOST_READINGS else None
    text = str(value).strip() if isinstance(value, str) else ""
    if text.isascii() and text.isdigit():
        return parse(int(text[:9]))
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    number, hours = int(found[1]), _HOURS[found[2][0].lower()]
    return WholeEvery(number, hours) if 1 <= number * hours <= MOST_HOURS else None
