"""An account that does not answer, while workers and its jobs are killed: the runs of another one begin and end."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from leleka.sandbox.server import Options, SandboxServer, running
from tests.acceptance.conftest import KEY, Installation
from tests.acceptance.test_kill import write_people
from tests.acceptance.test_workers import ended, until, workers

SPEED = 60
SILENT = ("Silent 1", "Silent 2", "Silent 3")
ROUNDS = 3


@contextmanager
def with_a_silent_account(installation: Installation) -> Iterator[SandboxServer]:
    """Give the installation another account, with three exports; it answers nothing while its ``lock`` is held."""
    file = installation.folder / "leleka.yaml"
    with running(Options(key=KEY, speed=SPEED, lists=("A", "B", "C"), fields=())) as silent:
        host = f"{silent.host}:{silent.port}"
        installation.environment["LELEKA_TEST_HOSTS"] += f",{host}"
        consent = "consent: {agreed_by: Ada, version: 1}"
        more = f', {{name: Silent, host: "{host}", key: "${{AC_KEY}}", {consent}}}]'
        exports = "".join(
            f"  - {{name: {name}, connection: Silent, list: {number}, segments: everybody, "
            "data_matching: {email: email, first_name: name}}\n"
            for number, name in enumerate(SILENT, 1)
        )
        told = file.read_text(encoding="utf-8").replace("]\nexports:", f"{more}\nexports:") + exports
        file.write_text(told, encoding="utf-8")
        installation.leleka("apply", str(file))
        yield silent


def jobs_of(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    return []


def run_of(installation: Installation, number: int) -> Any:
    return next(one for one in installation.ask("runs") if one["id"] == number)


def has_ended(installation: Installation, number: int) -> bool:
    return run_of(installation, number)["finished_at"] is not None


def to_its_end(installation: Installation, pid: int) -> float:
    """Run the account that answers; return the seconds until the worker started the run that was asked for."""
    (asked,) = installation.ask("run", "Everybody")
    since = time.monotonic()
    until(lambda: any(f"run:{asked}" in words_of(job) for job in jobs_of(pid)), "a run to begin")
    seconds = time.monotonic() - since
    until(partial(has_ended, installation, asked), "the other account's run")
    assert run_of(installation, asked)["status"] == "Successful"
    return seconds


def beside_it(installation: Installation, *, killed: bool) -> float:
    """Do that with a new worker, whose runs of the silent account hang; then kill it, or them, too."""
    with workers(installation, 1) as (worker,):
        until(lambda: held(installation), "the silent account's runs to hang")
        seconds = to_its_end(installation, worker.pid)
        assert held(installation)
        hanging = jobs_of(worker.pid)
        worker.kill()
        for job in hanging if killed else ():
            with suppress(ProcessLookupError):
                os.kill(job, signal.SIGKILL)
    return seconds


def words_of(pid: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8").split("\0")
    return []


def has_to_wait(run: Any) -> bool:
    """Return whether a run left out those of whom a killed one of the account had something on its way, and no others:
    they are due again with the next run.
    """
    counts = run["counts"] or {}
    return bool(counts.get("not_attempted")) and counts["not_attempted"] == {
        "WAITING_FOR_EARLIER_SEND": counts["selected"]
    }


def held(installation: Installation) -> list[Any]:
    return [one for one in installation.ask("runs") if one["worker"] and not one["finished_at"]]


@pytest.mark.long
@pytest.mark.parametrize("installation", [SPEED], indirect=True)
def test_an_account_that_does_not_answer_holds_up_nobody_though_workers_are_killed(
    installation: Installation, record_property: Callable[[str, object], None]
) -> None:
    """I-16, I-19: each time another worker takes over, and each time the jobs that hang are killed or left over. A run
    of the other account begins no more than a second later than where all accounts answer.
    """
    people = write_people(installation, 500)
    installation.environment["LELEKA_LEASE_SECONDS"] = "5"
    with with_a_silent_account(installation) as silent:
        with silent.lock:
            installation.ask("run", *SILENT)
            late = [beside_it(installation, killed=bool(number % 2)) for number in range(ROUNDS)]
        with workers(installation, 1) as (worker,):
            until(ended(installation, "runs"), "the silent account's runs, once it answers")
            usual = [to_its_end(installation, worker.pid) for _ in range(ROUNDS)]
        runs = installation.ask("runs")
        assert {one["status"] for one in runs if not has_to_wait(one)} <= {"Successful", "Failed"}
        assert [one["stalled_at"] for one in runs] == [None] * len(runs)
        assert len(runs) == len(SILENT) + 2 * ROUNDS
        record_property("begun", {"beside a silent account": late, "usually": usual})
        assert min(late) <= min(usual) + 1.0
        with silent.lock:
            # What waited for the lock arrives when it is let go, for the judge: all at once.
            rules = {one.rule for one in silent.account.judge.violations}
            assert rules <= {"too_many_requests"}
    assert installation.listed() == people
    assert installation.state()["violations"] == []
