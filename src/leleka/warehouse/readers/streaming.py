"""The straight road: from the files into the snapshot in one pass, where the first rows told what all are like.

Types are still decided over every row: a cell that does not fit what the first rows spoke for stops the pass, as does
anything else that is not as expected. Then nothing was written, and the long way is gone, which knows the reasons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.core.messages import Message
from leleka.core.sources import SourceSpec
from leleka.warehouse.engines.port import Engine, EngineError, TooSlow, previous, refused
from leleka.warehouse.readers import staging
from leleka.warehouse.readers.csv_error_lines import CsvFile, Rows
from leleka.warehouse.readers.staging import Layout
from leleka.warehouse.readers.type_conversion import Conversion
from leleka.warehouse.readers.type_inference import SAMPLE
from leleka.warehouse.sql import tables as sql_tables

_MOST_FILES: Final = 200  # in one query


class NotStraight(Exception):
    """Something is not as the first rows say."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """What was written."""

    rows: int
    notes: tuple[Message, ...]


def take_sample(session: Engine, layout: Layout) -> None:
    """Stage the first rows."""
    try:
        session.create_table(staging.TABLE, _rows(layout).limit(SAMPLE))
    except TooSlow:
        raise
    except EngineError as error:
        raise NotStraight from error


def write(
    session: Engine, layout: Layout, spec: SourceSpec, conversions: Sequence[Conversion], path: str
) -> Streamed:
    """Write the converted rows of all files to a Parquet file."""
    try:
        with session.more_memory():
            rows = session.write(_strict(layout, conversions), path)
        for conversion in conversions:
            if conversion.column.name == spec.primary_key:
                _check_key(session, conversion, path, rows)
    except TooSlow:
        raise
    except EngineError as error:
        raise NotStraight from error
    files = [_told(file) for file in layout.files if isinstance(file, CsvFile)]
    return Streamed(rows, tuple(note for file in files for note in file.notes))


def _rows(layout: Layout) -> exp.Select:
    if len(layout.files) > _MOST_FILES:
        raise NotStraight
    each: Iterator[exp.Query] = (layout.cells(file) for file in layout.files)
    together = reduce(_and_then, each)
    return exp.select("*").from_(together.subquery("every"))


def _and_then(some: exp.Query, more: exp.Query) -> exp.Query:
    return exp.union(some, more, distinct=False)


def _strict(layout: Layout, conversions: Sequence[Conversion]) -> exp.Select:
    """Return the rows of the table; a cell that must have a value and has none is an error of the engine."""
    inner: list[exp.Expr] = []
    outer: list[exp.Expr] = []
    for number, conversion in enumerate(conversions):
        value: exp.Expr = sql_tables.column(f"v{number}")
        inner.append(exp.alias_(conversion.value, f"v{number}", quoted=True))
        if conversion.expected is not None:
            inner.append(exp.alias_(conversion.expected, f"e{number}", quoted=True))
            inner.append(exp.alias_(conversion.cell, f"c{number}", quoted=True))
            missing = exp.and_(sql_tables.column(f"e{number}"), _misfit(conversion, number))
            value = exp.case().when(missing, refused()).else_(value)
        outer.append(exp.alias_(value, conversion.column.name, quoted=True))
    cells = exp.select(*inner).from_(_rows(layout).subquery("cells"))
    return exp.select(*outer).from_(cells.subquery("converted"))


def _misfit(conversion: Conversion, number: int) -> exp.Expr:
    value, text = sql_tables.column(f"v{number}"), sql_tables.column(f"c{number}")
    if conversion.form is None:
        return exp.Is(this=value, expression=exp.Null())
    return exp.Not(this=exp.paren(conversion.form.fits(text, value)))


def _check_key(session: Engine, key: Conversion, path: str, rows: int) -> None:
    column = sql_tables.column(key.column.name)
    named: exp.Expr = column
    if key.column.type is ColumnType.TEXT:
        named = exp.Nullif(this=exp.Trim(this=column), expression=exp.Literal.string(""))
    source = sql_tables.parquet(path)
    (filled,) = session.row(exp.select(exp.Count(this=named)).from_(source))
    if filled != rows or not (_rises(session, column, path) or _is_unique(session, column, path, rows)):
        raise NotStraight


def _rises(session: Engine, key: exp.Column, path: str) -> bool:
    """Return whether each key is larger than the one before it, as most systems export them: that takes no memory."""
    larger = exp.GT(this=key.copy(), expression=previous(key.copy()))
    rises = exp.select(exp.alias_(larger, "larger")).from_(sql_tables.parquet(path))
    answer = exp.LogicalAnd(this=exp.func("coalesce", sql_tables.column("larger"), exp.true()))
    return bool(session.row(exp.select(answer).from_(rises.subquery("compared")))[0])


def _is_unique(session: Engine, key: exp.Column, path: str, rows: int) -> bool:
    different = exp.Count(this=exp.Distinct(expressions=[key.copy()]))
    return bool(session.row(exp.select(different).from_(sql_tables.parquet(path)))[0] == rows)


def _told(file: CsvFile) -> CsvFile:
    return file if next(iter(Rows(file, strict=False)), None) else staging.without_rows(file)
