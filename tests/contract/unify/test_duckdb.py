"""DuckDB unifies as every query engine must."""

from typing import ClassVar

from leleka.warehouse.engines.duckdb import open_session
from leleka.warehouse.engines.port import OpenEngine
from tests.contract.unify.engine import UnificationContract


class TestDuckDB(UnificationContract):
    opened: ClassVar[OpenEngine] = staticmethod(open_session)
