"""What unification must come to on every query engine, asserted on the rows that come out of it."""

from tests.contract.unify.engine_matching import MatchingContract


class UnificationContract(MatchingContract):
    """The whole contract."""
