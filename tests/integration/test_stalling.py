"""Runs without progress (I-16)."""

import pytest

from leleka.services import running, scheduling, stalling
from leleka.state.models import Notice, Run
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
    run = running.ask_run(ALICE, "News")
    Run.objects.filter(pk=run.pk).update(status="Processing", stepped_at=scheduling.moment(clock))
    clock.sleep(599)
    stalling.watch(clock)
    assert Run.objects.get(pk=run.pk).stalled_at is None
    clock.sleep(2)
    run.account.paused_until = clock.now() + 60
    run.account.save()
    stalling.watch(clock)
    assert Run.objects.get(pk=run.pk).stalled_at is None, "it waits for ActiveCampaign"
    clock.sleep(61)
    stalling.watch(clock)
    assert Run.objects.get(pk=run.pk).stalled_at == scheduling.moment(clock)
    assert Notice.objects.get(kind="stalled").run == run, "people are told"
    clock.sleep(5)
    Run.objects.filter(pk=run.pk).update(stepped_at=scheduling.moment(clock))
    stalling.watch(clock)
    assert Run.objects.get(pk=run.pk).stalled_at is None
    Run.objects.filter(pk=run.pk).update(
        stalled_at=scheduling.moment(clock), finished_at=scheduling.moment(clock)
    )
    stalling.watch(clock)
    assert Run.objects.get(pk=run.pk).stalled_at is None, "it went on to its end"
