"""What prevents staged rows from becoming a table: unknown columns, invalid cells, missing or
duplicate keys.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Final

from sqlglot import exp

from leleka.core.column_classes import shape
from leleka.core.columns import TEMPORAL, ColumnType
from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput, Problem
from leleka.warehouse.engines.port import Engine, ordinal, parsed_time
from leleka.warehouse.readers.staging import Layout, Staged, engine_faults, table
from leleka.warehouse.readers.type_conversion import MISFITS, Conversion
from leleka.warehouse.readers.type_inference import known

_MOST_SHOWN: Final = 5


def check_declared(session: Engine, spec: SourceSpec, names: Sequence[str]) -> None:
    """Refuse what was declared of columns that are not there, and formats that are none."""
    declared = dict.fromkeys(spec.types, "types")
    declared |= {spec.updated_at: "updated_at"} if spec.updated_at else {}
    declared |= {spec.primary_key: "primary_key"} if spec.primary_key else {}
    problems = [_unknown(spec, part, name, names) for name, part in declared.items() if name not in names]
    problems += [_bad_format(spec, name) for name in spec.types if not _format_works(session, spec, name)]
    if problems:
        raise InvalidInput.of(problems)


def check_kinds(layout: Layout, where: str) -> None:
    """Refuse Parquet columns that do not hold plain values."""
    problems = [
        Problem.of("TYPE_MISMATCH.nested", f"{where}, column {name!r}")
        for name, kind in zip(layout.names, layout.types, strict=True)
        if kind is None
    ]
    if problems:
        raise InvalidInput.of(problems)


def check_cells(session: Engine, staged: Staged, conversions: Sequence[Conversion]) -> None:
    """Refuse the files when cells do not fit their column's type; names the first ones of each column."""
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


def check_key(session: Engine, staged: Staged, key: Conversion) -> None:
    """Refuse rows without a key, and keys that more than one row has."""
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
            [Problem.of("PROFILE_KEY_MISSING", places[row[0]], name=name, rows=count) for row in rows]
        )
    _check_unique(session, staged, name, key.value)


def _check_unique(session: Engine, staged: Staged, name: str, value: exp.Expr) -> None:
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
        Problem.of(
            "PROFILE_KEY_DUPLICATE",
            places[first_row],
            rows=rows_of_key,
            name=name,
            last=places[last_row],
            keys=keys,
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
    return [
        Problem.of(_misfit(kind, text), f"{places[ordinal]}, column {name!r}", shape=shape(text), cells=count)
        for ordinal, text in found
    ]


def _misfit(kind: ColumnType, text: str) -> str:
    return "NUMBER_INVALID.comma" if kind is ColumnType.NUMBER and "," in text else MISFITS[kind]


def _unknown(spec: SourceSpec, part: str, name: str, names: Sequence[str]) -> Problem:
    close = get_close_matches(name, names, n=1)
    near, known = (close[0], ()) if close else ("", [repr(one) for one in names[:10]])
    return Problem.of("SOURCE_UNKNOWN_COLUMN", f"{spec.name}, {part}", name=name, near=near, known=known)


def _format_works(session: Engine, spec: SourceSpec, name: str) -> bool:
    override = spec.types[name]
    if override.decimal is not None and override.type is not ColumnType.NUMBER:
        return False
    if override.format is None:
        return True
    if override.type not in TEMPORAL:
        return False
    try:
        with engine_faults(spec.name):
            session.row(exp.select(known(parsed_time(exp.Literal.string(""), override.format))))
    except InvalidInput:
        return False
    return True


def _bad_format(spec: SourceSpec, name: str) -> Problem:
    if spec.types[name].decimal is not None:
        where = f"{spec.name}, types, {name!r}"
        return Problem.of("SOURCE_FORMAT_INVALID.decimal", where, type=spec.types[name].type)
    return Problem.of(
        "SOURCE_FORMAT_INVALID",
        f"{spec.name}, types, {name!r}",
        format=spec.types[name].format,
        type=spec.types[name].type,
    )


def _row() -> exp.Expr:
    return ordinal()
