"""From a source's files to a snapshot of one typed table: all of it, or nothing."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from leleka.core.columns import Table
from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput, NeedsAttention, TryLater
from leleka.warehouse.engines.port import Engine, StorageError
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.readers import csv_checks, staging, type_conversion
from leleka.warehouse.readers.files import check_type, digest, format_of, resolve, signature
from leleka.warehouse.readers.staging import Staged
from leleka.warehouse.readers.type_conversion import Conversion
from leleka.warehouse.readers.type_inference import Guess, guess


@dataclass(frozen=True, slots=True)
class Loaded:
    """A source table as it was read; ``digest`` is of the files' contents, ``notes`` are for people."""

    table: Table
    rows: int
    snapshot: Snapshot
    digest: str
    notes: tuple[str, ...]


def load(session: Engine, lake: Lake, spec: SourceSpec, source_dirs: Sequence[Path]) -> Loaded:
    """Read the source's files into a snapshot of kind ``sources``.

    Raises InvalidInput if a file is wrong, NeedsAttention if an administrator must act, and TryLater if a
    file changed while it was read.
    """
    paths = resolve(spec, source_dirs)
    before = signature(paths)
    hashed = digest(paths)
    try:
        with tempfile.TemporaryDirectory(dir=session.spill, prefix="reading-") as folder:
            staged = _stage(session, spec, paths, Path(folder))
            if signature(paths) != before:
                raise _changed(spec)
            with staging.engine_faults(spec.name):
                conversions, notes = _convert(session, spec, staged)
                snapshot = _write(session, lake, spec, conversions)
    finally:
        staging.drop(session)
    columns = tuple(conversion.column for conversion in conversions)
    table = Table(spec.name, columns, spec.primary_key)
    return Loaded(table, staged.rows, snapshot, hashed, (*staged.notes, *notes))


def _stage(session: Engine, spec: SourceSpec, paths: Sequence[Path], folder: Path) -> Staged:
    kinds = {format_of(spec, path) for path in paths}
    if len(kinds) > 1:
        raise InvalidInput("FILE_TYPE.mixed", where=spec.name)
    kind = kinds.pop()
    for path in paths:
        check_type(path, kind)
    if kind == "csv":
        return staging.stage_csv(session, spec, paths, folder)
    return staging.stage_parquet(session, paths)


def _convert(session: Engine, spec: SourceSpec, staged: Staged) -> tuple[list[Conversion], list[str]]:
    csv_checks.check_declared(session, spec, staged.names)
    csv_checks.check_kinds(staged, spec.name)
    asked = [n for n, name in enumerate(staged.names) if staged.is_csv and name not in spec.types]
    guesses = guess(session, asked)
    conversions = [
        _conversion(spec, staged, number, guesses.get(number)) for number in range(len(staged.names))
    ]
    csv_checks.check_cells(session, staged, conversions)
    for conversion in conversions:
        if conversion.column.name == spec.primary_key:
            csv_checks.check_key(session, staged, conversion)
    notes = [_ambiguous(spec, staged.names[number]) for number in asked if guesses[number].ambiguous]
    return conversions, notes


def _conversion(spec: SourceSpec, staged: Staged, number: int, found: Guess | None) -> Conversion:
    name, kind = staged.names[number], staged.types[number]
    if name in spec.types:
        return type_conversion.overridden(number, name, kind, spec.types[name], typed=not staged.is_csv)
    if found is not None:
        return type_conversion.guessed(number, name, found)
    return type_conversion.stored(number, name, kind)


def _write(session: Engine, lake: Lake, spec: SourceSpec, conversions: Sequence[Conversion]) -> Snapshot:
    values = [exp.alias_(conversion.value, conversion.column.name, quoted=True) for conversion in conversions]
    query = exp.select(*values).from_(staging.table())
    try:
        with lake.write("sources", spec.name) as snapshot:
            session.write(query, snapshot.file("rows"))
    except (StorageError, OSError) as error:
        raise NeedsAttention("LAKE_UNWRITABLE", where=spec.name) from error
    return lake.open(snapshot.reference)


def _ambiguous(spec: SourceSpec, name: str) -> str:
    return (
        f"{spec.name}, column {name!r}: the dates may begin with the month or with the day, so it is read as text. "
        "Declare its type as date with the format %m/%d/%Y or %d/%m/%Y."
    )


def _changed(spec: SourceSpec) -> TryLater:
    return TryLater("SOURCE_CHANGED", where=spec.name)
