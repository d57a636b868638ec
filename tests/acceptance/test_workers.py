"""Workers as people run them: several on one PostgreSQL, which is shut down under them; a clean end; fair
turns.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from leleka.sandbox.server import Options, running
from tests.acceptance.conftest import KEY, Installation
from tests.acceptance.databases import PostgreSQL, postgresql_server
from tests.acceptance.test_kill import write_people

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("installation", [20], indirect=True)]
PEOPLE = 3_000
_ENOUGH = 120.0  # seconds for anything that is waited for, on a slow machine


def until(found: Callable[[], object], what: str) -> None:
    """Check repeatedly; fail with a description of what was waited for."""
    end = time.monotonic() + _ENOUGH
    while not found():
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.2)  # noqa: TID251 - other processes go at their own pace


@pytest.fixture
def server(installation: Installation) -> Iterator[PostgreSQL]:
    with postgresql_server() as started:
        installation.environment["LELEKA_DATABASE_URL"] = started.url
        yield started


@contextmanager
def workers(installation: Installation, number: int) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """So many workers, each with its own log."""
    found = []
    try:
        for one in range(number):
            with (installation.folder / f"worker{one}.log").open("ab") as log:
                words = [*installation.command, "worker"]
                found.append(subprocess.Popen(words, env=installation.environment, stdout=log, stderr=log))
        yield found
    finally:
        for process in found:
            process.terminate()
        for process in found:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def sent(installation: Installation) -> int:
    return int(installation.state()["imports"]["accepted"])


def ended(installation: Installation, what: str) -> Callable[[], bool]:
    return lambda: all(row["finished_at"] for row in installation.ask(what))


@pytest.mark.long
@pytest.mark.usefixtures("server")
def test_two_workers_keep_one_time(installation: Installation) -> None:
    """I-12, I-17: 27 hours down, two schedulers, one of them killed: each instant is decided once."""
    people = write_people(installation, PEOPLE)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    installation.lend()
    installation.ask("due")
    with workers(installation, 2) as (first, _):
        until(lambda: installation.ask("refreshes"), "the catch-up")
        first.kill()
        until(ended(installation, "refreshes"), "the end of the refresh")
    decisions = installation.ask("decisions")
    assert len({one["due_at"] for one in decisions}) == len(decisions) >= 4
    assert [one["outcome"] for one in decisions].count("started") == 1
    (refresh,) = installation.ask("refreshes")
    assert (refresh["trigger"], refresh["status"]) == ("system refresh", "Successful")
    (run,) = installation.ask("runs")
    assert (run["trigger"], run["status"]) == ("system refresh", "Successful")
    assert installation.listed() == people
    assert installation.state()["violations"] == []


@pytest.mark.long
def test_workers_outlive_their_database(installation: Installation, server: PostgreSQL) -> None:
    """Fault 51: shut down twice in the middle of a run, and started again."""
    people = write_people(installation, PEOPLE)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    with workers(installation, 2) as found:
        installation.ask("everything")
        until(lambda: sent(installation) >= 2, "the first imports")
        for _ in range(2):
            before = sent(installation)
            server.stop_at_once()
            server.start()
            until(lambda: sent(installation) > before or ended(installation, "runs")(), "it to go on")  # noqa: B023
        until(ended(installation, "refreshes"), "the end of the refresh")
        assert [process.poll() for process in found] == [None, None]
    (refresh,) = installation.ask("refreshes")
    assert refresh["status"] == "Successful"
    assert installation.listed() == people
    assert installation.state()["violations"] == []


def test_a_worker_that_is_told_to_end_gives_its_run_back(installation: Installation) -> None:
    """Fault 74: within 30 s, and the next one continues where it stopped."""
    people = write_people(installation, PEOPLE)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    with workers(installation, 1) as (worker,):
        installation.ask("everything")
        until(lambda: sent(installation) >= 2, "the first imports")
        begun = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
        assert time.monotonic() - begun < 30
    (run,) = installation.ask("runs")
    assert (run["finished_at"], run["worker"]) == (None, "")
    with workers(installation, 1):
        until(ended(installation, "refreshes"), "the end of the refresh")
    assert installation.listed() == people
    assert installation.state()["violations"] == []


@pytest.mark.long
def test_an_account_that_does_not_answer_holds_up_nobody(installation: Installation) -> None:
    """I-19: the runs of one account hang, those of another begin and end."""
    people = write_people(installation, 500)
    definitions = (installation.folder / "leleka.yaml").read_text(encoding="utf-8")
    with running(Options(key=KEY, speed=20, lists=("A", "B", "C", "D"), fields=())) as silent:
        host = f"{silent.host}:{silent.port}"
        installation.environment["LELEKA_TEST_HOSTS"] += f",{host}"
        more = f', {{name: Silent, host: "{host}", key: "${{AC_KEY}}", consent: {{agreed_by: Ada, version: 1}}}}]'
        exports = "".join(
            f"  - {{name: Silent {number}, connection: Silent, list: {number}, segments: everybody, "
            "data_matching: {email: email}}\n"
            for number in range(1, 5)
        )
        with_both = definitions.replace("]\nexports:", f"{more}\nexports:") + exports
        (installation.folder / "leleka.yaml").write_text(with_both, encoding="utf-8")
        installation.leleka("apply", str(installation.folder / "leleka.yaml"))
        with (
            silent.lock,
            workers(installation, 1),
        ):  # whoever holds this lock keeps the sandbox from answering
            installation.ask("run", *(f"Silent {number}" for number in range(1, 5)))
            until(lambda: [one for one in installation.ask("runs") if one["worker"]], "the first to hang")
            (number,) = installation.ask("run", "Everybody")
            until(lambda: _run(installation, number)["finished_at"], "the end of the other account's run")
            assert _run(installation, number)["status"] == "Successful"
    assert installation.listed() == people


def _run(installation: Installation, number: int) -> Any:
    return next(one for one in installation.ask("runs") if one["id"] == number)
