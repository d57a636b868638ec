"""What a source's files hold, before their rows are read; and their rows in one temporary table, unconverted.

The table is for files in which something is wrong or unusual: it takes longer, and finds out what and where.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.core.messages import Message
from leleka.core.sources import FileFormat, SourceSpec
from leleka.errors import InvalidInput, NeedsAttention
from leleka.warehouse.engines.port import Engine, EngineError, OutOfMemory, StoredColumn, csv_cells
from leleka.warehouse.readers.archives import SourceFile
from leleka.warehouse.readers.csv_dialect import check_header, prepare, rewritten
from leleka.warehouse.readers.csv_error_lines import LONGEST_ROW, CsvFile, diagnose, places
from leleka.warehouse.readers.json_lines import prepare_json_lines
from leleka.warehouse.readers.workbook import prepare_workbook
from leleka.warehouse.sql import tables as sql_tables

TABLE: Final = "source_rows"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a source's files: column ``i`` is read as ``cell(i)``. A type is None where we have none."""

    names: tuple[str, ...]
    types: tuple[ColumnType | None, ...]
    files: tuple[CsvFile | SourceFile, ...]

    @property
    def is_text(self) -> bool:
        return isinstance(self.files[0], CsvFile)

    @property
    def texts(self) -> frozenset[str]:
        """Return the columns whose cells are said to be text, and never numbers or booleans."""
        return frozenset[str]().union(*(file.texts for file in self.files if isinstance(file, CsvFile)))

    def cells(self, file: CsvFile | SourceFile) -> exp.Select:
        """Return the rows of a file, its columns in the order of the first file."""
        if isinstance(file, CsvFile):
            return _csv_cells(file, self.names)
        cells = [
            exp.alias_(sql_tables.column(name), cell(number), quoted=True)
            for number, name in enumerate(self.names)
        ]
        return exp.select(*cells).from_(sql_tables.parquet(_literally(file.content)))


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows in the temporary table: how many of each file."""

    layout: Layout
    files: tuple[tuple[CsvFile | SourceFile, int], ...]

    @property
    def rows(self) -> int:
        return sum(rows for _, rows in self.files)

    @property
    def notes(self) -> tuple[Message, ...]:
        return tuple(note for file, _ in self.files if isinstance(file, CsvFile) for note in file.notes)

    def places(self, ordinals: Sequence[int]) -> Mapping[int, str]:
        """Locate rows: file and line, or file and row number where there are no lines."""
        csv = [(file, rows) for file, rows in self.files if isinstance(file, CsvFile)]
        if csv:
            return places(csv, ordinals)
        found: dict[int, str] = {}
        first = 0
        for file, rows in self.files:
            name = file.name if isinstance(file, SourceFile) else ""
            found |= {at: f"{name}, row {at - first + 1}" for at in ordinals if first <= at < first + rows}
            first += rows
        return found


def cell(number: int) -> str:
    return f"c{number}"


def table() -> exp.Table:
    return exp.to_table(TABLE)


def drop(session: Engine) -> None:
    session.drop_table(TABLE)


def layout_of_text(files: Sequence[SourceFile], kind: FileFormat, spec: SourceSpec, folder: Path) -> Layout:
    """Detect what each file is like; one that is no CSV in UTF-8 is written as one into ``folder``."""
    read: list[CsvFile] = []
    for number, file in enumerate(files):
        aside = folder / f"text{number}"
        aside.mkdir()
        read.append(_prepared(file, kind, spec, aside))
    names = read[0].header
    if kind == "jsonl":  # an object need not have every member, and so no file every column
        names = tuple(dict.fromkeys(name for one in read for name in one.header))
    else:
        for one in read:
            _same_columns(one.path, one.header, read[0].path, names)
    return Layout(names, (ColumnType.TEXT,) * len(names), tuple(read))


def layout_of_parquet(session: Engine, files: Sequence[SourceFile]) -> Layout:
    """Return the columns of Parquet files, which must be the same in all."""
    described = [_describe(session, file) for file in files]
    first = described[0]
    for file, columns in zip(files, described, strict=True):
        _same_columns(file.path, tuple(columns), files[0].path, tuple(first))
        _same_kinds(file.path, columns, files[0].path, first)
    return Layout(tuple(first), tuple(column.type for column in first.values()), tuple(files))


def stage(session: Engine, layout: Layout, folder: Path) -> Staged:
    """Read all rows into the temporary table; an invalid file leaves none behind."""
    types = {cell(number): "VARCHAR" for number in range(len(layout.names))}
    if layout.is_text:
        session.create_table(TABLE, sql_tables.empty(types))
    read: list[tuple[CsvFile | SourceFile, int]] = []
    for number, file in enumerate(layout.files):
        taken = file
        if isinstance(file, CsvFile):
            taken = _insert_csv(session, file, layout, folder / f"text{number}")
        else:
            with engine_faults(file.name):
                rows = layout.cells(file)
                (session.insert if read else session.create_table)(TABLE, rows)
        count = _count(session) - sum(rows for _, rows in read)
        read.append((taken if count or isinstance(taken, SourceFile) else without_rows(taken), count))
    return Staged(layout, tuple(read))


def without_rows(file: CsvFile) -> CsvFile:
    return file.with_note(Message("READ_NO_ROW", file=file.path.name))


@contextmanager
def engine_faults(where: str) -> Iterator[None]:
    """Turn the engine's error while reading into our own words; its text stays in the traceback."""
    try:
        yield
    except EngineError as error:
        _refuse(error, where)


