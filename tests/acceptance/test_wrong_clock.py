"""Real processes over a state in which a wrong clock wrote: they neither wait nor send twice (fault 58)."""

import sqlite3
from contextlib import closing

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.killing import kill, sent
from tests.acceptance.test_kill import write_people

PEOPLE = 1_000
THEN = 2_200_000_000.0  # 2039
AHEAD = (
    "UPDATE state_account SET next_send_at = {then}, paused_until = {then}",
    "UPDATE state_requesttraffic SET refused_at = {then}",
    "UPDATE state_run SET lease_until = {then}, worker = 'another-boot:pid[4026531836]:77:1234'",
    "UPDATE state_run SET stepped_at = '2039-09-18 00:00:00', created_at = '2039-09-18 00:00:00'",
    "UPDATE state_batch SET accepted_at = {then}, not_before = {then}",
    "UPDATE state_attempt SET written_at = {then}",
    "UPDATE state_suppressedreading SET began_at = {then}",
)


def set_ahead(installation: Installation) -> None:
    with closing(sqlite3.connect(installation.folder / "data" / "state.sqlite3", timeout=30)) as state, state:
        for statement in AHEAD:
            state.execute(statement.format(then=THEN))


@pytest.mark.long
@pytest.mark.parametrize("installation", [20], indirect=True)
def test_a_run_of_then_that_was_killed_goes_on_now(installation: Installation) -> None:
    """I-3, I-15, I-16: lease, pace, pause, slots, attempts and readings are all dated 2039."""
    people = write_people(installation, PEOPLE)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    run = installation.start("export", "run", "Everybody")
    sent(installation, run, 1)
    kill(run)
    set_ahead(installation)

    report = installation.json("export", "run", "Everybody")

    assert (report["id"], report["status"]) == (1, "Successful")
    assert report["counts"]["delivered"] == PEOPLE
    assert installation.listed() == people
    assert installation.state()["violations"] == []
    assert installation.json("export", "run", "Everybody")["counts"]["unchanged"] == PEOPLE
