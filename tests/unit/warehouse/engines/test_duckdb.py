"""A query that is interrupted."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from leleka.warehouse.engines.duckdb import DuckDBSession, open_session

# Hours of work, in steps that are each short.
_LONG = "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE (a.range * b.range) % 7 = 3"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[DuckDBSession]:
    with open_session(tmp_path, memory_limit="100MB", threads=1) as one:
        yield one


@pytest.fixture(autouse=True)
def _soon_told_to_stop() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
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
        list(getattr(session, ask)(query) or ())
