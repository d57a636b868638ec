"""DuckDB passes what every query engine passes."""

from typing import ClassVar

from leleka.warehouse.engines.port import OpenEngine
from leleka.warehouse.session import open_session
from tests.contract.engine import EngineContract


class TestDuckDB(EngineContract):
    opened: ClassVar[OpenEngine] = staticmethod(open_session)
