"""What all tests share: their own installation, separate from any home directory and database."""

import gc
import os
import tempfile
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from django.conf import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.browser.chromium import NAMED as _CHROMIUM
from tests.short import leave_the_rest_to_proof

_BROWSER = "tests/browser/"
pytest_plugins = ("tests.browser.presence", "tests.fakes.bucket_fixtures")

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
settings.LELEKA = replace(settings.LELEKA, data_dir=_home / "data")  # it was read before

# Hundreds of sign-ins; what a password costs in the product is asked in tests/integration/test_people.py.
settings.PASSWORD_HASHERS = ["tests.fakes.hasher.QuickHasher"]

# What is logged goes where pytest can show it; processes that tests start log as the product does.
structlog.configure(
    processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
)


# What is dear to begin with, and shared by the tests below or in it.
_TOGETHER = (
    _BROWSER,
    "tests/acceptance/test_far_side_away.py",
    "tests/acceptance/test_requests.py",
    "tests/contract/warehouse/test_spark_dialect.py",
    "tests/integration/test_api_contract.py",
    "tests/unit/messages/test_sites.py",
)


class _Together(LoadScopeScheduling):  # type: ignore[misc] # xdist is not typed
    """Tests go to whichever process is free, those that share something dear to one, which makes it once.

    xdist's own groups change a test's id, which pytest 9.2 does not allow any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((one for one in _TOGETHER if nodeid.startswith(one)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _Together:
    return _Together(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Say which tests are long before pytest leaves them out, and begin with the slow ones.

    A process that took a slow one up last would keep the others waiting.
    """
    leave_the_rest_to_proof(items, whole=not any("::" in argument for argument in config.args))
    yield
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Keep what was collected out of the collector's way: nothing of it is garbage before the end.

    And let it look for garbage less often than after every 700 objects: that took a twelfth of the processor.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
