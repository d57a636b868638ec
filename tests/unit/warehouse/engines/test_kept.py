"""Sessions whose database stays behind for the next, and statements that need more memory than the rest."""

from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from leleka.warehouse.engines.duckdb import DuckDBSession, open_session
from leleka.warehouse.engines.port import Engine, EngineError, OutOfMemory, parquet_files

_ROWS, _COLUMNS = 50_000, 40
_SMALL, _LARGE = "24MB", "400MB"


def kept(folder: Path, **more: Any) -> Any:
    return open_session(folder, **{"memory_limit": "40MB", "threads": 2, "kept": True, **more})


def asked(sql: str) -> exp.Query:
    query = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(query, exp.Query)
    return query


def limits(session: Engine) -> tuple[Any, ...]:
    return session.row(asked("SELECT current_setting('memory_limit'), current_setting('threads')"))


def test_the_next_session_has_the_limits_of_the_first_and_nothing_that_it_made(tmp_path: Path) -> None:
    with kept(tmp_path) as session:
        session.create_table("ours", asked("SELECT 1 AS n"))
        before = limits(session)
        mark(session)
    with kept(tmp_path) as session:
        assert limits(session) == before
        assert is_marked(session)
        with pytest.raises(EngineError):
            session.row(asked("SELECT n FROM ours"))


def test_two_at_once_have_a_database_each(tmp_path: Path) -> None:
    with kept(tmp_path) as one, kept(tmp_path) as other:
        mark(one)
        assert not is_marked(other)


def test_a_database_in_which_something_failed_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        _fail(tmp_path)
    with kept(tmp_path) as session:
        assert not is_marked(session)


def test_a_wide_table_gets_the_memory_that_it_needs_and_the_next_statement_does_not(tmp_path: Path) -> None:
    file = _wide(tmp_path)
    with open_session(tmp_path, memory_limit=_SMALL, threads=1) as session, pytest.raises(OutOfMemory):
        session.rows(_first(file))
    with kept(tmp_path, memory_limit=_SMALL, at_most=_LARGE) as session:
        before = limits(session)
        assert len(session.rows(_first(file))) == 1
        assert limits(session) == before


def test_nothing_is_lost_of_what_is_read_in_chunks_with_more_memory(tmp_path: Path) -> None:
    """The limits are set back by the next statement: sooner, it would end this one."""
    file = _wide(tmp_path)
    with open_session(tmp_path, memory_limit=_SMALL, at_most=_LARGE, threads=2) as session:
        read = sum(len(chunk) for chunk in session.chunks(_all(file), 1_000))
        assert (read, session.row(asked("SELECT 7"))) == (_ROWS, (7,))


def mark(session: DuckDBSession) -> None:
    """Leave something in the database of a session that others of it see."""
    session._connection.execute("CREATE SCHEMA marked")


def is_marked(session: Engine) -> bool:
    found = "SELECT count(*) FROM duckdb_schemas() WHERE schema_name = 'marked'"
    return bool(session.row(asked(found))[0])


def _fail(folder: Path) -> None:
    with kept(folder) as session:
        mark(session)
        raise LookupError


def _wide(folder: Path) -> str:
    columns = [asked(f"SELECT md5(CAST(range * {at} AS TEXT)) AS c{at}").selects[0] for at in range(_COLUMNS)]
    rows = asked("FROM range(50000)").select(*columns, append=False)
    with open_session(folder, threads=1) as session:
        assert session.write(rows, str(folder / "wide.parquet")) == _ROWS
    return str(folder / "wide.parquet")


def _all(file: str) -> exp.Select:
    return exp.select("*").from_(exp.Table(this=parquet_files(file)))


def _first(file: str) -> exp.Select:
    return _all(file).limit(1)