def _refuse(error: EngineError, where: str) -> NoReturn:
    if isinstance(error, OutOfMemory):
        raise NeedsAttention("MEMORY_LIMIT", where=where) from error
    raise InvalidInput("FILE_CORRUPT", where=where) from error


def _prepared(file: SourceFile, kind: FileFormat, spec: SourceSpec, aside: Path) -> CsvFile:
    if kind == "excel":
        return prepare_workbook(file, spec, aside)
    if kind == "jsonl":
        return prepare_json_lines(file, spec, aside)
    return prepare(file, spec, aside, default="\t" if kind == "tsv" else None)


def _insert_csv(session: Engine, file: CsvFile, layout: Layout, folder: Path) -> CsvFile:
    try:
        session.insert(TABLE, layout.cells(file))
    except OutOfMemory as error:
        _refuse(error, file.path.name)
    except EngineError:
        diagnose(file)
        even = rewritten(file, folder)
        with engine_faults(file.path.name):
            session.insert(TABLE, layout.cells(even))
        return even
    return file


def _csv_cells(file: CsvFile, names: Sequence[str]) -> exp.Select:
    """Every cell as text. A column that the file does not have is empty."""
    cells: list[exp.Expr] = []
    for number, name in enumerate(names):
        here: exp.Expr = exp.cast(exp.Null(), "VARCHAR")
        if name in file.header:
            here = sql_tables.column(cell(file.header.index(name)))
        cells.append(exp.alias_(here, cell(number), quoted=True))
    query = exp.select(*cells).from_(_read_csv(file))
    if len(file.header) == 1:  # blank lines
        only = sql_tables.column(cell(0))
        query = query.where(exp.Not(this=exp.Is(this=only, expression=exp.Null())))
    return query


def _read_csv(file: CsvFile) -> exp.Expr:
    names = [cell(number) for number in range(len(file.header))]
    source = csv_cells(_literally(file.utf8), names, delimiter=file.delimiter, longest=LONGEST_ROW)
    return exp.Table(this=source)


def _describe(session: Engine, file: SourceFile) -> dict[str, StoredColumn]:
    with engine_faults(file.name):
        columns = session.parquet_columns(_literally(file.content))
        check_header(file.name, tuple(column.name for column in columns), is_text=False)
    return {column.name: column for column in columns}


def _same_columns(path: Path, names: Sequence[str], first: Path, expected: Sequence[str]) -> None:
    missing = [name for name in expected if name not in names]
    extra = [name for name in names if name not in expected]
    if missing or extra:
        raise InvalidInput(
            "FILE_COLUMNS_DIFFER",
            where=path.name,
            first=first.name,
            lacks=[repr(name) for name in missing[:3]] or "–",
            has=[repr(name) for name in extra[:3]] or "–",
        )


def _same_kinds(
    path: Path, columns: Mapping[str, StoredColumn], first: Path, expected: Mapping[str, StoredColumn]
) -> None:
    for name, column in expected.items():
        here, there = columns[name].kind, column.kind
        if here != there:
            raise InvalidInput(
                "FILE_COLUMNS_DIFFER.kind",
                where=path.name,
                column=name,
                here=here,
                there=there,
                first=first.name,
            )


def _count(session: Engine) -> int:
    return int(session.row(exp.select(exp.Count(this=exp.Star())).from_(table()))[0])


def _literally(path: Path) -> str:
    """Keep the engine from interpreting a bracket or star in a real file name as a pattern."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in str(path))
