"""DuckDB opened once in a process, and a connection of its own for every session.

A session of the product opens an engine in memory, which takes DuckDB some thirty milliseconds of the processor: it
makes its catalogue of functions each time. Tests open thousands. What an engine that was just opened must do is
asked of one in ``tests/contract/warehouse/test_duckdb_engine.py``, and by every test that starts processes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pytest

_opened: dict[tuple[tuple[str, object], ...], duckdb.DuckDBPyConnection] = {}
_connect = duckdb.connect


def _kept(database: str = ":memory:", *, config: dict[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection to the engine with these limits: its temporary tables and its time zone are its own. Tests
    that ask for an engine without limits get one of their own.
    """
    if config is None:
        return _connect(database)
    limits = {name: value for name, value in config.items() if name != "temp_directory"}
    known = tuple(sorted(limits.items()))
    if known in _opened:
        try:
            _opened[known].execute("SET temp_directory = ?", [config["temp_directory"]])
        except duckdb.Error:  # it has spilled into the folder that it has, and stays there
            del _opened[known]
    if known not in _opened:
        _opened[known] = _connect(database, config=config)
    return _opened[known].cursor()


@contextmanager
def kept() -> Iterator[None]:
    """Open DuckDB as seldom as possible."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb, "connect", _kept)
        yield
    _opened.clear()
