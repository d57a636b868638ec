"""Runs that kill the process that executes them, for lack of memory say (I-16): three times at the same
point.
"""

from collections.abc import Callable
from typing import Any

import pytest

from leleka.core.clock import SystemClock
from leleka.services.exports import commands as export_commands
from leleka.services.monitoring import process_identity
from leleka.services.runs import commands as run_commands
from leleka.state.lease import RUN_LEASE
from leleka.state.models import Export, Notice, Run
from leleka.state.outbox import DjangoOutbox
from leleka.warehouse.lake_warehouse import LakeWarehouse
from leleka.worker import jobs
from leleka.worker.notices import sweep as notice_sweep
from leleka.worker.runs import fair_queue
from tests.integration.moments import Killed
from tests.integration.office import ALICE, Office
from tests.integration.people import lend_a_name

CLOCK = SystemClock()
ELSEWHERE = "another-boot:pid[4026531836]:77:1234"
Die = Callable[..., None]


@pytest.fixture
def number(office: Office) -> int:
    """A run that is due."""
    office.hire(3)
    office.apply()
    lend_a_name()
    return run_commands.ask_run(ALICE, "News")


@pytest.fixture
def die(monkeypatch: pytest.MonkeyPatch, number: int) -> Die:
    """Let a process take the run up, and be killed at a moment; its worker notices it, or was
    killed as well.
    """

    def at(room: Any, moment: str, *, heard: bool = True, worker: str = "", again: int = 0) -> None:
        def killed(*_: Any, **__: Any) -> None:
            raise Killed

        name = worker or f"{process_identity.place_of(process_identity.me())}1:dead"
        with monkeypatch.context() as patched:
            patched.setattr(room, moment, killed)
            patched.setattr(RUN_LEASE, "release", lambda *_: None)  # what is killed gives nothing back
            patched.setattr(process_identity, "me", lambda: name)
            with pytest.raises(Killed):
                jobs.carry_out(f"run:{again or number}", CLOCK)
        if heard:
            jobs.on_job_crashed(f"run:{again or number}", CLOCK)

    return at


def go_on(number: int) -> tuple[str, list[str]]:
    jobs.carry_out(f"run:{number}", CLOCK)
    run = Run.objects.get(pk=number)
    return run.status, [one["code"] for one in run.problems]


def test_a_run_that_kills_three_processes_has_failed_and_people_are_told(number: int, die: Die) -> None:
    for _ in range(3):
        assert list(fair_queue.runs_in_turn(CLOCK, ())) == [number]
        die(LakeWarehouse, "plan")
    assert go_on(number) == ("Failed", ["RUN_DIED"])
    assert list(fair_queue.runs_in_turn(CLOCK, ())) == []
    notice_sweep.sweep(CLOCK)
    assert Notice.objects.get().run_id == number


def test_so_it_is_where_its_workers_are_killed_as_well(number: int, die: Die) -> None:
    for _ in range(3):
        die(LakeWarehouse, "plan", heard=False)
    assert go_on(number) == ("Failed", ["RUN_DIED"])


def test_and_where_each_time_the_container_is_restarted(number: int, die: Die) -> None:
    for boot in range(3):
        die(LakeWarehouse, "plan", heard=False, worker=f"container-{boot}:pid[1]:7:1234")
        Run.objects.filter(pk=number).update(lease_until=CLOCK.now() - 1)
    assert go_on(number) == ("Failed", ["RUN_DIED"])


def test_one_that_got_further_meanwhile_goes_on(office: Office, number: int, die: Die) -> None:
    for moment in ("plan", "settle"):
        for _ in range(2):
            die(LakeWarehouse, moment)
    assert Run.objects.get(pk=number).deaths == 2
    assert go_on(number) == ("Successful", [])
    assert len(office.ledger()) == 3


def test_what_was_sent_is_settled(office: Office, number: int, die: Die) -> None:
    """I-2."""
    for _ in range(3):
        die(DjangoOutbox, "release_lane")
    assert go_on(number) == ("Failed", ["RUN_DIED"])
    assert len(office.listed()) == len(office.ledger()) == 3


def test_it_has_an_end_also_where_settling_is_what_kills(office: Office, number: int, die: Die) -> None:
    for _ in range(4):
        die(LakeWarehouse, "settle")
    assert go_on(number) == ("Failed", ["RUN_DIED"])
    assert office.ledger() == {}, "the next run sends them once more"
    assert (office.run().status, len(office.ledger())) == ("Successful", 3)


@pytest.mark.long
def test_whom_it_changed_is_not_taken_for_unchanged_after_that(office: Office, number: int, die: Die) -> None:
    """I-6: the ledger still holds what was sent before, and the list what was sent last."""
    assert go_on(number) == ("Successful", [])
    first = office.people["1"]["first_name"]
    office.edit(1, first_name="Нове")
    again = run_commands.ask_run(ALICE, "News")
    for _ in range(4):
        die(LakeWarehouse, "settle", again=again)
    assert go_on(again) == ("Failed", ["RUN_DIED"])
    assert office.listed()["p1@x.test"]["first_name"] == "Нове"
    office.edit(1, first_name=first)
    assert [one.code for one in office.run().problems] == ["SNAPSHOT_DAMAGED"]
    export_commands.rebuild_ledger(ALICE, Export.objects.get().pk)
    assert office.run().status == "Successful"
    assert office.listed()["p1@x.test"]["first_name"] == first


@pytest.mark.usefixtures("office")
def test_an_end_that_was_asked_for_is_no_death(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 74."""

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    for _ in range(4):
        with monkeypatch.context() as patched:
            patched.setattr(LakeWarehouse, "plan", interrupted)
            with pytest.raises(KeyboardInterrupt):
                jobs.carry_out(f"run:{number}", CLOCK)
        jobs.on_job_finished(f"run:{number}")
    assert go_on(number) == ("Successful", [])


def test_nor_is_one_over_a_database_that_stayed_away(number: int, die: Die) -> None:
    """Fault 51: the process ended in order, but could not record that the run is free now."""
    for _ in range(4):
        die(LakeWarehouse, "plan", heard=False)
        jobs.on_job_finished(f"run:{number}")
        assert Run.objects.get(pk=number).worker == ""
    assert go_on(number) == ("Successful", [])


def test_nor_is_one_that_somebody_else_works_on(number: int) -> None:
    for worker in (process_identity.me(), ELSEWHERE):
        Run.objects.filter(pk=number).update(worker=worker, lease_until=CLOCK.now() + 60)
        jobs.on_job_crashed(f"run:{number}", CLOCK)
        jobs.on_job_finished(f"run:{number}")
        run = Run.objects.get(pk=number)
        assert (run.worker, run.deaths) == (worker, 0)
