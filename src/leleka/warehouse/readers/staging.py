"""Loads files into one temporary table, with unconverted cells; an invalid file leaves no table behind."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import duckdb
from sqlglot import exp

from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput, NeedsAttention
from leleka.warehouse import scan
from leleka.warehouse.readers.dialect import check_header, prepare, rewritten
from leleka.warehouse.readers.lines import LONGEST_ROW, CsvFile, diagnose, places
from leleka.warehouse.session import Session

TABLE: Final = "source_rows"
ROW: Final = "rowid"  # the engine's own, in the order of insertion
_BUFFER: Final = 32_000_000


@dataclass(frozen=True, slots=True)
class Staged:
    """The staged rows: column ``i`` of the table is named ``cell(i)``. ``kinds`` are the engine's types."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
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


def drop(session: Session) -> None:
    session.run(exp.Drop(tables=[table()], kind="TABLE", exists=True))


def stage_csv(session: Session, spec: SourceSpec, paths: Sequence[Path], folder: Path) -> Staged:
    files: list[CsvFile] = []
    for number, path in enumerate(paths):
        aside = folder / str(number)
        aside.mkdir()
        files.append(prepare(path, spec, aside))
    names = files[0].header
    for file in files:
        _same_columns(file.path, file.header, paths[0], names)
    kinds = ("VARCHAR",) * len(names)
    _create(session, kinds)
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
    return Staged(names, kinds, tuple(read), tuple(note for file in files for note in file.notes))


def stage_parquet(session: Session, paths: Sequence[Path]) -> Staged:
    described = [_describe(session, path) for path in paths]
    names, kinds = tuple(described[0]), tuple(described[0].values())
    for path, columns in zip(paths, described, strict=True):
        _same_columns(path, tuple(columns), paths[0], names)
        _same_kinds(path, columns, paths[0], described[0])
    _create(session, kinds)
    read: list[tuple[CsvFile | Path, int]] = []
    for path in paths:
        with engine_faults(path.name):
            cells = [scan.column(name) for name in names]
            session.run(exp.insert(exp.select(*cells).from_(scan.parquet(_literally(path))), table()))
        read.append((path, _count(session) - sum(rows for _, rows in read)))
    return Staged(names, kinds, tuple(read), ())


@contextmanager
def engine_faults(where: str) -> Iterator[None]:
    """Turn the engine's error while reading into our own words; its text stays in the traceback."""
    try:
        yield
    except duckdb.Error as error:
        _refuse(error, where)


def _refuse(error: duckdb.Error, where: str) -> NoReturn:
    if isinstance(error, duckdb.OutOfMemoryException):
        raise NeedsAttention(
            "MEMORY_LIMIT",
            "The file needs more memory or more room to spill than is allowed.",
            where=where,
            remedy="An administrator raises LELEKA_MEMORY_LIMIT or frees space in the data folder.",
        ) from error
    raise InvalidInput(
        "FILE_CORRUPT",
        "The file is damaged or written in a way that cannot be read.",
        where=where,
        remedy="Export it again; if that does not help, export it as CSV UTF-8.",
    ) from error


def _insert_csv(session: Session, file: CsvFile, names: Sequence[str], folder: Path) -> CsvFile:
    try:
        session.run(_insertion(file, names))
    except duckdb.OutOfMemoryException as error:
        _refuse(error, file.path.name)
    except duckdb.Error:
        diagnose(file)
        even = rewritten(file, folder)
        with engine_faults(file.path.name):
            session.run(_insertion(even, names))
        return even
    return file


def _insertion(file: CsvFile, names: Sequence[str]) -> exp.Expr:
    """Every cell as text, the columns of this file reordered to match the first."""
    cells = [scan.column(cell(file.header.index(name))) for name in names]
    query = exp.select(*cells).from_(_read_csv(file))
    if len(names) == 1:
        query = query.where(exp.Not(this=exp.Is(this=cells[0], expression=exp.Null())))  # blank lines
    return exp.insert(query, table())


def _read_csv(file: CsvFile) -> exp.Expr:
    columns = exp.Struct(
        expressions=[
            exp.PropertyEQ(
                this=exp.to_identifier(cell(number), quoted=True), expression=exp.Literal.string("VARCHAR")
            )
            for number in range(len(file.header))
        ]
    )
    options: dict[str, exp.Expr] = {
        "auto_detect": exp.false(),
        "header": exp.true(),
        "strict_mode": exp.true(),
        "delim": exp.Literal.string(file.delimiter),
        "quote": exp.Literal.string('"'),
        "escape": exp.Literal.string('"'),
        "nullstr": exp.Literal.string(""),
        "max_line_size": exp.Literal.number(LONGEST_ROW),
        "buffer_size": exp.Literal.number(_BUFFER),
        "columns": columns,
    }
    arguments = [exp.EQ(this=exp.column(name), expression=value) for name, value in options.items()]
    name = exp.Literal.string(_literally(file.utf8))
    return exp.Table(this=exp.Anonymous(this="read_csv", expressions=[name, *arguments]))


def _describe(session: Session, path: Path) -> dict[str, str]:
    source = exp.Literal.string(_literally(path))
    with engine_faults(path.name):
        schema = exp.Table(this=exp.Anonymous(this="parquet_schema", expressions=[source]))
        nodes = session.rows(exp.select(scan.column("name"), scan.column("num_children")).from_(schema))
        check_header(path, tuple(_top_level(nodes)))
        rows = session.rows(exp.Describe(this=exp.select("*").from_(scan.parquet(_literally(path)))))
    return {row[0]: row[1] for row in rows}


def _top_level(nodes: Sequence[tuple[str, int | None]]) -> Iterator[str]:
    """Return the columns among the nodes, which are listed depth-first under one root."""
    waiting = 0
    for name, children in nodes[1:]:
        if waiting == 0:
            yield name
        else:
            waiting -= 1
        waiting += children or 0


def _same_columns(path: Path, names: Sequence[str], first: Path, expected: Sequence[str]) -> None:
    missing = [name for name in expected if name not in names]
    extra = [name for name in names if name not in expected]
    if missing or extra:
        said = [f"lacks {name!r}" for name in missing[:3]] + [f"has {name!r}" for name in extra[:3]]
        raise _differ(path, f"Unlike {first.name}, the file {', '.join(said)}.")


def _same_kinds(path: Path, kinds: Mapping[str, str], first: Path, expected: Mapping[str, str]) -> None:
    for name, kind in expected.items():
        if kinds[name] != kind:
            raise _differ(path, f"The column {name!r} is {kinds[name]} here and {kind} in {first.name}.")


def _differ(path: Path, message: str) -> InvalidInput:
    return InvalidInput(
        "FILE_COLUMNS_DIFFER",
        message,
        where=path.name,
        remedy="All files of a source must have the same columns; declare others as a source of their own.",
    )


def _create(session: Session, kinds: Sequence[str]) -> None:
    drop(session)
    columns = [
        exp.ColumnDef(
            this=exp.to_identifier(cell(number), quoted=True), kind=exp.DataType.build(kind, "duckdb")
        )
        for number, kind in enumerate(kinds)
    ]
    session.run(
        exp.Create(
            this=exp.Schema(this=table(), expressions=columns),
            kind="TABLE",
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )
    )


def _count(session: Session) -> int:
    return int(session.row(exp.select(exp.Count(this=exp.Star())).from_(table()))[0])


def _literally(path: Path) -> str:
    """Keep the engine from interpreting a bracket or star in a real file name as a pattern."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in str(path))
