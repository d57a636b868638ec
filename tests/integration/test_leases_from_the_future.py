"""Leases written while a clock was years ahead, and is right again: they block nothing (fault 58)."""

import pytest

from leleka.core.clock import SystemClock
from leleka.core.outbox import FURTHEST
from leleka.services import about, due, refreshes, running, runs, turns, walking
from leleka.services.watching import Nobody
from leleka.state.models import Account, Refresh, Run
from leleka.state.outbox import DjangoOutbox
from tests.integration.office import ALICE, Office
from tests.integration.test_turns import exports_of, queue

BEFORE = "another-boot:pid[4026531836]:77:1234"
YEARS = 12 * 365 * 86_400.0
CLOCK = SystemClock()


def hold(rows: type[Run] | type[Refresh], number: int, ahead: float = YEARS) -> None:
    """Give it to a process from before the reboot, whose clock was so far ahead."""
    held = {"worker": BEFORE, "fence": 1, "lease_until": CLOCK.now() + ahead, "status": "Processing"}
    rows._default_manager.filter(pk=number).update(**held)


def test_a_run_goes_on(shop: Office) -> None:
    run = running.ask_run(ALICE, "News")
    hold(Run, run.pk)
    assert about.about(ALICE, CLOCK).runs == 0
    assert list(turns.runs_in_turn(CLOCK, ())) == [run.pk]
    assert running.go_on(run.pk, CLOCK, Nobody()).status == "Successful"
    assert len(shop.listed()) == 3


@pytest.mark.usefixtures("shop")
def test_a_run_of_which_nothing_was_sent_can_be_canceled() -> None:
    run = running.ask_run(ALICE, "News")
    hold(Run, run.pk)
    assert runs.cancel_run(ALICE, run.pk).status == "Canceled"


@pytest.mark.usefixtures("shop")
def test_a_refresh_goes_on_and_those_after_it() -> None:
    first, second = refreshes.ask(ALICE, "everything"), refreshes.ask(ALICE, "data")
    hold(Refresh, first)
    assert about.about(ALICE, CLOCK).refreshes == 0
    for number in (first, second):
        assert due.errands(CLOCK, (), 0) == [f"refresh:{number}"]
        walking.carry_out(number, CLOCK)
        assert Refresh.objects.get(pk=number).walked_at is not None


@pytest.mark.usefixtures("installation")
def test_the_lane_of_an_account_is_free() -> None:
    first, second = exports_of("account", 2)
    ahead, run = queue(first), queue(second)
    run.config = {"target": "1"}
    hold(Run, ahead.pk)
    Account.objects.filter(pk=run.account_id).update(lane=ahead.pk)
    assert DjangoOutbox(run, 0, clock=CLOCK, lease_seconds=60).take_lane() == ""


@pytest.mark.usefixtures("shop")
def test_the_longest_lease_that_may_be_set_is_kept_by_clocks_that_differ() -> None:
    run = running.ask_run(ALICE, "News")
    hold(Run, run.pk, ahead=FURTHEST + 600)
    assert list(turns.runs_in_turn(CLOCK, ())) == []
