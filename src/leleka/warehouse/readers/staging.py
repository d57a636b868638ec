"""Loads files into one temporary table, with unconverted cells; an invalid file leaves no table behind."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from sqlglot import exp

from leleka.core.columns import ColumnType
from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput, NeedsAttention
from leleka.warehouse.engines.port import Engine, EngineError, OutOfMemory, StoredColumn, csv_cells
from leleka.warehouse.readers.csv_dialect import check_header, prepare, rewritten
from leleka.warehouse.readers.csv_error_lines import LONGEST_ROW, CsvFile, diagnose, places
from leleka.warehouse.sql import tables as sql_tables

TABLE: Final = "source_rows"


@dataclass(frozen=True, slots=True)
class Staged:
    """The staged rows: column ``i`` of the table is named ``cell(i)``. A type is None where we have none."""

    names: tuple[str, ...]
    types: tuple[ColumnType | None, ...]
    files: tuple[tuple[CsvFile | Path, int], ...]
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        return sum(rows for _, rows in self.files)

    @property
    def is_csv(self) -> bool:
        return isinstance(self.files[0][0], CsvFile)

    def places(self, ordinals: Sequence[int]) -> Mapping[int, str]:
        """Locate rows: file and line, or file and row number where there are no lines."""
        csv = [(file, rows) for file, rows in self.files if isinstance(file, CsvFile)]
        if csv:
            return places(csv, ordinals)
        found: dict[int, str] = {}
        first = 0
        for file, rows in self.files:
            name = file.name if isinstance(file, Path) else ""
            found |= {at: f"{name}, row {at - first + 1}" for at in ordinals if first <= at < first + rows}
            first += rows
        return found


def cell(number: int) -> str:
    return f"c{number}"


def table() -> exp.Table:
    return exp.to_table(TABLE)


def drop(session: Engine) -> None:
    session.drop_table(TABLE)


def stage_csv(session: Engine, spec: SourceSpec, paths: Sequence[Path], folder: Path) -> Staged:
    files: list[CsvFile] = []
    for number, path in enumerate(paths):
        aside = folder / str(number)
        aside.mkdir()
        files.append(prepare(path, spec, aside))
    names = files[0].header
    for file in files:
        _same_columns(file.path, file.header, paths[0], names)
    session.create_table(TABLE, sql_tables.empty({cell(number): "VARCHAR" for number in range(len(names))}))
    read: list[tuple[CsvFile | Path, int]] = []
    for number, (path, file) in enumerate(zip(paths, files, strict=True)):
        taken = _insert_csv(session, file, names, folder / str(number))
        total = _count(session)
        read.append((taken, total - sum(rows for _, rows in read)))
        files[number] = taken
        if not read[-1][1]:
            note = f"{path.name}: there is a header and no row."
            files[number] = CsvFile(
                taken.path, taken.utf8, taken.delimiter, taken.header, (*taken.notes, note)
            )
    types = (ColumnType.TEXT,) * len(names)
    return Staged(names, types, tuple(read), tuple(note for file in files for note in file.notes))


def stage_parquet(session: Engine, paths: Sequence[Path]) -> Staged:
    described = [_describe(session, path) for path in paths]
    first = described[0]
    for path, columns in zip(paths, described, strict=True):
        _same_columns(path, tuple(columns), paths[0], tuple(first))
        _same_kinds(path, columns, paths[0], first)
    read: list[tuple[CsvFile | Path, int]] = []
    for path in paths:
        cells = [
            exp.alias_(sql_tables.column(name), cell(number), quoted=True)
            for number, name in enumerate(first)
        ]
        with engine_faults(path.name):
            rows = exp.select(*cells).from_(sql_tables.parquet(_literally(path)))
            (session.insert if read else session.create_table)(TABLE, rows)
        read.append((path, _count(session) - sum(rows for _, rows in read)))
    return Staged(tuple(first), tuple(column.type for column in first.values()), tuple(read), ())


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


def _insert_csv(session: Engine, file: CsvFile, names: Sequence[str], folder: Path) -> CsvFile:
    try:
        session.insert(TABLE, _cells(file, names))
    except OutOfMemory as error:
        _refuse(error, file.path.name)
    except EngineError:
        diagnose(file)
        even = rewritten(file, folder)
        with engine_faults(file.path.name):
            session.insert(TABLE, _cells(even, names))
        return even
    return file


def _cells(file: CsvFile, names: Sequence[str]) -> exp.Expr:
    """Every cell as text, the columns of this file brought into the order of the first."""
    cells = [sql_tables.column(cell(file.header.index(name))) for name in names]
    query = exp.select(*cells).from_(_read_csv(file))
    if len(names) == 1:
        query = query.where(exp.Not(this=exp.Is(this=cells[0], expression=exp.Null())))  # blank lines
    return query


def _read_csv(file: CsvFile) -> exp.Expr:
    names = [cell(number) for number in range(len(file.header))]
    source = csv_cells(_literally(file.utf8), names, delimiter=file.delimiter, longest=LONGEST_ROW)
    return exp.Table(this=source)


def _describe(session: Engine, path: Path) -> dict[str, StoredColumn]:
    with engine_faults(path.name):
        columns = session.parquet_columns(_literally(path))
        check_header(path, tuple(column.name for column in columns))
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
