"""The state of an installation as plain SQL sees it: SQLite or PostgreSQL, whatever version made it."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

_PATIENCE: Final = 30.0  # seconds
_EPOCH: Final = 1_000_000_000  # a float above this is a moment in seconds since 1970, not a share


@dataclass(frozen=True)
class Database:
    """``where`` is the path of a SQLite file, or a PostgreSQL URL. Parameters are marked ``?``."""

    where: str

    @property
    def is_sqlite(self) -> bool:
        return "://" not in self.where

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Return rows as dictionaries; what looks like JSON is parsed."""
        with self._cursor() as cursor:
            cursor.execute(self._marked(query), values)
            names = [column[0] for column in cursor.description or ()]
            found = cursor.fetchall()
        return [{name: _plain(cell) for name, cell in zip(names, row, strict=True)} for row in found]

    def execute(self, *commands: tuple[str, Sequence[object]]) -> None:
        """Carry out commands in one transaction."""
        with self._cursor() as cursor:
            for query, values in commands:
                cursor.execute(self._marked(query), values)

    def run_script(self, script: str) -> None:
        """Carry out a dump."""
        with psycopg.connect(self.where) as line:
            line.execute(script.encode())

    def replace(self, table: str, column: str, old: str, new: str) -> None:
        """Replace text within a column, JSON or not."""
        kind = "" if self.is_sqlite else f"::{self._types(table)[column]}"
        text = f"CAST({column} AS text)"
        self.execute((f"UPDATE {table} SET {column} = replace({text}, ?, ?){kind}", (old, new)))  # noqa: S608 - our own names

    def shift(self, seconds: float, but: Sequence[str]) -> None:
        """Move every moment in the state by so many seconds, but for those of some tables."""
        for table in self._tables():
            for column, kind in self._types(table).items():
                if table not in but:
                    self._shift(table, column, kind, seconds)

    def _shift(self, table: str, column: str, kind: str, seconds: float) -> None:
        value: object = seconds
        where = "1 = 1"
        if kind in {"real", "double precision"}:
            later, where = f"{column} + ?", f"{column} > {_EPOCH}"
        elif kind == "timestamp with time zone":
            later = f"{column} + make_interval(secs => ?)"
        elif kind == "datetime":
            later, value = f"strftime('%Y-%m-%d %H:%M:%f000', {column}, ?)", f"{seconds:+.3f} seconds"
        else:
            return
        self.execute((f"UPDATE {table} SET {column} = {later} WHERE {where}", (value,)))  # noqa: S608 - our own names

    def _tables(self) -> list[str]:
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if self.is_sqlite
            else "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        )
        return [row["name"] for row in self.rows(query) if row["name"].startswith("state_")]

    def _types(self, table: str) -> dict[str, str]:
        query = (
            "SELECT name, type FROM pragma_table_info(?)"
            if self.is_sqlite
            else "SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = ?"
        )
        return {row["name"]: row["type"].lower() for row in self.rows(query, table)}

    def _marked(self, query: str) -> str:
        return query if self.is_sqlite else query.replace("?", "%s")

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        if self.is_sqlite:
            with closing(sqlite3.connect(self.where, timeout=_PATIENCE)) as line, line:
                yield line.cursor()
        else:
            with psycopg.connect(self.where) as server:
                yield server.cursor()


def sqlite(folder: Path) -> Database:
    """Return the database of a data folder."""
    return Database(str(folder / "state.sqlite3"))


def _plain(cell: object) -> Any:
    if isinstance(cell, str) and cell[:1] in {"{", "["}:
        return json.loads(cell)
    return cell
