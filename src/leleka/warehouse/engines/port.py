"""The only way to a query engine. What is asked is a SQLGlot expression that names no engine.

Where SQLGlot's own nodes mean the same everywhere, they are used. Where it writes a function that an engine does not
have, or that means something else there, one of the nodes below stands in its place, and each engine says in its own
file how it is written. ``tests/contract/warehouse/engine.py`` is what every engine must pass.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from sqlglot import exp

from leleka.core.columns import ColumnType

CHUNK: Final = 10_000


class EngineError(Exception):
    """The engine refused a query or failed at it. The text is the engine's own: for the log, not for people."""


class OutOfMemory(EngineError):
    """The query needs more memory, or more room to spill, than the engine was given."""


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

    Every method raises OutOfMemory, StorageError or EngineError, and KeyboardInterrupt when the process is told to
    stop in the middle of a query.
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

    def parquet_columns(self, path: str) -> Sequence[StoredColumn]:
        """Return the columns of a Parquet file as it names them, even where it names two alike."""


class OpenEngine(Protocol):
    """How an engine is opened: what an engine's file offers beside the engine itself."""

    def __call__(
        self, spill: Path, *, memory_limit: str = ..., threads: int = ...
    ) -> AbstractContextManager[Engine]:
        """Open an engine that spills to ``spill`` above ``memory_limit``, and close it. Its time zone is UTC."""


class ParquetFiles(exp.Expression, exp.Func):
    """A source of rows: the Parquet files that match ``this``, a path in which ``*``, ``?`` and ``[]`` are patterns."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


class JsonLines(exp.Expression, exp.Func):
    """A source of rows: a staging file, one JSON object a line; ``expressions`` are column definitions."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "expressions": True}


class CsvCells(exp.Expression, exp.Func):
    """A source of rows: one CSV file, every cell as text, an empty one as NULL; ``expressions`` name the columns.

    The first line is a header. Cells may be quoted with ``"``, which is doubled within. A row with fewer or more
    cells, and one longer than ``longest`` bytes, is an EngineError.
    """

    arg_types: ClassVar[dict[str, bool]] = {
        "this": True,
        "delimiter": True,
        "longest": True,
        "expressions": True,
    }


class Ordinal(exp.Expression, exp.Func):
    """The number of a row of a table that was created or inserted into: from 0, in the order of arrival."""

    arg_types: ClassVar[dict[str, bool]] = {}


class FullMatch(exp.Expression, exp.Func):
    """Whether the whole of ``this`` matches a pattern of the RE2 syntax."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "expression": True}


class Finite(exp.Expression, exp.Func):
    """Whether a float is neither NaN nor an infinity."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


class NumberText(exp.Expression, exp.Func):
    """The canonical text of a float: at most six decimals, no zeros at its end, no exponent, ``0`` for minus zero.

    From the shortest text that means this float. From 10^32 on, and for what is not finite, it is that shortest text
    itself: ``1e+40``, ``nan``, ``-inf``.
    """

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


class InstantText(exp.Expression, exp.Func):
    """The text of a UTC timestamp, cut to seconds: ``2026-03-29T01:30:05Z``."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


class ParsedTime(exp.Expression, exp.Func):
    """The timestamp that a text says in a strptime ``format``; NULL where it says none, an error for no format."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "format": True}
