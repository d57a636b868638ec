"""What a rule compares with, beside plain values: days told from today, periods, other columns, shares of rows."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeAlias

from leleka.core.columns import Column


@dataclass(frozen=True, slots=True, order=True)
class RelativeDay:
    """A day told from the day of the evaluation: before it where ``days`` is negative."""

    days: int

    def on(self, today: date) -> date:
        """Return the day; one beyond the calendar is its last or its first."""
        try:
            return today + timedelta(days=self.days)
        except OverflowError:
            return date.max if self.days > 0 else date.min


_YEAR = 365  # so many days have every anniversary, but perhaps that of the day before


class Period(StrEnum):
    """Weeks begin on a Monday."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class OtherColumn:
    """The value of another column of the same row."""

    column: Column


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the rows that have a value: so many, or so many hundredths of a percent of them."""

    amount: int
    of_all: bool  # hundredths of a percent instead of rows


Scalar: TypeAlias = str | int | float | date | RelativeDay
Operand: TypeAlias = Scalar | tuple[Scalar, ...] | Period | OtherColumn | Share | None


def day_of(value: object, today: date) -> date:
    """Return the day that an operand means. Raises ``TypeError`` for what is no day."""
    if isinstance(value, RelativeDay):
        return value.on(today)
    if not isinstance(value, date):
        raise TypeError("the operand is a day")
    return value


def days_of(period: Period, offset: int, today: date) -> tuple[date, date]:
    """Return the first and the last day of a period: this one, or so many after it."""
    if period is Period.WEEK:
        first = RelativeDay(7 * offset - today.weekday()).on(today)
        return first, RelativeDay(6).on(first)
    months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
    place = (today.year * 12 + today.month - 1) // months + offset
    return _month_begins(place * months), _month_begins((place + 1) * months) - timedelta(days=1)


def _month_begins(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def anniversaries(days: int, today: date) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the first and the last (month, day) of today and the days after it; None where they are a whole year.

    The first is after the last where they span a new year. Who was born on 29 February has the birthday on the 28th
    in other years.
    """
    if days > _YEAR:
        return None
    last = RelativeDay(days - 1).on(today)
    ends = (today.month, today.day), (last.month, last.day)
    if ends[1] == (2, 28) and RelativeDay(1).on(last).day == 1:
        return ends[0], (2, 29)
    return ends
