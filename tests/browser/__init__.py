import pytest

# pytest shows the values of failed assertions in these modules, as it does in a test's own file.
pytest.register_assert_rewrite("tests.browser.walk", "tests.browser.walk_runs")
