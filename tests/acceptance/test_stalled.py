"""A run that is stuck in the middle does not stay *Processing* forever (I-16)."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from leleka.sandbox.server import Options, SandboxServer, running
from tests.acceptance.conftest import KEY, Installation
from tests.acceptance.test_kill import write_people
from tests.acceptance.test_workers import until, workers

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("installation", [20], indirect=True)]


def job_of(pid: int, number: int) -> int:
    """Return the worker's process that has this run; others come and go beside it."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        with suppress(OSError):
            if f"run:{number}" in Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8").split("\0"):
                return int(child)
    raise AssertionError(f"nobody has run {number}")


@contextmanager
def silenced(installation: Installation) -> Iterator[SandboxServer]:
    """An account of the installation that answers nothing while its ``lock`` is held."""
    with running(Options(key=KEY, speed=20, lists=("News", "Other"), fields=("Tier",))) as silent:
        host = f"{silent.host}:{silent.port}"
        installation.environment["LELEKA_TEST_HOSTS"] = host
        file = installation.folder / "leleka.yaml"
        file.write_text(
            file.read_text(encoding="utf-8").replace(installation.sandbox, host), encoding="utf-8"
        )
        installation.leleka("apply", str(file))
        yield silent


def stop_between_writes(job: int, state: Path) -> None:
    """Stop a process where it holds no lock of the state: one of SQLite's would keep out all others as well."""

    def stopped() -> bool:
        os.kill(job, signal.SIGSTOP)
        until(lambda: stands_still(job), "the process to stop")
        if is_free(state):
            return True
        os.kill(job, signal.SIGCONT)
        return False

    until(stopped, "the process to write nothing")


def stands_still(pid: int) -> bool:
    """Return whether each of its threads is stopped, as proc_pid_stat(5) tells: "T" behind the name in brackets."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return all(
        (one / "stat").read_text(encoding="utf-8").rpartition(") ")[2].startswith("T") for one in threads
    )


def is_free(state: Path) -> bool:
    with closing(sqlite3.connect(state, timeout=1, isolation_level=None)) as database:
        try:
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            return False
    return True


@pytest.mark.long
def test_a_run_whose_process_stands_still_has_stalled_until_it_goes_on(installation: Installation) -> None:
    """I-16, fault 7: eleven minutes later by the row; the scheduling worker finds out."""
    installation.environment["LELEKA_LEASE_SECONDS"] = "6"
    people = write_people(installation, 500)

    def run() -> Any:
        return installation.ask("runs")[0]

    with silenced(installation) as silent:
        with workers(installation, 1) as (worker,):
            with silent.lock:  # whoever holds it keeps the sandbox from answering: nothing is accepted yet
                installation.ask("run", "Everybody")
                until(lambda: run()["status"] == "Processing", "the run to begin")
                job = job_of(worker.pid, run()["id"])
                stop_between_writes(job, installation.folder / "data" / "state.sqlite3")
                installation.ask("eleven minutes later")
                until(lambda: run()["stalled_at"], "the worker to find it stalled")
                os.kill(job, signal.SIGCONT)
            until(lambda: run()["finished_at"], "the end of the run")
            until(lambda: run()["stalled_at"] is None, "the worker to see that it went on")
        assert run()["status"] == "Successful"
        found = silent.account.contacts.on_list(1, None)
        assert {one.email for one in found} == set(people)
