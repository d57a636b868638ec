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
from leleka.warehouse.readers.type_inference import (
    Form,
    Guess,
    form_of,
    known,
    try_cast,
    utc,
    without_minus_zero,
)
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
_GROUPS: Final = " .,'\u2019\u00a0\u202f"  # what stands between groups of three digits
_DATE_SHAPE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class Conversion:
    """A column of the table and the expression of its values. ``expected`` says which cells must have one.

    A ``form`` has the value of cells of which it is not known that they fit, and how to tell.
    """

    column: Column
    value: exp.Expr
    cell: exp.Column
    expected: exp.Expr | None = None
    form: Form | None = None

    @property
    def fault(self) -> exp.Expr | None:
        """Return what is true of the cells that have no value though they should."""
        if self.expected is None:
            return None
        return exp.and_(self.expected, exp.Is(this=self.value, expression=exp.Null()))


def guessed(number: int, name: str, guess: Guess) -> Conversion:
    """Convert cells to the type that all of them fit, or were thought to by a sample."""
    text, column = sql_tables.column(cell(number)), Column(name, guess.type)
    if guess.empty:
        return Conversion(column, exp.cast(exp.Null(), "VARCHAR"), text, known(text))
    form = form_of(guess)
    if form is None:
        return Conversion(column, text, text)
    return Conversion(column, form.raw(text), text, known(text), form)


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
    value = _in_range(_DECLARED[override.type](text, override), override.type)
    return Conversion(Column(name, override.type), value, cells, known(text))


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
        return Conversion(column, exp.case().when(finite(value), without_minus_zero(value)), cells)
    return Conversion(column, _in_range(value, target), cells, known(cells))


def _in_range(value: exp.Expr, kind: ColumnType) -> exp.Expr:
    """Drop years that neither Python nor ActiveCampaign can write."""
    if kind not in TEMPORAL:
        return value
    first = exp.cast(exp.Literal.string("0001-01-01"), "DATE")
    after = exp.cast(exp.Literal.string("10000-01-01"), "DATE")
    return exp.case().when(
        exp.and_(exp.GTE(this=value, expression=first), exp.LT(this=value, expression=after)), value
    )


_Convert = Callable[[exp.Expr, TypeOverride], exp.Expr]


def _declared_integer(text: exp.Expr, _override: TypeOverride) -> exp.Expr:
    return exp.case().when(full_match(text, "[+-]?[0-9]+"), try_cast(text, "BIGINT"))


def _declared_number(text: exp.Expr, override: TypeOverride) -> exp.Expr:
    shape = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
    plain = text
    if override.decimal:
        group = _GROUPS.replace(override.decimal, "")
        mark = f"[{override.decimal}]"
        shape = f"[+-]?([0-9]{{1,3}}([{group}][0-9]{{3}})+|[0-9]+)({mark}[0-9]*)?|[+-]?{mark}[0-9]+"
        plain = exp.func("translate", text, _said(f"{override.decimal}{group}"), _said("."))
    value = try_cast(plain, "DOUBLE")
    fits = exp.and_(full_match(text, shape), finite(value))
    return exp.case().when(fits, without_minus_zero(value))


def _said(text: str) -> exp.Expr:
    return exp.Literal.string(text)


def _declared_boolean(text: exp.Expr, _override: TypeOverride) -> exp.Expr:
    lowered = exp.Lower(this=text)
    return exp.case().when(lowered.isin(*TRUE), exp.true()).when(lowered.isin(*FALSE), exp.false())


def _declared_date(text: exp.Expr, override: TypeOverride) -> exp.Expr:
    if override.format:
        return exp.cast(parsed_time(text, override.format), "DATE")
    return exp.case().when(full_match(text, _DATE_SHAPE), try_cast(text, "DATE"))


def _declared_datetime(text: exp.Expr, override: TypeOverride) -> exp.Expr:
    if override.format:
        return exp.cast(parsed_time(text, override.format), "TIMESTAMP")
    return exp.case().when(full_match(text, f"{_DATE_SHAPE}([T ].*)?"), utc(text))


_DECLARED: Final[Mapping[ColumnType, _Convert]] = {
    ColumnType.INTEGER: _declared_integer,
    ColumnType.NUMBER: _declared_number,
    ColumnType.BOOLEAN: _declared_boolean,
    ColumnType.DATE: _declared_date,
    ColumnType.DATETIME: _declared_datetime,
}
