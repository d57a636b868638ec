"""Leases written while a clock was years ahead, and is right again: they block nothing (fault 58)."""

import pytest

from leleka.core.clock import SystemClock
from leleka.core.messages import NOTHING
from leleka.core.ports.outbox import MAX_LEASE_SECONDS
from leleka.services.refresh import commands as refresh_commands
from leleka.services.runs import commands as run_commands
from leleka.services.system import about
from leleka.state.models import Account, Refresh, Run
from leleka.state.outbox import DjangoOutbox
from leleka.worker import jobs
from leleka.worker.refresh import runner as refresh_runner
from leleka.worker.runs import execution as run_execution
from leleka.worker.runs import fair_queue
from leleka.worker.runs.progress import NullWatcher
from tests.integration.office import ALICE, Office
from tests.integration.test_fair_queue import exports_of, queue

BEFORE = "another-boot:pid[4026531836]:77:1234"
YEARS = 12 * 365 * 86_400.0
CLOCK = SystemClock()


def hold(rows: type[Run] | type[Refresh], number: int, ahead: float = YEARS) -> None:
    """Return it to a process from before the reboot, whose clock was so far ahead."""
    held = {"worker": BEFORE, "fence": 1, "lease_until": CLOCK.now() + ahead, "status": "Processing"}
    rows._default_manager.filter(pk=number).update(**held)


def test_a_run_goes_on(shop: Office) -> None:
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    hold(Run, run.pk)
    assert about.about(ALICE, CLOCK).runs == 0
    assert list(fair_queue.runs_in_turn(CLOCK, ())) == [run.pk]
    assert run_execution.go_on(run.pk, CLOCK, NullWatcher()).status == "Successful"
    assert len(shop.listed()) == 3


@pytest.mark.usefixtures("shop")
def test_a_run_of_which_nothing_was_sent_can_be_canceled() -> None:
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    hold(Run, run.pk)
    assert run_commands.cancel_run(ALICE, run.pk).status == "Canceled"


@pytest.mark.usefixtures("shop")
def test_a_refresh_goes_on_and_those_after_it() -> None:
    first, second = refresh_commands.ask(ALICE, "everything"), refresh_commands.ask(ALICE, "data")
    hold(Refresh, first)
    assert about.about(ALICE, CLOCK).refreshes == 0
    for number in (first, second):
        assert jobs.due_jobs(CLOCK, (), 0) == [f"refresh:{number}"]
        refresh_runner.carry_out(number, CLOCK)
        assert Refresh.objects.get(pk=number).walked_at is not None


@pytest.mark.usefixtures("installation")
def test_the_lane_of_an_account_is_free() -> None:
    first, second = exports_of("account", 2)
    ahead, run = queue(first), queue(second)
    hold(Run, ahead.pk)
    Account.objects.filter(pk=run.account_id).update(lane=ahead.pk)
    assert DjangoOutbox(run, 0, clock=CLOCK, lease_seconds=60).take_lane() == NOTHING


@pytest.mark.usefixtures("shop")
def test_the_longest_lease_that_may_be_set_is_kept_by_clocks_that_differ() -> None:
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    hold(Run, run.pk, ahead=MAX_LEASE_SECONDS + 600)
    assert list(fair_queue.runs_in_turn(CLOCK, ())) == []
