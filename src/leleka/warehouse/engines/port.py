"""The only way to a query engine. What is asked is a SQLGlot expression that names no engine.

Where SQLGlot's own nodes mean the same everywhere, they are used. Where it writes a function that an engine does not
have, or that means something else there, a call made by one of the functions below stands in its place, and each
engine says in its own file how it is written. ``tests/contract/warehouse/engine.py`` is what every engine must pass.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from sqlglot import exp

from leleka.core.columns import ColumnType

CHUNK: Final = 10_000
ROW: Final = "leleka row"  # the column that ``numbered_rows`` adds
FOUND_ROW: Final = (
    "file_row_number"  # the column in which an engine that finds rows by their numbers has them
)
FILE: Final = "leleka_file"  # the column that ``rows_of_several`` adds


class EngineError(Exception):
    """The engine refused a query or failed at it. The text is the engine's own: for the log, not for people."""


class OutOfMemory(EngineError):
    """The query needs more memory, or more room to spill, than the engine was given."""


class TooSlow(EngineError):
    """The engine was opened for so many seconds, and they were over."""


class StorageError(EngineError):
    """A file could not be read or written."""


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column of a Parquet file. ``kind`` is the engine's name of its type; ``type`` is None where we have none."""

    name: str
    kind: str
    type: ColumnType | None


