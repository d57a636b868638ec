"""A query that is interrupted, by a signal or by its time limit."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from leleka.warehouse.engines.duckdb import DuckDBSession, open_session
from leleka.warehouse.engines.port import TooSlow

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
    query = sqlglot.parse_one(_LONG, dialect="duckdb")
    assert isinstance(query, exp.Expr)
    with pytest.raises(KeyboardInterrupt):
        _ask_with_an_alarm(session, ask, query)


def test_a_session_whose_time_is_over_stops_this_query_and_the_next(tmp_path: Path) -> None:
    """DuckDB hears nothing between two queries: it is told again."""
    query = sqlglot.parse_one(_LONG, dialect="duckdb")
    assert isinstance(query, exp.Expr)
    with open_session(tmp_path, threads=1, seconds=0.05) as session:
        for _ in range(2):
            with pytest.raises(TooSlow):
                session.row(query)


def _ask_with_an_alarm(session: DuckDBSession, ask: str, query: exp.Expr) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    list(getattr(session, ask)(query) or ())
