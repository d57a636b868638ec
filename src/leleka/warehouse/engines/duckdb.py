"""One DuckDB connection with bounded memory; every statement reaches it as a SQLGlot expression."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

DIALECT = "duckdb"
_TOLD_TO_STOP = "Query interrupted"
_CHUNK = 10_000


class DuckDBSession:
    """Runs expressions. Each process opens its own, in memory: no DuckDB file is shared."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, spill: Path) -> None:
        self._connection = connection
        self.spill = spill  # for staging files, too: they hold personal data and go when the work is done

    def run(self, expression: exp.Expr) -> None:
        with _stopping():
            self._connection.execute(sql(expression))

    def rows(self, expression: exp.Expr) -> list[tuple[Any, ...]]:
        with _stopping():
            return self._connection.execute(sql(expression)).fetchall()

    def row(self, expression: exp.Expr) -> tuple[Any, ...]:
        with _stopping():
            found = self._connection.execute(sql(expression)).fetchone()
        if found is None:
            raise LookupError("the query gave no row")
        return found

    def chunks(self, expression: exp.Expr, size: int = _CHUNK) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Yield the rows in chunks. The session takes no other work until the last one was read."""
        with _stopping():
            cursor = self._connection.execute(sql(expression))
        while True:
            with _stopping():
                chunk = cursor.fetchmany(size)
            if not chunk:
                return
            yield chunk


@contextmanager
def _stopping() -> Iterator[None]:
    """Let a Ctrl-C be one: DuckDB hears it in the middle of a query, and makes a RuntimeError of it."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == _TOLD_TO_STOP:
            raise KeyboardInterrupt from error
        raise


def sql(expression: exp.Expr) -> str:
    return expression.sql(dialect=DIALECT)


@contextmanager
def open_session(spill: Path, *, memory_limit: str = "1GB", threads: int = 2) -> Iterator[DuckDBSession]:
    """Open a session that spills to ``spill`` above ``memory_limit``, and close it."""
    spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory_limit,
            "threads": threads,
            "temp_directory": str(spill),
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        },
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield DuckDBSession(connection, spill)
    finally:
        connection.close()
