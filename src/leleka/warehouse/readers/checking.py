"""What prevents staged rows from becoming a table: unknown columns, invalid cells, missing or
duplicate keys.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Final

from sqlglot import exp

from leleka.core.columns import TEMPORAL, ColumnType
from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput, Problem
from leleka.warehouse import scan
from leleka.warehouse.readers.converting import CODES, Conversion, parquet_type, shape
from leleka.warehouse.readers.guessing import known, try_strptime
from leleka.warehouse.readers.staging import ROW, Staged, engine_faults, table
from leleka.warehouse.session import Session

_MOST_SHOWN: Final = 5
_EXPECTED: Final = {
    ColumnType.INTEGER: "a whole number of 64 bits",
    ColumnType.NUMBER: "a number with a decimal point",
    ColumnType.DATE: "a date",
    ColumnType.DATETIME: "a date and time",
    ColumnType.BOOLEAN: "true or false",
}
_ACCEPTED: Final = {
    ColumnType.INTEGER: "Write digits alone, or read the column as text.",
    ColumnType.NUMBER: "Write 1234.5, or read the column as text.",
    ColumnType.DATE: "Write 2027-12-31, or declare the format, for example %d.%m.%Y.",
    ColumnType.DATETIME: "Write 2027-12-31T23:59:00Z, or declare the format, for example %d.%m.%Y %H:%M.",
    ColumnType.BOOLEAN: "Write true or false, yes or no, так or ні, 1 or 0.",
}


def check_declared(session: Session, spec: SourceSpec, names: Sequence[str]) -> None:
    """Refuse declarations of columns that do not exist, and invalid formats."""
    declared = dict.fromkeys(spec.types, "types")
    declared |= {spec.updated_at: "updated_at"} if spec.updated_at else {}
    declared |= {spec.primary_key: "primary_key"} if spec.primary_key else {}
    problems = [_unknown(spec, part, name, names) for name, part in declared.items() if name not in names]
    problems += [_bad_format(spec, name) for name in spec.types if not _format_works(session, spec, name)]
    if problems:
        raise InvalidInput.of(problems)


def check_kinds(staged: Staged, where: str) -> None:
    """Refuse Parquet columns that do not hold plain values."""
    problems = [
        Problem(
            "TYPE_MISMATCH",
            "The column holds lists, records or bytes, not plain values.",
            f"{where}, column {name!r}",
            "Export it as text, or leave it out.",
        )
        for name, kind in zip(staged.names, staged.kinds, strict=True)
        if parquet_type(kind) is None
    ]
    if problems:
        raise InvalidInput.of(problems)


def check_cells(session: Session, staged: Staged, conversions: Sequence[Conversion]) -> None:
    """Refuse the files if cells do not fit their column's type; name the first such cells of each column."""
    asked = [(conversion, conversion.fault) for conversion in conversions if conversion.fault is not None]
    if not asked:
        return
    counts = session.row(exp.select(*(exp.CountIf(this=fault) for _, fault in asked)).from_(table()))
    problems: list[Problem] = []
    for (conversion, fault), count in zip(asked, counts, strict=True):
        if count:
            cells = exp.cast(conversion.cell, "VARCHAR")
            query = exp.select(_row(), cells).from_(table()).where(fault).order_by(_row()).limit(_MOST_SHOWN)
            problems += _misfits(staged, conversion, session.rows(query), count)
    if problems:
        raise InvalidInput.of(problems)


def check_key(session: Session, staged: Staged, key: Conversion) -> None:
    """Refuse rows without a key, and keys that occur in more than one row."""
    name = key.column.name
    key_text = exp.cast(key.value, "VARCHAR")
    empty = exp.Not(
        this=exp.func(
            "coalesce", exp.NEQ(this=exp.Trim(this=key_text), expression=exp.Literal.string("")), exp.false()
        )
    )
    count = session.row(exp.select(exp.CountIf(this=empty)).from_(table()))[0]
    if count:
        rows = session.rows(
            exp.select(_row()).from_(table()).where(empty).order_by(_row()).limit(_MOST_SHOWN)
        )
        places = staged.places([row[0] for row in rows])
        raise InvalidInput.of(
            [
                Problem(
                    "PROFILE_KEY_MISSING",
                    f"The row has no {name!r}; {_rows(count)} without it.",
                    places[row[0]],
                    "Every row needs its key; give it one or delete the row.",
                )
                for row in rows
            ]
        )
    _check_unique(session, staged, name, key.value)


def _check_unique(session: Session, staged: Staged, name: str, value: exp.Expr) -> None:
    first, last = exp.Min(this=_row()), exp.Max(this=_row())
    count = exp.Count(this=exp.Star())
    doubled = (
        exp.select(
            exp.alias_(value, "key"),
            exp.alias_(first, "first"),
            exp.alias_(last, "last"),
            exp.alias_(count, "rows"),
        )
        .from_(table())
        .group_by(value)
        .having(exp.GT(this=count, expression=exp.Literal.number(1)))
    )
    shown = exp.select("first", "last", "rows", exp.Window(this=exp.Count(this=exp.Star())))
    rows = session.rows(shown.from_(doubled.subquery("doubled")).order_by("first").limit(_MOST_SHOWN))
    places = staged.places([ordinal for row in rows for ordinal in row[:2]])
    problems = [
        Problem(
            "PROFILE_KEY_DUPLICATE",
            f"{rows_of_key} rows have the same {name!r}, the last in {places[last_row]}; {keys} keys are not unique.",
            places[first_row],
            "Keep one row for each key, or declare another column as the primary key.",
        )
        for first_row, last_row, rows_of_key, keys in rows
    ]
    if problems:
        raise InvalidInput.of(problems)


def _misfits(
    staged: Staged, conversion: Conversion, rows: Iterable[tuple[Any, ...]], count: int
) -> Iterable[Problem]:
    found = list(rows)
    kind, name = conversion.column.type, conversion.column.name
    places = staged.places([row[0] for row in found])
    more = f" {count} cells of the column are not." if count > 1 else ""
    return [
        Problem(
            CODES[kind],
            f"{shape(text)} is not {_EXPECTED[kind]}.{more}",
            f"{places[ordinal]}, column {name!r}",
            _ACCEPTED[kind],
        )
        for ordinal, text in found
    ]


def _unknown(spec: SourceSpec, part: str, name: str, names: Sequence[str]) -> Problem:
    close = get_close_matches(name, names, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(map(repr, names[:10]))}."
    return Problem("SOURCE_UNKNOWN_COLUMN", f"There is no column {name!r}.", f"{spec.name}, {part}", hint)


def _format_works(session: Session, spec: SourceSpec, name: str) -> bool:
    override = spec.types[name]
    if override.format is None:
        return True
    if override.type not in TEMPORAL:
        return False
    try:
        with engine_faults(spec.name):
            session.row(exp.select(known(try_strptime(exp.Literal.string(""), override.format))))
    except InvalidInput:
        return False
    return True


def _bad_format(spec: SourceSpec, name: str) -> Problem:
    return Problem(
        "SOURCE_FORMAT_INVALID",
        f"{spec.types[name].format!r} is not a format for the type {spec.types[name].type}.",
        f"{spec.name}, types, {name!r}",
        "Formats are for dates and datetimes and are written like %d.%m.%Y %H:%M.",
    )


def _row() -> exp.Column:
    return scan.column(ROW)


def _rows(count: int) -> str:
    return "1 row is" if count == 1 else f"{count} rows are"
