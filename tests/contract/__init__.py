import pytest

pytest.register_assert_rewrite(
    "tests.contract.engine_functions",
    "tests.contract.engine_queries",
    "tests.contract.engine_rules",
    "tests.contract.engine_runs",
)
