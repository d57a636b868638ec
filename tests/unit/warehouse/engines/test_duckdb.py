"""A query that is interrupted, by a signal or by its time limit, and one that has too little memory."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from leleka.warehouse.engines.duckdb import DuckDBSession, open_session
from leleka.warehouse.engines.port import EngineError, TooSlow

# Hours of work, in steps that are each short.
_LONG = "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE (a.range * b.range) % 7 = 3"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[DuckDBSession]:
    with open_session(tmp_path, memory_limit="100MB", threads=1) as one:
        one.row(exp.select(exp.Literal.number(1)))  # the first query loads what writes them all
        yield one


@pytest.fixture(autouse=True)
def _told_to_stop_by_an_alarm() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("ask", ["row", "rows", "chunks"])
def test_a_long_query_hears_that_it_is_to_stop(session: DuckDBSession, ask: str) -> None:
    """Fault 74: DuckDB says "Query interrupted", and a run that believed it would have failed as if
    by a bug.
    """
    query = _parsed(_LONG)
    with pytest.raises(KeyboardInterrupt):
        _ask_with_an_alarm(session, ask, query)


def test_a_session_whose_time_is_over_stops_this_query_and_the_next(tmp_path: Path) -> None:
    """DuckDB hears nothing between two queries: it is told again."""
    query = _parsed(_LONG)
    with open_session(tmp_path, threads=1, seconds=0.05) as session:
        for _ in range(2):
            with pytest.raises(TooSlow):
                session.row(query)


@pytest.mark.parametrize("ask", ["row", "rows", "chunks", "create_table", "write"])
def test_what_many_threads_have_too_little_memory_for_one_of_them_does(tmp_path: Path, ask: str) -> None:
    """An export out of three million profiles failed now and then: two threads held more than the limit."""
    groups = _parsed("SELECT k, count(*) AS n FROM numbers GROUP BY k")
    counted = _parsed("SELECT count(*), max(n) FROM (SELECT k, count(*) AS n FROM numbers GROUP BY k)")
    questions = {"create_table": ("groups", groups), "write": (groups, str(tmp_path / "groups"))}
    asked = questions.get(ask, (counted,))
    numbers = _parsed("SELECT md5(CAST(range AS TEXT)) AS k FROM range(300000)")
    with open_session(tmp_path, memory_limit="16MB", threads=16) as session:
        session.create_table("numbers", numbers)
        answer = getattr(session, ask)(*asked)
        if ask == "chunks":
            answer = list(answer)
        threads = session.row(_parsed("SELECT current_setting('threads')"))
    told = {"row": (300_000, 1), "rows": [(300_000, 1)], "chunks": [[(300_000, 1)]], "write": 300_000}
    assert (answer, threads) == (told.get(ask), (16,))


@pytest.mark.parametrize("limit", ["100MB", "1.5GB"])
def test_a_quarter_more_memory_ends_with_what_it_was_for(tmp_path: Path, limit: str) -> None:
    asked = _parsed("SELECT current_setting('memory_limit')")
    with open_session(tmp_path, memory_limit=limit) as session:
        before = session.row(asked)
        with session.more_memory():
            within = session.row(asked)
        with pytest.raises(EngineError), session.more_memory():
            session.row(_parsed("SELECT error('no')"))
        after = session.row(asked)
    told = {"100MB": ("95.3 MiB", "119.2 MiB"), "1.5GB": ("1.3 GiB", "1.7 GiB")}
    assert ((*before, *within), after) == (told[limit], before)


def _parsed(text: str) -> exp.Expr:
    query = sqlglot.parse_one(text, dialect="duckdb")
    assert isinstance(query, exp.Expr)
    return query


def _ask_with_an_alarm(session: DuckDBSession, ask: str, query: exp.Expr) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    list(getattr(session, ask)(query) or ())
