"""The tests of the state once more, on PostgreSQL: ``python -m tests.on_postgresql [options] [files]``."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

# Where an SQL statement, a transaction or a constraint of ours matters. The rest does not depend on the
# database.
STATE: Final = (
    "tests/contract/state/test_outbox.py",
    "tests/contract/state/test_request_slots.py",
    "tests/unit/state/test_lease.py",
    "tests/integration/test_charts.py",
    "tests/integration/test_definitions*.py",
    "tests/integration/test_crash_limit.py",
    "tests/integration/test_worker_trouble.py",
    "tests/integration/test_health.py",
    "tests/integration/test_home.py",
    "tests/integration/test_late*.py",
    "tests/integration/test_metrics.py",
    "tests/integration/test_notice*.py",
    "tests/integration/test_leases*.py",
    "tests/integration/test_reconciling*.py",
    "tests/integration/test_refreshes.py",
    "tests/integration/test_retries.py",
    "tests/integration/test_rotation*.py",
    "tests/integration/test_running*.py",
    "tests/integration/test_worker_schedules.py",
    "tests/integration/test_suppress*.py",
    "tests/integration/test_tasks.py",
    "tests/integration/test_web_lists.py",
    "tests/integration/test_fair_queue.py",
    "tests/integration/test_refresh_runner.py",
    "tests/simulation/test_schedules_database.py",
)


def main() -> int:
    """Start a server, run pytest on it, and end with pytest's exit code."""
    with tempfile.TemporaryDirectory(prefix="leleka-run-") as runtime:
        # The server keeps its lock there, and warns if the machine has no such folder.
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        from tests.acceptance.databases import postgresql  # noqa: PLC0415 - looks for that folder

        with postgresql() as url:
            environment = {**os.environ, "LELEKA_DATABASE_URL": url, "LELEKA_TEST_DATABASE": "postgresql"}
            words = sys.argv[1:]
            if not any(Path(word.partition("::")[0]).exists() for word in words):
                words += sorted(str(path) for pattern in STATE for path in Path().glob(pattern))
            command = [sys.executable, "-m", "pytest", "-p", "no:schemathesis", *words]
            return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
