"""The days of an anniversary, and the leap day in years that have none."""

from datetime import date, timedelta

import pytest

from leleka.core.rules.operands import anniversaries


def celebrated(born: date, days: int, today: date) -> bool:
    """Return whether one of the days is the anniversary, looked at day by day."""
    ahead = [today + timedelta(days=day) for day in range(days)]
    falls_on = {(day.month, day.day) for day in ahead}
    if any(day.month == 2 and (day + timedelta(days=1)).month == 3 for day in ahead):
        falls_on.add((2, 29))  # the last day of a February
    return (born.month, born.day) in falls_on


@pytest.mark.parametrize(
    "today", [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2027, 12, 31), date(2028, 2, 28)]
)
@pytest.mark.parametrize("days", [1, 2, 30, 61, 306, 364, 365, 366])
def test_the_leap_day_is_the_last_of_february(today: date, days: int) -> None:
    for born in (date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 28)):
        ends = anniversaries(days, today)
        day = (born.month, born.day)
        within = ends is None or (
            ends[0] <= day <= ends[1] if ends[0] <= ends[1] else day >= ends[0] or day <= ends[1]
        )
        assert within is celebrated(born, days, today)
