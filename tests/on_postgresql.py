"""The tests of the state once more, on PostgreSQL: ``python -m tests.on_postgresql [--rest] [options] [files]``.

``--rest`` runs what ``make test`` leaves to ``make proof``: the long ones, and all of the files named below.
"""

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
    "tests/integration/test_audit*.py",
    "tests/integration/test_charts.py",
    "tests/integration/test_definitions*.py",
    "tests/integration/test_crash_limit.py",
    "tests/integration/test_doctor_interrupted.py",
    "tests/integration/test_worker_trouble.py",
    "tests/integration/test_health.py",
    "tests/integration/test_home.py",
    "tests/integration/test_late*.py",
    "tests/integration/test_ledger_rebuild.py",
    "tests/integration/test_lost_snapshots.py",
    "tests/integration/test_metrics.py",
    "tests/integration/test_never_confirmed.py",
    "tests/integration/test_notice*.py",
    "tests/integration/test_leases*.py",
    "tests/integration/test_reconcile_tasks.py",
    "tests/integration/test_reconciliation.py",
    "tests/integration/test_refreshes.py",
    "tests/integration/test_column_classes.py",
    "tests/integration/test_retention.py",
    "tests/integration/test_retries.py",
    "tests/integration/test_key_rotation.py",
    "tests/integration/test_running*.py",
    "tests/integration/test_worker_schedules.py",
    "tests/integration/test_sign_in.py",
    "tests/integration/test_suppress*.py",
    "tests/integration/test_tasks.py",
    "tests/integration/test_unsettled_runs.py",
    "tests/integration/test_web_lists.py",
    "tests/integration/test_fair_queue.py",
    "tests/integration/test_refresh_runner.py",
    "tests/simulation/test_schedules_database.py",
)
# Of these, what asks the database for little that the others do not: ``--rest``, a part of ``make proof``.
REST: Final = (
    "tests/integration/test_definitions_keys.py",
    "tests/integration/test_definitions_refused.py",
    "tests/integration/test_definitions_shared.py",
    "tests/integration/test_running_faults.py",
    "tests/integration/test_running_guards.py",
)


def parts(*, rest: bool) -> list[list[str]]:
    """Return what to ask pytest for, one call after the other."""
    found = {str(path) for pattern in STATE for path in Path().glob(pattern)}
    most = sorted(found - {*REST})
    return [["-m", "long", *most], ["-m", "", *REST]] if rest else [most]


def main() -> int:
    """Start a server, run pytest on it, and end with pytest's exit code."""
    with tempfile.TemporaryDirectory(prefix="leleka-run-") as runtime:
        # The server keeps its lock there, and warns if the machine has no such folder.
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        from tests.acceptance.databases import postgresql  # noqa: PLC0415 - looks for that folder

        with postgresql() as url:
            environment = {**os.environ, "LELEKA_DATABASE_URL": url, "LELEKA_TEST_DATABASE": "postgresql"}
            words = [word for word in sys.argv[1:] if word != "--rest"]
            named = any(Path(word.partition("::")[0]).exists() for word in words)
            asked: list[list[str]] = [[]] if named else parts(rest="--rest" in sys.argv)
            pytest = [sys.executable, "-m", "pytest", "-p", "no:schemathesis", *words]
            return max(
                abs(subprocess.run([*pytest, *part], env=environment, check=False).returncode)
                for part in asked
            )


if __name__ == "__main__":
    sys.exit(main())
