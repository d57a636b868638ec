"""The type that every cell of a text column fits: checked over all rows, by our own rules.

The engine's own detection looks at a sample and turns postal codes into numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.warehouse.engines.port import Engine, finite, full_match, parsed_time
from leleka.warehouse.readers.staging import cell, table
from leleka.warehouse.sql import tables as sql_tables

# Excludes most of the candidates before all rows are checked; never decides in favour of one.
_SAMPLE: Final = 2_000
# The engine takes disproportionately long to plan thousands of tests.
_AT_ONCE: Final = 40
_YEAR: Final = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_TIME: Final = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
_INTEGER: Final = "0|-?[1-9][0-9]{0,18}"
# An exponent needs a point or a minus sign: 1e5 is a product code more often than a hundred thousand. More
# than 15 digits before the point are an identifier, and a float would change it.
_NUMBER: Final = (
    r"0|-?[1-9][0-9]{0,14}|-?(0|[1-9][0-9]{0,14})\.[0-9]+([eE][+-]?[0-9]{1,3})?"
    r"|-?[1-9][0-9]{0,14}[eE]-[0-9]{1,3}"
)
MONTH_FIRST: Final = "%m/%d/%Y"
DAY_FIRST: Final = "%d/%m/%Y"


@dataclass(frozen=True, slots=True)
class Guess:
    """A type and, for dates, the strptime pattern that fits all cells; ``ambiguous`` if two do."""

    type: ColumnType
    pattern: str | None = None
    ambiguous: bool = False


_Test = Callable[[exp.Expr], exp.Condition]


def guess(session: Engine, numbers: Sequence[int]) -> Mapping[int, Guess]:
    """Return the guess for each numbered text column of the staged rows."""
    found: dict[int, Guess] = {}
    for first in range(0, len(numbers), _AT_ONCE):
        found |= _guess_some(session, numbers[first : first + _AT_ONCE])
    return found


def _guess_some(session: Engine, numbers: Sequence[int]) -> Mapping[int, Guess]:
    asked = [(number, candidate) for number in numbers for candidate in _CANDIDATES]
    asked = _fitting(session, asked, exp.select("*").from_(table()).limit(_SAMPLE), unknown_fits=True)
    fitting = set(_fitting(session, asked, exp.select("*").from_(table()), unknown_fits=False))
    return {
        number: _choose([kind for kind in _CANDIDATES if (number, kind) in fitting]) for number in numbers
    }


def _choose(fitting: Sequence[Guess]) -> Guess:
    if not fitting:
        return Guess(ColumnType.TEXT)
    patterns = {kind.pattern for kind in fitting}
    if {MONTH_FIRST, DAY_FIRST} <= patterns:
        return Guess(ColumnType.TEXT, ambiguous=True)
    return fitting[0]


def _fitting(
    session: Engine, asked: Sequence[tuple[int, Guess]], source: exp.Select, *, unknown_fits: bool
) -> list[tuple[int, Guess]]:
    """Return the candidates that no cell fails. A column without a cell fails none and proves none."""
    if not asked:
        return []
    tests = [_all_fit(sql_tables.column(cell(number)), _CANDIDATES[kind]) for number, kind in asked]
    answers = session.row(exp.select(*tests).from_(source.subquery("some")))
    return [
        question
        for question, answer in zip(asked, answers, strict=True)
        if (unknown_fits if answer is None else answer)
    ]


def _all_fit(text: exp.Column, test: _Test) -> exp.Expr:
    # An empty cell decides nothing; without the CASE, "is not null" of its value would decide against the
    # type.
    answer = exp.case().when(known(text), test(text))
    return exp.LogicalAnd(this=answer)


def try_cast(value: exp.Expr, kind: str) -> exp.Expr:
    return exp.TryCast(this=value, to=exp.DataType.build(kind), safe=True)


def known(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=value, expression=exp.Null()))


def _integer(text: exp.Expr) -> exp.Condition:
    return exp.and_(full_match(text, _INTEGER), known(try_cast(text, "BIGINT")))


def _number(text: exp.Expr) -> exp.Condition:
    return exp.and_(full_match(text, _NUMBER), finite(try_cast(text, "DOUBLE")))


def _boolean(text: exp.Expr) -> exp.Condition:
    return exp.Lower(this=text).isin("true", "false")


def _date(shape: str, pattern: str) -> _Test:
    return lambda text: exp.and_(full_match(text, shape), known(parsed_time(text, pattern)))


def _datetime(text: exp.Expr) -> exp.Condition:
    shape = f"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}([T ]{_TIME})?"
    return exp.and_(full_match(text, shape), known(try_cast(text, "TIMESTAMPTZ")))


_CANDIDATES: Final[Mapping[Guess, _Test]] = {
    Guess(ColumnType.INTEGER): _integer,
    Guess(ColumnType.NUMBER): _number,
    Guess(ColumnType.BOOLEAN): _boolean,
    Guess(ColumnType.DATE, "%Y-%m-%d"): _date(f"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}", "%Y-%m-%d"),
    Guess(ColumnType.DATE, "%Y/%m/%d"): _date(f"{_YEAR}/[0-9]{{1,2}}/[0-9]{{1,2}}", "%Y/%m/%d"),
    Guess(ColumnType.DATE, "%d.%m.%Y"): _date(rf"[0-9]{{1,2}}\.[0-9]{{1,2}}\.{_YEAR}", "%d.%m.%Y"),
    Guess(ColumnType.DATE, MONTH_FIRST): _date(f"[0-9]{{1,2}}/[0-9]{{1,2}}/{_YEAR}", MONTH_FIRST),
    Guess(ColumnType.DATE, DAY_FIRST): _date(f"[0-9]{{1,2}}/[0-9]{{1,2}}/{_YEAR}", DAY_FIRST),
    Guess(ColumnType.DATETIME): _datetime,
}
