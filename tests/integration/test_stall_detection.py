"""Runs without progress (I-16)."""

import pytest

from leleka.core.clock import utc_now
from leleka.services.runs import commands as run_commands
from leleka.state.models import Notice, Run
from leleka.worker.runs import stall_detection
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, Office


@pytest.fixture
def shop(office: Office) -> Office:
    """One export of a segment with three members."""
    office.hire(3)
    office.apply()
    return office


@pytest.mark.usefixtures("shop")
def test_a_run_without_a_step_for_ten_minutes_has_stalled_unless_it_waits() -> None:
    """I-16."""
    clock = VirtualClock()
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    Run.objects.filter(pk=run.pk).update(status="Processing", stepped_at=utc_now(clock))
    clock.sleep(599)
    stall_detection.watch(clock)
    assert Run.objects.get(pk=run.pk).stalled_at is None
    clock.sleep(2)
    run.account.paused_until = clock.now() + 60
    run.account.save()
    stall_detection.watch(clock)
    assert Run.objects.get(pk=run.pk).stalled_at is None, "it waits for ActiveCampaign"
    clock.sleep(61)
    stall_detection.watch(clock)
    assert Run.objects.get(pk=run.pk).stalled_at == utc_now(clock)
    assert Notice.objects.get(kind="stalled").run == run, "people are told"
    clock.sleep(5)
    Run.objects.filter(pk=run.pk).update(stepped_at=utc_now(clock))
    stall_detection.watch(clock)
    assert Run.objects.get(pk=run.pk).stalled_at is None
    Run.objects.filter(pk=run.pk).update(stalled_at=utc_now(clock), finished_at=utc_now(clock))
    stall_detection.watch(clock)
    assert Run.objects.get(pk=run.pk).stalled_at is None, "it went on to its end"
