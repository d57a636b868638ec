"""What all tests share: their own installation, separate from any home directory and database."""

import gc
import os
import tempfile
from pathlib import Path

import pytest
import structlog
from django.conf import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.browser.chromium import NAMED as _CHROMIUM

_BROWSER = "tests/browser/"
pytest_plugins = ("tests.browser.presence",)

# The database that Django is configured with: its settings are read before any conftest.
_database = os.environ.get("LELEKA_TEST_DATABASE", "sqlite3")
if not settings.DATABASES["default"]["ENGINE"].endswith(f".{_database}"):
    pytest.exit(f"LELEKA_DATABASE_URL is set, or wrong: these tests are meant for {_database}.", returncode=4)

# From here on nothing of the environment reaches the processes that tests start.
_home = Path(tempfile.mkdtemp(prefix="leleka-tests-"))
# The PostgreSQL of the tests keeps its lock there, and warns if the machine has no such folder.
os.environ.setdefault("XDG_RUNTIME_DIR", str(_home))
os.environ["LELEKA_DATA_DIR"] = str(_home / "data")
os.environ["LELEKA_MASTER_KEY_FILE"] = str(_home / "keys" / "master.key")
for _name in [name for name in os.environ if name.startswith("LELEKA_")]:
    if _name not in {"LELEKA_DATA_DIR", "LELEKA_MASTER_KEY_FILE", _CHROMIUM}:
        del os.environ[_name]
(_home / "data").mkdir()

# Hundreds of sign-ins; what a password costs in the product is asked in tests/integration/test_people.py.
settings.PASSWORD_HASHERS = ["tests.fakes.hasher.QuickHasher"]

# What is logged goes where pytest can show it; processes that tests start log as the product does.
structlog.configure(
    processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
)


class _OneBrowser(LoadScopeScheduling):  # type: ignore[misc] # xdist is not typed
    """Tests go to whichever process is free, those of the browser to one: their installation is made once.

    xdist's own groups change a test's id, which pytest 9.2 does not allow any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _BROWSER if nodeid.startswith(_BROWSER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _OneBrowser:
    return _OneBrowser(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow tests: a process that took one up last would keep the others waiting."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Keep what was collected out of the collector's way: nothing of it is garbage before the end."""
    gc.freeze()
