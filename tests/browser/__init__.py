import pytest

# Where these assert, pytest shows the values, as it does in a test's own file.
pytest.register_assert_rewrite("tests.browser.walk", "tests.browser.walk_runs")
