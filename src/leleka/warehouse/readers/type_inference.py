"""The type that every cell of a text column fits: checked over all rows, by our own rules.

The engine's own detection looks at a sample and turns postal codes into numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from leleka.core.columns import TEMPORAL, ColumnType
from leleka.warehouse.engines.port import Engine, full_match, parsed_time
from leleka.warehouse.readers.staging import cell, table
from leleka.warehouse.sql import tables as sql_tables

# Excludes most of the candidates before all rows are checked; never decides in favour of one.
SAMPLE: Final = 2_000
_FEW: Final = 100  # rows
_NUMERIC: Final = frozenset("-0123456789")  # how numbers, dates and datetimes begin
_BOOLEAN: Final = frozenset("tTfF")
# The engine takes disproportionately long to plan thousands of tests.
_AT_ONCE: Final = 40
_YEAR: Final = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_TIME: Final = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
_DATETIME: Final = f"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}([T ]{_TIME})?"
# An exponent needs a point or a minus sign: 1e5 is a product code more often than a hundred thousand. More
# than 15 digits before the point are an identifier, and a float would change it.
# No float is as large as a third digit of the exponent would make it.
_NUMBER: Final = (
    r"0|-?[1-9][0-9]{0,14}|-?(0|[1-9][0-9]{0,14})\.[0-9]+([eE](-[0-9]{1,3}|\+?[0-9]{1,2}))?"
    r"|-?[1-9][0-9]{0,14}[eE]-[0-9]{1,3}"
)
# Read as text, and said to be numbers: nobody but the reader of the file can tell 1,234 from 1.234.
_COMMA: Final = "-?(0|[1-9][0-9]{0,14})(,[0-9]+)?|-?[1-9][0-9]{0,2}([ .\u00a0\u202f][0-9]{3})+,[0-9]+"
MONTH_FIRST: Final = "%m/%d/%Y"
DAY_FIRST: Final = "%d/%m/%Y"
ISO: Final = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Guess:
    """A type and, for dates, the strptime pattern that fits all cells; ``ambiguous`` if two do.

    ``comma`` says of a text that its cells are numbers with a decimal comma. ``empty`` says that there is no cell.
    """

    type: ColumnType
    pattern: str | None = None
    ambiguous: bool = False
    comma: bool = False
    empty: bool = False


def guess(session: Engine, asked: Mapping[int, bool]) -> Mapping[int, Guess]:
    """Return the guess for each numbered column of the staged rows; True says that its text is never a number."""
    found: dict[int, Guess] = {}
    for some in _portions(asked):
        fitting = _fitting(
            session, _sampled(session, some), exp.select("*").from_(table()), unknown_fits=False
        )
        found |= {number: _choose(fits) for number, fits in fitting.items()}
    return found


def likely(session: Engine, asked: Mapping[int, bool]) -> Mapping[int, Guess] | None:
    """Return what the staged sample of the rows speaks for; None where it speaks for two things."""
    found: dict[int, Guess] = {}
    for some in _portions(asked):
        for number, fits in _sampled(session, some).items():
            everything = len(fits) == len(some[number])
            found[number] = Guess(ColumnType.TEXT, empty=True) if everything else _choose(fits)
    return None if any(one.ambiguous for one in found.values()) else found


def _sampled(session: Engine, asked: Mapping[int, Sequence[Guess]]) -> Mapping[int, Sequence[Guess]]:
    asked = _begun_alike(session, asked)
    return _fitting(session, asked, exp.select("*").from_(table()).limit(SAMPLE), unknown_fits=True)


def _begun_alike(session: Engine, asked: Mapping[int, Sequence[Guess]]) -> Mapping[int, Sequence[Guess]]:
    """Leave out what a first letter excludes, and what stands between the parts of a date: planning tests of
    candidates takes longer than looking at some cells.
    """
    cells = [sql_tables.column(cell(number)) for number in asked]
    rows = session.rows(exp.select(*cells).from_(table()).limit(_FEW))
    found: dict[int, Sequence[Guess]] = {}
    for (number, kinds), column in zip(
        asked.items(), list(zip(*rows, strict=True)) or [()] * len(asked), strict=True
    ):
        texts = [text for text in column if text]
        found[number] = [kind for kind in kinds if _may_fit(kind, texts)]
    return found


def _may_fit(kind: Guess, texts: Sequence[str]) -> bool:
    beginnings = _BOOLEAN if kind.type is ColumnType.BOOLEAN else _NUMERIC
    between = "-" if kind.type in TEMPORAL else ""
    if kind.pattern is not None:
        between = kind.pattern[2]
    return all(text[0] in beginnings and between in text for text in texts)


def form_of(guess: Guess) -> "Form | None":
    """Return how the cells of this guess are read; None where they are text."""
    return _FORMS.get(guess)


def _portions(asked: Mapping[int, bool]) -> Sequence[Mapping[int, Sequence[Guess]]]:
    numbers = list(asked)
    return [
        {number: _TEXTS if asked[number] else tuple(_FORMS) for number in numbers[first : first + _AT_ONCE]}
        for first in range(0, len(numbers), _AT_ONCE)
    ]


def _choose(fitting: Sequence[Guess]) -> Guess:
    if not fitting:
        return Guess(ColumnType.TEXT)
    patterns = {kind.pattern for kind in fitting}
    if {MONTH_FIRST, DAY_FIRST} <= patterns:
        return Guess(ColumnType.TEXT, ambiguous=True)
    return fitting[0]


def _fitting(
    session: Engine, asked: Mapping[int, Sequence[Guess]], source: exp.Select, *, unknown_fits: bool
) -> Mapping[int, Sequence[Guess]]:
    """Return the candidates that no cell fails. A column without a cell fails none and proves none."""
    questions = [(number, kind) for number, kinds in asked.items() for kind in kinds]
    if not questions:
        return asked
    tests = [_all_fit(sql_tables.column(cell(number)), kind) for number, kind in questions]
    answers = session.row(exp.select(*tests).from_(source.subquery("some")))
    fits = {
        question
        for question, answer in zip(questions, answers, strict=True)
        if (unknown_fits if answer is None else answer)
    }
    return {number: [kind for kind in kinds if (number, kind) in fits] for number, kinds in asked.items()}


def _all_fit(text: exp.Column, kind: Guess) -> exp.Expr:
    # An empty cell decides nothing; without the CASE, "is not null" of its value would decide against the
    # type.
    answer = exp.case().when(known(text), _FORMS[kind].fits(text, _FORMS[kind].raw(text)))
    return exp.LogicalAnd(this=answer)


def try_cast(value: exp.Expr, kind: str) -> exp.Expr:
    return exp.TryCast(this=value, to=exp.DataType.build(kind), safe=True)


def known(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=value, expression=exp.Null()))


def without_minus_zero(value: exp.Expr) -> exp.Expr:
    return exp.Add(this=value, expression=exp.cast(exp.Literal.number(0), "DOUBLE"))


def utc(text: exp.Expr) -> exp.Expr:
    # A time zone is applied; without one the text is UTC, as the session is.
    return exp.cast(try_cast(text, "TIMESTAMPTZ"), "TIMESTAMP")


@dataclass(frozen=True, slots=True)
class Form:
    """How cells are read: ``raw`` is the value of a cell that may fit, ``fits`` tells of both whether it does."""

    raw: Callable[[exp.Expr], exp.Expr]
    fits: Callable[[exp.Expr, exp.Expr], exp.Expr]

    def value(self, text: exp.Expr) -> exp.Expr:
        return exp.case().when(self.fits(text, self.raw(text)), self.raw(text))


def _written_alike(text: exp.Expr, raw: exp.Expr) -> exp.Expr:
    return exp.and_(known(raw), exp.EQ(this=exp.cast(raw, "VARCHAR"), expression=text))


def _iso_date(text: exp.Expr, raw: exp.Expr) -> exp.Expr:
    # Years of four digits, from the first on: what else is written as it was read has more, or fewer.
    ten = exp.EQ(this=exp.Length(this=text), expression=exp.Literal.number(10))
    first = exp.GTE(this=text, expression=exp.Literal.string("0001"))
    return exp.and_(_written_alike(text, raw), ten, first)


def _shaped(shape: str) -> Callable[[exp.Expr, exp.Expr], exp.Expr]:
    return lambda text, raw: exp.and_(known(raw), full_match(text, shape))


def _boolean(text: exp.Expr) -> exp.Expr:
    lowered = exp.Lower(this=text)
    true = exp.EQ(this=lowered, expression=exp.Literal.string("true"))
    false = exp.EQ(this=lowered, expression=exp.Literal.string("false"))
    return exp.case().when(true, exp.true()).when(false, exp.false())


def _date(shape: str, pattern: str) -> Form:
    return Form(lambda text: exp.cast(parsed_time(text, pattern), "DATE"), _shaped(shape))


_FORMS: Final[Mapping[Guess, Form]] = {
    Guess(ColumnType.INTEGER): Form(lambda text: try_cast(text, "BIGINT"), _written_alike),
    Guess(ColumnType.NUMBER): Form(
        lambda text: without_minus_zero(try_cast(text, "DOUBLE")), _shaped(_NUMBER)
    ),
    Guess(ColumnType.BOOLEAN): Form(_boolean, lambda _text, raw: known(raw)),
    Guess(ColumnType.DATE, ISO): Form(lambda text: try_cast(text, "DATE"), _iso_date),
    Guess(ColumnType.DATE, "%Y/%m/%d"): _date(f"{_YEAR}/[0-9]{{1,2}}/[0-9]{{1,2}}", "%Y/%m/%d"),
    Guess(ColumnType.DATE, "%d.%m.%Y"): _date(rf"[0-9]{{1,2}}\.[0-9]{{1,2}}\.{_YEAR}", "%d.%m.%Y"),
    Guess(ColumnType.DATE, MONTH_FIRST): _date(f"[0-9]{{1,2}}/[0-9]{{1,2}}/{_YEAR}", MONTH_FIRST),
    Guess(ColumnType.DATE, DAY_FIRST): _date(f"[0-9]{{1,2}}/[0-9]{{1,2}}/{_YEAR}", DAY_FIRST),
    Guess(ColumnType.DATETIME): Form(utc, _shaped(_DATETIME)),
    Guess(ColumnType.TEXT, comma=True): Form(lambda text: text, _shaped(_COMMA)),
}
# Where a text is said to be one, it may still be a date: those formats have no dates of their own.
_TEXTS: Final = tuple(kind for kind in _FORMS if kind.type in TEMPORAL)
