import pytest

pytest.register_assert_rewrite(
    "tests.contract.unify.engine_ids",
    "tests.contract.unify.engine_matching",
    "tests.contract.warehouse.engine_functions",
    "tests.contract.warehouse.engine_queries",
    "tests.contract.warehouse.engine_rules",
    "tests.contract.warehouse.engine_runs",
)
