"""From a source's files to a snapshot of one typed table: all of it, or nothing."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlglot import exp

from leleka.core.columns import ColumnType, Table
from leleka.core.messages import Message
from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput, NeedsAttention, TryLater
from leleka.warehouse.engines.port import Engine, StorageError
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.readers import csv_checks, staging, streaming, type_conversion
from leleka.warehouse.readers.files import check_type, digest, format_of, resolve, signature, unpacked
from leleka.warehouse.readers.staging import Layout
from leleka.warehouse.readers.streaming import NotStraight
from leleka.warehouse.readers.type_conversion import Conversion
from leleka.warehouse.readers.type_inference import ISO, Guess, guess, likely

_ROWS: Final = "rows"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A source table as it was read; ``digest`` is of the files' contents, ``notes`` are for people."""

    table: Table
    rows: int
    snapshot: Snapshot
    digest: str
    notes: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class _Job:
    """What all steps need: ``check_unchanged`` raises TryLater if a file was written to since the beginning."""

    session: Engine
    lake: Lake
    spec: SourceSpec
    folder: Path
    check_unchanged: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Read:
    conversions: Sequence[Conversion]
    rows: int
    snapshot: Snapshot
    notes: tuple[Message, ...]


def load(session: Engine, lake: Lake, spec: SourceSpec, source_dirs: Sequence[Path]) -> Loaded:
    """Read the source's files into a snapshot of kind ``sources``.

    Raises InvalidInput if a file is wrong, NeedsAttention if an administrator must act, and TryLater if a
    file changed while it was read.
    """
    paths = resolve(spec, source_dirs)
    before = signature(paths)

    def check_unchanged() -> None:
        if signature(paths) != before:
            raise TryLater("SOURCE_CHANGED", where=spec.name)

    with ThreadPoolExecutor(1) as beside:
        hashed = beside.submit(digest, paths)
        try:
            with tempfile.TemporaryDirectory(dir=session.spill, prefix="reading-") as folder:
                job = _Job(session, lake, spec, Path(folder), check_unchanged)
                read = _read(job, laid_out(session, spec, paths, job.folder))
        finally:
            staging.drop(session)
    table = Table(spec.name, tuple(conversion.column for conversion in read.conversions), spec.primary_key)
    return Loaded(table, read.rows, read.snapshot, hashed.result(), read.notes)


def laid_out(session: Engine, spec: SourceSpec, paths: Sequence[Path], folder: Path) -> Layout:
    """Unpack the files into a folder aside, and find out which columns they have."""
    files = []
    for number, path in enumerate(paths):
        aside = folder / f"packed{number}"
        aside.mkdir()
        files.append(unpacked(path, aside))
    kinds = {format_of(spec, file.inner) for file in files}
    if len(kinds) > 1:
        raise InvalidInput("FILE_TYPE.mixed", where=spec.name)
    kind = kinds.pop()
    for file in files:
        check_type(file, kind)
    if kind == "parquet":
        return staging.layout_of_parquet(session, files)
    return staging.layout_of_text(files, kind, spec, folder)


def _read(job: _Job, layout: Layout) -> _Read:
    csv_checks.check_declared(job.session, job.spec, layout.names)
    csv_checks.check_kinds(layout, job.spec.name)
    try:
        return _straight(job, layout)
    except NotStraight:
        return _the_long_way(job, layout)


def _straight(job: _Job, layout: Layout) -> _Read:
    guesses: Mapping[int, Guess] | None = {}
    if asked := asked_of(layout, job.spec):
        streaming.take_sample(job.session, layout)
        guesses = likely(job.session, asked)
        if guesses is None:
            raise NotStraight
    conversions = conversions_of(layout, job.spec, guesses or {})
    with _snapshot(job) as snapshot:
        streamed = streaming.write(job.session, layout, job.spec, conversions, snapshot.file(_ROWS))
    notes = (*streamed.notes, *_notes(job.spec, layout, guesses or {}))
    return _Read(conversions, streamed.rows, job.lake.open(snapshot.reference), notes)


def _the_long_way(job: _Job, layout: Layout) -> _Read:
    staged = staging.stage(job.session, layout, job.folder)
    job.check_unchanged()
    with staging.engine_faults(job.spec.name):
        guesses = guess(job.session, asked_of(layout, job.spec))
        conversions = conversions_of(layout, job.spec, guesses)
        declared = [one for one in conversions if one.column.name in job.spec.types or not layout.is_text]
        csv_checks.check_cells(job.session, staged, declared)
        for conversion in conversions:
            if conversion.column.name == job.spec.primary_key:
                csv_checks.check_key(job.session, staged, conversion)
        values = [exp.alias_(one.value, one.column.name, quoted=True) for one in conversions]
        with _snapshot(job) as snapshot:
            job.session.write(exp.select(*values).from_(staging.table()), snapshot.file(_ROWS))
    notes = (*staged.notes, *_notes(job.spec, layout, guesses))
    return _Read(conversions, staged.rows, job.lake.open(snapshot.reference), notes)


def asked_of(layout: Layout, spec: SourceSpec) -> Mapping[int, bool]:
    """Return the columns whose types are to be found by their cells."""
    if not layout.is_text:
        return {}
    texts = layout.texts
    return {n: name in texts for n, name in enumerate(layout.names) if name not in spec.types}


def conversions_of(layout: Layout, spec: SourceSpec, guesses: Mapping[int, Guess]) -> list[Conversion]:
    """Return how each column is read: as declared, else as its cells say, else as its file has it."""
    found = []
    for number, (name, kind) in enumerate(zip(layout.names, layout.types, strict=True)):
        if name in spec.types:
            override, typed = spec.types[name], not layout.is_text
            found.append(type_conversion.overridden(number, name, kind, override, typed=typed))
        elif number in guesses:
            found.append(type_conversion.guessed(number, name, guesses[number]))
        else:
            found.append(type_conversion.stored(number, name, kind))
    return found


@contextmanager
def _snapshot(job: _Job) -> Iterator[Snapshot]:
    """Yield a snapshot that is published if the files are what they were by then."""
    try:
        with job.lake.write("sources", job.spec.name) as snapshot:
            yield snapshot
            job.check_unchanged()
    except (StorageError, OSError) as error:
        raise NeedsAttention("LAKE_UNWRITABLE", where=job.spec.name) from error


def _notes(spec: SourceSpec, layout: Layout, guesses: Mapping[int, Guess]) -> Iterator[Message]:
    """Say what was read in one of several ways: whoever knows better can declare it."""
    for number, found in guesses.items():
        column = layout.names[number]
        if found.ambiguous:
            yield Message("READ_DATES_AS_TEXT", source=spec.name, column=column)
        elif found.type is ColumnType.DATE and found.pattern != ISO:
            yield Message("READ_DATES", source=spec.name, column=column, form=found.pattern)
        elif found.comma:
            yield Message("READ_NUMBERS_AS_TEXT", source=spec.name, column=column)
