"""Expectations: what the rows of a source must be like, each to be judged on every reading."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeAlias

MOST_EXPECTATIONS: Final = 100  # of one source: they are judged in one pass
MOST_VALUES: Final = 500  # of one expectation
MOST_COLUMNS: Final = 8  # that are unique together
MOST_HOURS: Final = 24 * 366 * 10
# Without a word of anybody: a reading that lost so many rows, and half of them or more, or all, is not used.
SHRINKS_TO: Final = Decimal("0.5")  # of the rows: a file that was cut in half, or a filter that somebody set
LEAST_LOSS: Final = 100  # rows; below that a share says little
REMNANT: Final = Decimal(
    "0.1"
)  # of the rows: a file that ends after its first lines, however small it was ...
LEAST_OF_A_REMNANT: Final = 20  # ... from so many rows on
TODAY: Final = "today"  # as an end of a range: the day on which the reading is judged
Scalar: TypeAlias = str | int | float | bool


class Kind(StrEnum):
    """What is expected. The values stand in definitions files and in the API."""

    UNIQUE = "unique"
    FILLED = "filled"
    VALUES = "values"
    RANGE = "range"
    FRESH = "fresh"
    ROWS = "rows"


class Severity(StrEnum):
    """What a broken expectation does: keep the reading from being used, or only say so."""

    FAIL = "fail"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation; the fields of other kinds are as they are by default.

    ``column`` is "" where it is about the table, or the time of its files. ``percent`` is which share of the rows has
    to be filled, ``values`` are the only ones, ``low`` and ``high`` the ends of a range, both within it, ``hours`` how
    old the newest row or file may be, ``at_least`` how many rows there have to be, ``lose_percent`` which share of the
    rows of the reading before may be missing. ``beside`` are further columns that are unique together with ``column``;
    texts are compared letter for letter, or in lower case where it is to ``ignore_case``.
    """

    kind: Kind
    column: str = ""
    severity: Severity = Severity.FAIL
    percent: Decimal = Decimal(100)
    values: tuple[Scalar, ...] = ()
    low: Scalar | None = None
    high: Scalar | None = None
    hours: int = 0
    at_least: int | None = None
    lose_percent: Decimal | None = None
    beside: tuple[str, ...] = ()
    ignore_case: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, *self.beside) if self.column else ()


def is_guarded(expectations: Iterable[Expectation]) -> bool:
    """Return whether the guard against lost rows holds: where somebody said how many may be lost, that holds. What only
    warns says nothing of what may be used.
    """
    bounds = (one for one in expectations if one.lose_percent is not None)
    return all(one.severity is not Severity.FAIL for one in bounds)


def has_lost_rows(rows: int, before: int) -> bool:
    """Return whether a table that had rows is empty, or lost so many of them that a person has to say it is right."""
    halved = rows <= before * SHRINKS_TO and before - rows >= LEAST_LOSS
    remnant = rows <= before * REMNANT and before >= LEAST_OF_A_REMNANT
    return before > 0 and (halved or remnant or not rows)


def columns_of(told: Mapping[str, Any]) -> list[str]:
    """Return the columns that an expectation names which ``to_data`` gave."""
    return list(told.get("columns") or filter(None, [told.get("column")]))


def to_data(expectation: Expectation) -> dict[str, Any]:
    """Return it as values of JSON, as ``parser.parse`` reads it and definitions files have it."""
    one, told = expectation, dict[str, Any]()
    told["expect"] = one.kind.value
    if one.beside:
        told["columns"] = list(one.columns)
    elif one.column:
        told["column"] = one.column
    if one.ignore_case:
        told["ignore_case"] = True
    if one.kind is Kind.FILLED and one.percent != Decimal(100):
        told["percent"] = _plain(one.percent)
    if one.values:
        told["values"] = list(one.values)
    ends = {"from": one.low, "to": one.high, "hours": one.hours or None, "at_least": one.at_least}
    told |= {name: value for name, value in ends.items() if value is not None}
    if one.lose_percent is not None:
        told["lose_percent"] = _plain(one.lose_percent)
    if one.severity is not Severity.FAIL:
        told["severity"] = one.severity.value
    return told


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
