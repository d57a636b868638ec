"""Whether there is a browser to test with, decided in one place for every test run.

Without one the browser tests are skipped, and the end of the run reports it; on a build server they fail.
"""

from pathlib import Path
from typing import Final

import pytest

from tests.browser.chromium import MISSING, found, is_required

_HERE: Final = Path(__file__).parent


def _is_left_out() -> bool:
    return not is_required() and found() is None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Skip the whole package."""
    return True if collection_path.is_relative_to(_HERE) and _is_left_out() else None


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Report it if the package was requested, in the process that prints to the terminal."""
    if _is_left_out() and any(_holds(config, argument) for argument in config.args):
        terminalreporter.section("browser tests left out", red=True, bold=True)
        terminalreporter.line(MISSING, red=True, bold=True)


def _holds(config: pytest.Config, argument: str) -> bool:
    asked = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
    return _HERE.is_relative_to(asked) or asked.is_relative_to(_HERE)
