"""Looking at a source's files before there is a source: columns, what their types could be, and the first rows.

Nothing is refused here that a choice can mend: a cell that does not fit, a key that is none. It is counted instead.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlglot import exp

from leleka.core.column_classes import shape
from leleka.core.columns import ColumnType
from leleka.core.messages import Message
from leleka.core.sources import FileFormat, SourceSpec, TypeOverride
from leleka.warehouse.engines.port import Engine, ordinal
from leleka.warehouse.readers import csv_checks, source_loading, staging, type_conversion, workbook
from leleka.warehouse.readers.archives import PACKED
from leleka.warehouse.readers.files import check_type, format_of, resolve, unpacked
from leleka.warehouse.readers.staging import Layout, Staged
from leleka.warehouse.readers.type_conversion import Conversion
from leleka.warehouse.readers.type_inference import DAY_FIRST, MONTH_FIRST, Guess, guess

_AT_ONCE: Final = 40  # expressions: the engine takes disproportionately long to plan thousands
_SAMPLE: Final = 2_000
_EXAMPLES: Final = 3
_DATES: Final = ("%d.%m.%Y", DAY_FIRST, MONTH_FIRST)
DECIMAL: Final = "decimal "  # before the sign of decimals, in the place of a form of dates
CANDIDATES: Final = (
    TypeOverride(ColumnType.TEXT),
    TypeOverride(ColumnType.INTEGER),
    TypeOverride(ColumnType.NUMBER),
    TypeOverride(ColumnType.NUMBER, decimal=","),
    TypeOverride(ColumnType.BOOLEAN),
    TypeOverride(ColumnType.DATE),
    *(TypeOverride(ColumnType.DATE, pattern) for pattern in _DATES),
    TypeOverride(ColumnType.DATETIME),
)


@dataclass(frozen=True, slots=True)
class Fit:
    """How many cells of a column would not fit a type, with the shapes of a few: digits as 9, letters as a."""

    type: ColumnType
    format: str | None
    misfits: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExaminedColumn:
    """A column as it would be read. ``distinct`` counts different values, without the missing ones."""

    name: str
    type: ColumnType
    format: str | None
    ambiguous: bool
    filled: int
    distinct: int
    fits: tuple[Fit, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    columns: tuple[ExaminedColumn, ...]
    rows: int
    first: tuple[tuple[Any, ...], ...]
    notes: tuple[Message, ...]


def examine(session: Engine, spec: SourceSpec, source_dirs: Sequence[Path], most: int) -> Examined:
    """Read the files, and tell what is in them with the first ``most`` rows.

    Raises as ``load`` does for files that are no table.
    """
    paths = resolve(spec, source_dirs)
    try:
        with tempfile.TemporaryDirectory(dir=session.spill, prefix="examining-") as folder:
            layout = source_loading.laid_out(session, spec, paths, Path(folder))
            staged = staging.stage(session, layout, Path(folder))
            with staging.engine_faults(spec.name):
                return _examined(session, spec, staged, most)
    finally:
        staging.drop(session)


def kind_and_sheets(
    session: Engine, spec: SourceSpec, source_dirs: Sequence[Path]
) -> tuple[FileFormat, Sequence[str]]:
    """Return the format of the first file and, of a workbook, the sheets that have cells."""
    path = resolve(spec, source_dirs)[0]
    inner = path.stem if path.suffix.lower() in PACKED - {".zip"} else path.name
    kind = format_of(spec, inner)
    if kind != "excel" and path.suffix.lower() != ".zip":
        return kind, ()
    with tempfile.TemporaryDirectory(dir=session.spill, prefix="examining-") as folder:
        file = unpacked(path, Path(folder))
        kind = format_of(spec, file.inner)
        if kind != "excel":
            return kind, ()
        check_type(file, kind)
        return kind, workbook.filled_sheets(file)


def _examined(session: Engine, spec: SourceSpec, staged: Staged, most: int) -> Examined:
    layout = staged.layout
    csv_checks.check_declared(session, replace(spec, primary_key=None, updated_at=None), layout.names)
    csv_checks.check_kinds(layout, spec.name)
    guesses = guess(session, source_loading.asked_of(layout, spec))
    conversions = source_loading.conversions_of(layout, spec, guesses)
    fits = _fits(session, spec, layout, conversions, guesses)
    filled, distinct = _sizes(session, conversions)
    values = [exp.alias_(one.value, staging.cell(number)) for number, one in enumerate(conversions)]
    first = session.rows(exp.select(*values).from_(staging.table()).order_by(ordinal()).limit(most))
    columns = tuple(
        ExaminedColumn(
            one.column.name,
            one.column.type,
            _format(spec, one, guesses.get(number)),
            number in guesses and guesses[number].ambiguous,
            filled[number],
            distinct[number],
            tuple(fits[number]),
        )
        for number, one in enumerate(conversions)
    )
    return Examined(columns, staged.rows, tuple(first), staged.notes)


def _format(spec: SourceSpec, one: Conversion, found: Guess | None) -> str | None:
    declared = spec.types.get(one.column.name)
    return form_of(declared) if declared else found.pattern if found else None


def form_of(override: TypeOverride) -> str | None:
    """Return how values of a type are written, beside the type: a form of dates, or the sign before decimals."""
    return f"{DECIMAL}{override.decimal}" if override.decimal else override.format


def _fits(
    session: Engine,
    spec: SourceSpec,
    layout: Layout,
    conversions: Sequence[Conversion],
    guesses: Mapping[int, Guess],
) -> list[list[Fit]]:
    """Return what the types of each column could be, without forms of dates that fit no cell of the beginning."""
    asked: list[tuple[int, TypeOverride, Conversion]] = []
    for number, name in enumerate(layout.names):
        found = guesses.get(number)
        wanted = dict.fromkeys(CANDIDATES)
        wanted |= {spec.types[name]: None} if name in spec.types else {}
        for override in wanted:
            converted = type_conversion.overridden(
                number, name, layout.types[number], override, typed=not layout.is_text
            )
            guessed = found and (found.type, found.pattern) == (override.type, override.format)
            asked.append((number, override, conversions[number] if guessed else converted))
    begins = exp.select("*").from_(staging.table()).limit(_SAMPLE).subquery("begins")
    sampled = _counted(session, [one.fault for _, _, one in asked], begins)
    beginning = _counted(session, [_any(one) for _, _, one in asked], begins)
    kept = [
        part
        for part, bad, cells in zip(asked, sampled, beginning, strict=True)
        if form_of(part[1]) is None or part[1] == spec.types.get(layout.names[part[0]]) or bad < cells
    ]
    counts = _counted(session, [one.fault for _, _, one in kept], staging.table())
    fits: list[list[Fit]] = [[] for _ in layout.names]
    for (number, override, one), bad in zip(kept, counts, strict=True):
        examples = _examples(session, one) if bad else ()
        fits[number].append(Fit(override.type, form_of(override), bad, examples))
    return fits


def _any(one: Conversion) -> exp.Expr:
    return exp.Not(this=exp.Is(this=one.cell.copy(), expression=exp.Null()))


def _counted(session: Engine, asked: Sequence[exp.Expr | None], rows: exp.Expr) -> list[int]:
    """Count the rows of which each is true; nothing is where there is nothing to ask."""
    found: list[int] = []
    for start in range(0, len(asked), _AT_ONCE):
        counts = [
            exp.CountIf(this=one) if one is not None else exp.Count(this=exp.null())
            for one in asked[start : start + _AT_ONCE]
        ]
        # Of no rows at all an engine counts nothing, and not 0.
        found += [int(one or 0) for one in session.row(exp.select(*counts).from_(rows.copy()))]
    return found


def _examples(session: Engine, one: Conversion) -> tuple[str, ...]:
    query = exp.select(exp.cast(one.cell, "VARCHAR")).from_(staging.table()).where(one.fault)
    return tuple(shape(text) for (text,) in session.rows(query.order_by(ordinal()).limit(_EXAMPLES)))


def _sizes(session: Engine, conversions: Sequence[Conversion]) -> tuple[list[int], list[int]]:
    """Count the values of each column, and the different ones: one column after the other, to hold little."""
    filled, distinct = [], []
    for one in conversions:
        different = exp.Count(this=exp.Distinct(expressions=[one.value.copy()]))
        query = exp.select(exp.Count(this=one.value), different).from_(staging.table())
        values, kinds = session.row(query)
        filled.append(int(values))
        distinct.append(int(kinds))
    return filled, distinct
