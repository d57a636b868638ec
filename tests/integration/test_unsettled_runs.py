"""A run that sent and cannot be settled, or not now: nobody is taken for unchanged, and nothing is given up."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leleka.errors import TryLater
from leleka.services.exports import commands as export_commands
from leleka.services.exports import queries as export_queries
from leleka.services.installation import lake_sessions
from leleka.state.models import Export, Ledger, Run, Segment
from leleka.warehouse import checksums, ledger_repair
from leleka.warehouse.engines.port import OutOfMemory
from leleka.warehouse.lake_warehouse import LakeWarehouse
from leleka.worker import jobs
from tests.fakes.clock import HurriedClock
from tests.integration.office import ALICE, Office
from tests.integration.test_lost_snapshots import all_delivered
from tests.integration.test_running_waiting import Killed


@pytest.fixture
def opened(office: Office) -> Office:
    """An export that has delivered, and has something new to send."""
    office.hire(20)
    office.apply()
    all_delivered(office.run(), 20)
    office.edit(1, first_name="Нове")
    return office


@contextmanager
def unreadable(reference: str) -> Iterator[Path]:
    """Have the system refuse to say anything of a snapshot's file; afterwards all is as it was."""
    file = max((lake_sessions.lake().root / reference).glob("*.parquet"))
    aside = file.rename(file.with_suffix(".aside"))
    file.symlink_to(file)
    checksums.forget(file.parent)  # another process sees it
    yield file
    aside.rename(file)


def dies(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.long
def test_a_run_that_cannot_be_settled_leaves_nobody_unchanged(
    opened: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-6: the list holds what it sent, the ledger what was sent before. Who goes back to that is sent once more."""
    stops: list[type[BaseException]] = [OutOfMemory, OutOfMemory, Killed]

    def stopped(*_: object, **__: object) -> None:
        raise stops.pop()

    with monkeypatch.context() as narrow:
        narrow.setattr(LakeWarehouse, "settle", stopped)
        with pytest.raises(Killed):
            opened.run()
        view = opened.run()
    assert (view.status, view.problems[0].code, stops) == ("Failed", "MEMORY_LIMIT", [])
    assert opened.listed()["p1@x.test"]["first_name"] == "Нове"
    opened.edit(1, first_name="Ім'я 1")
    all_delivered(opened.run(), 20)
    assert opened.listed()["p1@x.test"]["first_name"] == "Ім'я 1"


@pytest.mark.short("MemoryError")
@pytest.mark.parametrize("refused", [OutOfMemory, MemoryError])
def test_a_run_that_cannot_be_settled_nor_doubted_gives_its_ledger_up(
    opened: Office, refused: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-6: by the limit of ours or by the machine's, there is too little memory for anything: the run ends."""

    def stopped(*_: object, **__: object) -> None:
        raise refused

    with monkeypatch.context() as narrow:
        narrow.setattr(LakeWarehouse, "settle", stopped)
        narrow.setattr(ledger_repair, "doubted", stopped)
        view = opened.run()
    assert (view.status, view.problems[0].code) == ("Failed", "MEMORY_LIMIT")
    assert opened.run().problems[0].code == "SNAPSHOT_DAMAGED"


@pytest.mark.short("ledger")
@pytest.mark.parametrize("kind", ["plan", "ledger"])
def test_what_cannot_be_read_now_is_not_taken_for_lost(
    opened: Office, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was sending stays as it is, and goes on where it was as soon as its plan and ledger can be read."""
    with monkeypatch.context() as mortal:
        mortal.setattr(LakeWarehouse, "settle", dies)
        with pytest.raises(Killed):
            opened.run()
    run, ledger = Run.objects.latest("pk"), Ledger.objects.get().snapshot
    clock = HurriedClock()
    with unreadable(run.plan if kind == "plan" else ledger) as file:
        jobs.carry_out(f"run:{run.pk}", clock)  # a worker tries it time and again, but not all the time
        assert clock._slept >= 30
        with pytest.raises(TryLater) as refusal:
            opened.run()
    told = refusal.value.problems[0]
    assert (told.code, told.where) == ("SNAPSHOT_UNREADABLE", str(file))
    assert Ledger.objects.get().snapshot == ledger
    view = opened.run()
    assert view.id == run.pk
    all_delivered(view, 1)
    all_delivered(opened.run(), 0)


def test_a_ledger_that_cannot_be_read_now_is_not_rebuilt(opened: Office) -> None:
    """The run that has sent nothing fails, and says what is in the way."""
    export, ledger = Export.objects.get().pk, Ledger.objects.get().snapshot
    with unreadable(ledger) as file:
        view = opened.run()
        assert (view.status, view.problems[0].code, view.problems[0].where) == (
            "Failed",
            "SNAPSHOT_UNREADABLE",
            str(file),
        )
        assert not export_queries.export(ALICE, export).ledger_damaged
        with pytest.raises(TryLater, match="SNAPSHOT_UNREADABLE"):
            export_commands.rebuild_ledger(ALICE, export)
    assert Ledger.objects.get().snapshot == ledger
    all_delivered(opened.run(), 1)


def test_what_is_made_anew_anyway_is_made_anew(opened: Office) -> None:
    """A bad sector under the members of a segment holds nothing up."""
    before = Segment.objects.get().snapshot
    opened.edit(1, first_name="Ім'я 1")
    with unreadable(before):
        all_delivered(opened.run(), 0)
    assert Segment.objects.get().snapshot != before
