"""DuckDB passes what every query engine passes."""

from pathlib import Path
from typing import ClassVar

import pytest
import sqlglot
from sqlglot import exp

from leleka.warehouse.engines.duckdb import open_session
from leleka.warehouse.engines.port import OpenEngine, OutOfMemory
from tests.contract.warehouse.engine import EngineContract


class TestDuckDB(EngineContract):
    opened: ClassVar[OpenEngine] = staticmethod(open_session)


def test_more_than_the_memory_holds_is_said_to_be_that(tmp_path: Path) -> None:
    """A list cannot be spilled."""
    query = sqlglot.parse_one("SELECT list(md5(range::VARCHAR)) FROM range(2000000)", dialect="duckdb")
    assert isinstance(query, exp.Expr)
    with open_session(tmp_path, memory_limit="16MB", threads=1) as engine, pytest.raises(OutOfMemory):
        engine.row(query)
