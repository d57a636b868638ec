"""Who was in a run is forgotten after a while: nothing of somebody who is gone stays in what runs left behind."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F

from leleka.core.clock import SystemClock
from leleka.core.ports.outbox import BatchStatus
from leleka.errors import Conflict
from leleka.services.exports import commands as export_commands
from leleka.services.installation import lake_sessions
from leleka.services.runs import queries as run_queries
from leleka.services.system.snapshot_references import needed
from leleka.state.models import AttemptRow, BatchRow, Export, Ledger, Run
from leleka.worker import jobs
from tests.integration.office import ALICE, Office

CLOCK = SystemClock()
KEPT = timedelta(days=90)


@pytest.fixture
def after(office: Office) -> Office:
    """Somebody was refused, somebody delivered; then both left the source."""
    office.hire(3)
    office.apply()
    office.forgiven.add("invalid_row")
    office.behave(poison_pattern="p2@")
    office.run()
    office.people.clear()
    office.hire(1)
    office.run()
    return office


def grow_old(*, by: timedelta) -> None:
    """Let everything be as if it had happened so long ago, snapshots included."""
    Run.objects.update(finished_at=F("finished_at") - by)
    AttemptRow.objects.update(written_at=F("written_at") - by.total_seconds())
    BatchRow.objects.update(accepted_at=F("accepted_at") - by.total_seconds())
    then = CLOCK.now() - by.total_seconds()
    for snapshot in lake_sessions.lake().all():
        os.utime(snapshot.path, (then, then))


def snapshots(kind: str) -> list[Path]:
    return list((lake_sessions.lake().root / kind).glob("*/*"))


@pytest.mark.usefixtures("after")
def test_what_was_in_a_run_is_forgotten_after_its_time() -> None:
    first = Run.objects.order_by("pk").first()
    assert first is not None
    before = run_queries.show_run(ALICE, first.pk).counts
    assert len(snapshots("plans")) == len(snapshots("outcomes")) == 2
    grow_old(by=KEPT + timedelta(hours=1))
    jobs.carry_out(jobs.PRUNING, CLOCK)
    assert (snapshots("plans"), snapshots("outcomes")) == ([], [])
    assert list(BatchRow.objects.exclude(detail="", rejected=[], dropped=[])) == []
    assert set(AttemptRow.objects.values_list("reason", flat=True)) == {""}
    assert run_queries.show_run(ALICE, first.pk).counts == before, "its counts stay"
    with pytest.raises(Conflict, match=r"RUN_WITHOUT_OUTCOMES.*forgotten"):
        run_queries.rows_of(ALICE, first.pk, "rejected", 10)


def test_until_then_it_is_kept(after: Office) -> None:
    first = Run.objects.order_by("pk").first()
    assert first is not None
    grow_old(by=KEPT - timedelta(hours=1))
    jobs.carry_out(jobs.PRUNING, CLOCK)
    assert [row.profile_id for row in run_queries.rows_of(ALICE, first.pk, "rejected", 10)] == ["2"]
    assert AttemptRow.objects.exclude(reason="").exists()
    assert after.run().counts is not None, "and what was forgotten keeps nobody from running"


@pytest.mark.usefixtures("after")
def test_a_batch_that_nobody_asks_about_any_more_keeps_no_plan() -> None:
    """An accepted batch is asked about for a day; one that was never confirmed stays accepted for ever."""
    BatchRow.objects.update(status=BatchStatus.ACCEPTED)
    grow_old(by=KEPT - timedelta(hours=1))
    assert set(Run.objects.values_list("plan", flat=True)) <= needed(CLOCK)
    grow_old(by=timedelta(hours=2))
    assert not set(Run.objects.values_list("plan", flat=True)) & needed(CLOCK)


@pytest.mark.usefixtures("after")
def test_a_live_run_is_never_forgotten() -> None:
    """However long it waits to be confirmed."""
    Run.objects.filter(pk=Run.objects.latest("pk").pk).update(finished_at=None)
    grow_old(by=KEPT * 2)
    live = Run.objects.latest("pk")
    jobs.carry_out(jobs.PRUNING, CLOCK)
    assert [path.name for path in snapshots("plans")] == [live.plan.rpartition("/")[2]]


@pytest.mark.long
def test_a_ledger_is_rebuilt_from_what_is_still_kept(after: Office) -> None:
    """What was removed after its time is not told as damage."""
    grow_old(by=KEPT + timedelta(hours=1))
    after.hire(1)
    after.run()
    jobs.carry_out(jobs.PRUNING, CLOCK)
    ledger = Ledger.objects.get().snapshot
    lake_sessions.lake().remove(ledger)
    found = export_commands.rebuild_ledger(ALICE, Export.objects.get().pk)
    assert (found.people, found.runs, found.damaged) == (1, 1, 0)
