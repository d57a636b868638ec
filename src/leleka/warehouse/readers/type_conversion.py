"""From staged cells to typed columns: what each column becomes, and which cells cannot be converted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from leleka.core.columns import TEMPORAL, Column, ColumnType
from leleka.core.email import WHITESPACE
from leleka.core.sources import TypeOverride
from leleka.warehouse.engines.port import finite, full_match, parsed_time
from leleka.warehouse.readers.staging import cell
from leleka.warehouse.readers.type_inference import Guess, known, try_cast
from leleka.warehouse.sql import tables as sql_tables

TRUE: Final = ("true", "yes", "так", "1")
FALSE: Final = ("false", "no", "ні", "0")
MISFITS: Final[Mapping[ColumnType, str]] = {
    ColumnType.INTEGER: "NUMBER_INVALID.integer",
    ColumnType.NUMBER: "NUMBER_INVALID",
    ColumnType.DATE: "DATE_INVALID",
    ColumnType.DATETIME: "DATE_INVALID.time",
    ColumnType.BOOLEAN: "TYPE_MISMATCH",
}
_ENGINE: Final[Mapping[ColumnType, str]] = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMP",
    ColumnType.BOOLEAN: "BOOLEAN",
}
_DATE_SHAPE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class Conversion:
    """A column of the table, the expression of its values, and the cells that have no value though they
    should.
    """

    column: Column
    value: exp.Expr
    cell: exp.Column
    fault: exp.Expr | exp.Condition | None = None


def guessed(number: int, name: str, guess: Guess) -> Conversion:
    """Convert cells that are known to fit."""
    text = sql_tables.column(cell(number))
    convert = _GUESSED.get(guess.type, _as_it_is)
    return Conversion(Column(name, guess.type), convert(text, guess.pattern), text)


def overridden(
    number: int, name: str, kind: ColumnType | None, override: TypeOverride, *, typed: bool
) -> Conversion:
    """Convert cells to the type that was declared; those that do not fit are the fault."""
    if typed and kind is override.type and override.format is None:
        return stored(number, name, kind)
    cells = sql_tables.column(cell(number))
    text = exp.Nullif(
        this=exp.Trim(this=exp.cast(cells, "VARCHAR"), expression=exp.Literal.string(WHITESPACE)),
        expression=exp.Literal.string(""),
    )
    if override.type is ColumnType.TEXT:
        # Unchanged: spaces may matter in a text.
        value: exp.Expr = exp.Nullif(this=exp.cast(cells, "VARCHAR"), expression=exp.Literal.string(""))
        return Conversion(Column(name, override.type), value, cells)
    value = _in_range(_DECLARED[override.type](text, override.format), override.type)
    fault = exp.and_(known(text), exp.Is(this=value, expression=exp.Null()))
    return Conversion(Column(name, override.type), value, cells, fault)


def stored(number: int, name: str, target: ColumnType | None) -> Conversion:
    """Convert a typed column of a Parquet file."""
    cells = sql_tables.column(cell(number))
    if target is None:
        raise LookupError(name)
    value: exp.Expr = try_cast(cells, _ENGINE[target])
    column = Column(name, target)
    if target is ColumnType.TEXT:
        return Conversion(column, exp.Nullif(this=value, expression=exp.Literal.string("")), cells)
    if target is ColumnType.NUMBER:
        # NaN is how data frames write an empty cell; infinity is not a value either.
        return Conversion(column, exp.case().when(finite(value), _without_minus_zero(value)), cells)
    value = _in_range(value, target)
    fault = exp.and_(known(cells), exp.Is(this=value, expression=exp.Null()))
    return Conversion(column, value, cells, fault)


def shape(value: str) -> str:
    """Show the shape of a cell, not its content: digits as 9, letters as a."""
    shown = "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in value[:30] if c.isprintable())
    return f"“{shown}…”" if len(value) > len(shown) else f"“{shown}”"


def _in_range(value: exp.Expr, kind: ColumnType) -> exp.Expr:
    """Drop years that neither Python nor ActiveCampaign can write."""
    if kind not in TEMPORAL:
        return value
    first = exp.cast(exp.Literal.string("0001-01-01"), "DATE")
    after = exp.cast(exp.Literal.string("10000-01-01"), "DATE")
    return exp.case().when(
        exp.and_(exp.GTE(this=value, expression=first), exp.LT(this=value, expression=after)), value
    )


def _without_minus_zero(value: exp.Expr) -> exp.Expr:
    return exp.Add(this=value, expression=exp.cast(exp.Literal.number(0), "DOUBLE"))


def _as_it_is(text: exp.Expr, _pattern: str | None) -> exp.Expr:
    return text


def _utc(text: exp.Expr) -> exp.Expr:
    # A time zone is applied; without one the text is UTC, as the session is.
    return exp.cast(try_cast(text, "TIMESTAMPTZ"), "TIMESTAMP")


_Convert = Callable[[exp.Expr, str | None], exp.Expr]

_GUESSED: Final[Mapping[ColumnType, _Convert]] = {
    ColumnType.INTEGER: lambda text, _: exp.cast(text, "BIGINT"),
    ColumnType.NUMBER: lambda text, _: _without_minus_zero(exp.cast(text, "DOUBLE")),
    ColumnType.BOOLEAN: lambda text, _: exp.EQ(
        this=exp.Lower(this=text), expression=exp.Literal.string("true")
    ),
    ColumnType.DATE: lambda text, pattern: exp.cast(parsed_time(text, pattern or ""), "DATE"),
    ColumnType.DATETIME: lambda text, _: _utc(text),
}


def _declared_integer(text: exp.Expr, _pattern: str | None) -> exp.Expr:
    return exp.case().when(full_match(text, "[+-]?[0-9]+"), try_cast(text, "BIGINT"))


def _declared_number(text: exp.Expr, _pattern: str | None) -> exp.Expr:
    value = try_cast(text, "DOUBLE")
    fits = exp.and_(full_match(text, r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"), finite(value))
    return exp.case().when(fits, _without_minus_zero(value))


def _declared_boolean(text: exp.Expr, _pattern: str | None) -> exp.Expr:
    lowered = exp.Lower(this=text)
    return exp.case().when(lowered.isin(*TRUE), exp.true()).when(lowered.isin(*FALSE), exp.false())


def _declared_date(text: exp.Expr, pattern: str | None) -> exp.Expr:
    if pattern:
        return exp.cast(parsed_time(text, pattern), "DATE")
    return exp.case().when(full_match(text, _DATE_SHAPE), try_cast(text, "DATE"))


def _declared_datetime(text: exp.Expr, pattern: str | None) -> exp.Expr:
    if pattern:
        return exp.cast(parsed_time(text, pattern), "TIMESTAMP")
    return exp.case().when(full_match(text, f"{_DATE_SHAPE}([T ].*)?"), _utc(text))


_DECLARED: Final[Mapping[ColumnType, _Convert]] = {
    ColumnType.INTEGER: _declared_integer,
    ColumnType.NUMBER: _declared_number,
    ColumnType.BOOLEAN: _declared_boolean,
    ColumnType.DATE: _declared_date,
    ColumnType.DATETIME: _declared_datetime,
}
