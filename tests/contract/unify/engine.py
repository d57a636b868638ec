"""What unification must come to on every query engine, asserted on the rows that come out of it."""

from tests.contract.unify.engine_ids import IdsContract
from tests.contract.unify.engine_matching import MatchingContract


class UnificationContract(MatchingContract, IdsContract):
    """The whole contract."""