class Engine(Protocol):
    """One open engine. Its tables are its own and end with it; nothing else sees them.

    Every method raises OutOfMemory, TooSlow, StorageError or EngineError, MemoryError where the operating system gives
    no more, and KeyboardInterrupt when the process is told to stop in the middle of a query.
    """

    spill: Path  # for staging files, too: they hold personal data and go when the work is done

    def rows(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""

    def row(self, query: exp.Expr) -> tuple[Any, ...]:
        """Return the first row of a query; raise LookupError where it has none."""

    def chunks(self, query: exp.Expr, size: int = CHUNK) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Yield the rows in chunks. The engine takes no other work until the last one was read."""

    def create_table(self, name: str, query: exp.Expr) -> None:
        """Keep the rows of a query as a table, in the place of one of that name."""

    def insert(self, name: str, query: exp.Expr) -> None:
        """Add the rows of a query to a table, by position: all of them, or none."""

    def drop_table(self, name: str) -> None:
        """Let go of a table, where there is one."""

    def write(self, query: exp.Expr, path: str) -> int:
        """Write the rows of a query to Parquet, in their order; return how many there are."""

    def more_memory(self) -> AbstractContextManager[None]:
        """Return within what the engine may use a quarter more: while files are read the process holds little else."""

    def parquet_columns(self, path: str) -> Sequence[StoredColumn]:
        """Return the columns of a Parquet file as it names them, even where it names two alike."""


class OpenEngine(Protocol):
    """How an engine is opened: what an engine's file offers beside the engine itself."""

    def __call__(
        self, spill: Path, *, memory_limit: str = ..., threads: int = ..., seconds: float | None = ...
    ) -> AbstractContextManager[Engine]:
        """Open an engine that spills to ``spill`` above ``memory_limit``, and close it. Its time zone is UTC.

        Whatever it does ``seconds`` after it was opened is stopped.
        """


class Call(StrEnum):
    """What the functions below call: names that no engine has, each with the arguments that are said there."""

    PARQUET_FILES = "leleka_parquet_files"
    NUMBERED_ROWS = "leleka_numbered_rows"
    ROWS_OF_SEVERAL = "leleka_rows_of_several"
    JSON_LINES = "leleka_json_lines"
    CSV_CELLS = "leleka_csv_cells"
    ORDINAL = "leleka_ordinal"
    COUNTED = "leleka_counted"
    PREVIOUS = "leleka_previous"
    UNACCENTED = "leleka_unaccented"
    BYTES = "leleka_bytes"
    FULL_MATCH = "leleka_full_match"
    FINITE = "leleka_finite"
    NUMBER_TEXT = "leleka_number_text"
    INSTANT_TEXT = "leleka_instant_text"
    PARSED_TIME = "leleka_parsed_time"
    REFUSED = "leleka_refused"


# How an engine writes the calls: from the arguments, which are the writer's to keep, an expression of its dialect.
Writers: TypeAlias = Mapping[Call, Callable[..., exp.Expr]]


def parquet_files(path: str) -> exp.Expr:
    """Return a source of rows: the Parquet files that match a path in which ``*``, ``?`` and ``[]`` are patterns."""
    return _call(Call.PARQUET_FILES, exp.Literal.string(path))


def numbered_rows(path: str, *, by_counting: bool = False) -> exp.Expr:
    """Return a source of rows: one Parquet file with a further column, ``ROW``: the number of each row, from 0, in the
    order in which they are. A few numbers that are asked for are found without reading the rest; ``by_counting`` all
    rows are read, which a file needs that has a column of the name ``FOUND_ROW``.
    """
    if by_counting:
        rows = parquet_files(path)
        number: exp.Expr = exp.Sub(this=counted(exp.true()), expression=exp.Literal.number(1))
    else:
        rows = _call(Call.NUMBERED_ROWS, exp.Literal.string(path))
        number = exp.column(FOUND_ROW, quoted=True)
    numbered = exp.select("*", exp.alias_(number, ROW, quoted=True)).from_(exp.Table(this=rows))
    return numbered.subquery("numbered")


def rows_of_several(paths: Sequence[str]) -> exp.Expr:
    """Return a source of rows: the Parquet files of several paths, all with the same columns, with a further column,
    ``FILE``: a path in the folder of the file that a row is in. Much faster than a query for each.
    """
    return _call(Call.ROWS_OF_SEVERAL, *map(exp.Literal.string, paths))


def json_lines(path: str, columns: Sequence[exp.ColumnDef]) -> exp.Expr:
    """Return a source of rows: a staging file, one JSON object a line."""
    return _call(Call.JSON_LINES, exp.Literal.string(path), *columns)


def csv_cells(path: str, names: Sequence[str], *, delimiter: str, longest: int) -> exp.Expr:
    """Return a source of rows: one CSV file, every cell as text, an empty one as NULL.

    The first line is a header. Cells may be quoted with ``"``, which is doubled within. A row with
    fewer or more cells than there are names, and one longer than ``longest`` bytes, is an EngineError.
    """
    return _call(
        Call.CSV_CELLS,
        exp.Literal.string(path),
        exp.Literal.string(delimiter),
        exp.Literal.number(longest),
        *(exp.to_identifier(name, quoted=True) for name in names),
    )


def ordinal() -> exp.Expr:
    """Return the number of a row of a table that was created or inserted into: from 0, in the order of arrival."""
    return _call(Call.ORDINAL)


def counted(value: exp.Expr) -> exp.Expr:
    """Return how many rows have a value, from the first to this one, in the order in which the source's rows come."""
    return _call(Call.COUNTED, value)


def previous(value: exp.Expr) -> exp.Expr:
    """Return the value of the row before this one, in the order in which the source's rows come; NULL of the first."""
    return _call(Call.PREVIOUS, value)


def unaccented(text: exp.Expr) -> exp.Expr:
    """Return a text without the marks above and below its letters, of all scripts: ``é`` is ``e``, ``ї`` is ``і``."""
    return _call(Call.UNACCENTED, text)


def byte_length(text: exp.Expr) -> exp.Expr:
    """Return the bytes of a text in UTF-8."""
    return _call(Call.BYTES, text)


def full_match(text: exp.Expr, pattern: str) -> exp.Expr:
    """Return whether the whole of a text matches a pattern of the RE2 syntax."""
    return _call(Call.FULL_MATCH, text, exp.Literal.string(pattern))


def finite(number: exp.Expr) -> exp.Expr:
    """Return whether a float is neither NaN nor an infinity."""
    return _call(Call.FINITE, number)


def number_text(number: exp.Expr) -> exp.Expr:
    """Return the canonical text of a float: at most six decimals, no zeros at its end, no exponent, no minus zero.

    From the shortest text that means this float. From 10^32 on, and for what is not finite, it is that shortest text
    itself: ``1e+40``, ``nan``, ``-inf``.
    """
    return _call(Call.NUMBER_TEXT, number)


def instant_text(instant: exp.Expr) -> exp.Expr:
    """Return the text of a UTC timestamp, cut to seconds: ``2026-03-29T01:30:05Z``."""
    return _call(Call.INSTANT_TEXT, instant)


def parsed_time(text: exp.Expr, pattern: str) -> exp.Expr:
    """Return the timestamp that a text says in a strptime format; NULL where it says none, an error for no format."""
    return _call(Call.PARSED_TIME, text, exp.Literal.string(pattern))


def refused() -> exp.Expr:
    """Return what must not be evaluated: whatever comes to it is an EngineError."""
    return _call(Call.REFUSED)


def _call(name: Call, *arguments: exp.Expr) -> exp.Expr:
    # No node of our own: compiled, SQLGlot has no room for subclasses of its nodes.
    return exp.Anonymous(this=name.value, expressions=list(arguments))


def written(query: exp.Expr, writers: Writers) -> exp.Expr:
    """Return a copy of a query in which an engine's own expressions stand for the port's calls."""
    query = query.copy()
    # Inner calls first: an outer one is written with what they have become.
    for call in reversed(list(query.find_all(exp.Anonymous))):
        if call.this in writers:
            told = call.replace(writers[call.this](*call.expressions))
            query = told if call is query else query
    return query
