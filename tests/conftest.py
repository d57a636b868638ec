"""What all tests share: their own installation, separate from any home directory and database."""

import os
import tempfile
from pathlib import Path

import pytest
import structlog
from django.conf import settings

from tests.browser.chromium import NAMED as _CHROMIUM

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

# Logs go where pytest can show them; processes that tests start log as the product does.
structlog.configure(
    processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
)
