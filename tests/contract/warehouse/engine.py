"""What every query engine must do, asserted on the rows that come out of it.

An engine joins by subclassing ``EngineContract`` and saying how it is opened. The parts are files of their own:
queries and files, the port's functions, rules, runs from the first plan to the last outcome, mended ledgers, and who
is in a segment.
"""

from tests.contract.warehouse.engine_functions import FunctionsContract
from tests.contract.warehouse.engine_ledgers import LedgersContract
from tests.contract.warehouse.engine_memberships import MembershipsContract
from tests.contract.warehouse.engine_queries import QueriesContract
from tests.contract.warehouse.engine_rules import RulesContract
from tests.contract.warehouse.engine_runs import RunsContract


class EngineContract(
    QueriesContract, FunctionsContract, RulesContract, RunsContract, LedgersContract, MembershipsContract
):
    """The whole contract."""
