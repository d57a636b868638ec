"""Runs without progress (I-16)."""

import pytest

from leleka.core.clock import current_clock, utc_now
from leleka.services.runs import commands as run_commands
from leleka.services.runs import queries as run_queries
from leleka.state.models import Account, Notice, Run
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


@pytest.mark.usefixtures("shop")
def test_a_run_says_that_its_account_is_paused_and_for_how_long() -> None:
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    Run.objects.filter(pk=run.pk).update(status="Processing", stage="Sending")
    assert run_queries.show_run(ALICE, run.pk).stage == "Sending"
    Account.objects.update(paused_until=current_clock().now() + 1_800)
    said = run_queries.show_run(ALICE, run.pk)
    assert said.stage == "The destination asked for a pause; sending goes on in about 1,800 s"
    assert said.stage_told == {"code": "ACCOUNT_PAUSED", "values": {"seconds": 1_800}}
