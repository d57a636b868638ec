"""The state's database becomes unavailable in the middle of a real run, in a real process (faults 48, 51)."""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.databases import PostgreSQL, postgresql_server
from tests.acceptance.test_kill import IN_FLIGHT, write_people

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("installation", [10], indirect=True)]

PEOPLE = 4_000
WAITING = "Nothing is sent; waiting up to"
ANSWERS = "The database answers again"


@contextmanager
def locked(installation: Installation) -> Iterator[None]:
    """Hold the lock that keeps everybody else from reading and writing."""
    other = sqlite3.connect(installation.folder / "data" / "state.sqlite3", timeout=60, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.fixture
def people(installation: Installation) -> dict[str, str]:
    return write_people(installation, PEOPLE)


@pytest.fixture
def server(installation: Installation) -> Iterator[PostgreSQL]:
    with postgresql_server() as started:
        installation.environment["LELEKA_DATABASE_URL"] = started.url
        yield started


def under_way(installation: Installation, patience: int) -> subprocess.Popen[str]:
    """Start the run in its own process, and return it when some of it has been sent."""
    installation.environment["LELEKA_DATABASE_PATIENCE_SECONDS"] = str(patience)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    run = installation.start("export", "run", "Everybody")
    wait_until_sent(installation, run, 3)
    return run


def wait_until_sent(installation: Installation, run: subprocess.Popen[str], imports: int) -> None:
    while sent(installation) < imports:
        assert run.poll() is None, run.communicate()


def sent(installation: Installation) -> int:
    return int(installation.state()["imports"]["accepted"])


def wait_until_told(run: subprocess.Popen[str], words: str = WAITING) -> None:
    """Read on until the run reports that it waits for its database, or does not any more."""
    assert run.stderr is not None
    assert any(words in line for line in run.stderr)


def gives_up(installation: Installation, run: subprocess.Popen[str], code: str) -> None:
    """The process ends with a readable error, and sent nothing that was not written down before."""
    before = sent(installation)
    out, told = run.communicate(timeout=100)
    assert (run.returncode, out) == (1, "")
    assert f"error [{code}] The database" in told or f"error [{code}] Another process" in told
    assert "\n  do  " in told
    assert "Traceback" not in told
    assert sent(installation) <= before + IN_FLIGHT


def goes_on(installation: Installation, people: dict[str, str]) -> None:
    """The same command continues the same run, and nobody is lost."""
    assert [one["status"] for one in installation.json("run", "list")] == ["Processing"]
    report = installation.json("export", "run", "Everybody")
    assert (report["id"], report["status"], report["counts"]["delivered"]) == (1, "Successful", PEOPLE)
    everybody_arrived(installation, people)


def everybody_arrived(installation: Installation, people: dict[str, str], interruptions: int = 1) -> None:
    assert installation.listed() == people
    assert installation.json("run", "verify", "1")["agrees"] is True
    seen = installation.state()
    assert seen["imports"]["accepted"] <= PEOPLE / 250 + IN_FLIGHT * interruptions
    assert seen["violations"] == []


@pytest.mark.long
def test_a_lock_that_is_given_back_only_interrupts_the_run(
    installation: Installation, people: dict[str, str]
) -> None:
    """Fault 48: held for longer than a statement waits, and for less than a command does."""
    run = under_way(installation, patience=4)
    with locked(installation):
        wait_until_told(run)
    _, told = run.communicate(timeout=100)
    assert run.returncode == 0, told
    assert [one["status"] for one in installation.json("run", "list")] == ["Successful"]
    everybody_arrived(installation, people)


@pytest.mark.long
def test_a_lock_that_nobody_gives_back_ends_the_command_and_not_the_run(
    installation: Installation, people: dict[str, str]
) -> None:
    """Fault 48: a bounded wait, then an error, and no update is lost."""
    run = under_way(installation, patience=2)
    with locked(installation):
        gives_up(installation, run, "DATABASE_LOCKED")
    goes_on(installation, people)


@pytest.mark.long
def test_a_postgresql_that_comes_back_only_interrupts_the_run(
    installation: Installation, server: PostgreSQL, people: dict[str, str]
) -> None:
    """Fault 51: stopped without warning, back at once; and once more, back after the run has noticed."""
    run = under_way(installation, patience=60)
    server.stop_at_once()
    server.start()
    wait_until_sent(installation, run, 8)
    server.stop_at_once()
    wait_until_told(run)
    server.start()
    _, told = run.communicate(timeout=100)
    assert run.returncode == 0, told
    assert [one["status"] for one in installation.json("run", "list")] == ["Successful"]
    everybody_arrived(installation, people, interruptions=2)


@pytest.mark.long
def test_a_postgresql_that_is_restarted_again_and_again_only_interrupts_the_run(
    installation: Installation, server: PostgreSQL, people: dict[str, str]
) -> None:
    """Fault 51: the run gets no further between them, because ActiveCampaign takes its time."""
    installation.behave(queue_held=True)
    run = under_way(installation, patience=60)
    wait_until_sent(installation, run, PEOPLE // 250)
    for _ in range(4):
        server.stop_at_once()
        wait_until_told(run)
        server.start()
        wait_until_told(run, ANSWERS)
    installation.behave(queue_held=False)
    _, told = run.communicate(timeout=100)
    assert run.returncode == 0, told
    assert [one["status"] for one in installation.json("run", "list")] == ["Successful"]
    everybody_arrived(installation, people, interruptions=4)


@pytest.mark.long
def test_a_postgresql_that_stays_away_ends_the_command_and_not_the_run(
    installation: Installation, server: PostgreSQL, people: dict[str, str]
) -> None:
    """Fault 51: nothing is sent meanwhile, and what cannot be recorded is no reason to fail the run."""
    run = under_way(installation, patience=2)
    server.stop_at_once()
    gives_up(installation, run, "DATABASE_AWAY")
    told = installation.json("run", "list", code=1)
    assert [problem["code"] for problem in told["problems"]] == ["DATABASE_AWAY"]
    server.start()
    goes_on(installation, people)
