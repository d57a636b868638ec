"""Claiming a run."""

import pytest
from django.utils import timezone

from leleka.core.ports.outbox import LeaseLost
from leleka.state.lease import RUN_LEASE
from leleka.state.models import Account, Export, Run, RunStatus
from tests.fakes.configuration import stored

LEASE = 60.0
pytestmark = pytest.mark.django_db


def make_run() -> Run:
    export = Export.objects.create(name="export", target="7", matching={}, leavers={})
    account = Account.objects.create(type="fake", name="account")
    return Run.objects.create(
        export=export, account=account, config=stored(), asked_by="ada", created_at=timezone.now()
    )


def claimed(run: Run, now: float, worker: str = "alice", *, dead: bool = False) -> int | None:
    return RUN_LEASE.claim(run, worker=worker, now=now, lease_seconds=LEASE, previous_is_dead=dead)


def seen(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


def test_of_two_claims_at_once_one_wins() -> None:
    """I-12, fault 9: both saw the same run, even one whose owner is dead."""
    run = make_run()
    first, second = seen(run), seen(run)
    assert claimed(first, 1000.0) == 1
    assert claimed(second, 1000.0, "bob", dead=True) is None
    assert (seen(run).worker, seen(run).fence, seen(run).lease_until) == ("alice", 1, 1060.0)


def test_a_lease_is_respected_until_it_is_over() -> None:
    run = make_run()
    claimed(run, 1000.0)
    assert claimed(seen(run), 1059.9, "bob") is None
    assert claimed(seen(run), 1060.0, "bob") == 2
    assert seen(run).worker == "bob"


def test_the_lease_of_a_dead_owner_need_not_be_waited_for() -> None:
    """I-15."""
    run = make_run()
    claimed(run, 1000.0)
    assert claimed(seen(run), 1001.0, "bob", dead=True) == 2


def test_a_finished_run_is_nobody_s() -> None:
    """I-13."""
    run = make_run()
    Run.objects.update(finished_at=timezone.now())
    assert claimed(seen(run), 1000.0, dead=True) is None


def test_a_run_that_waits_for_confirmation_is_nobody_s() -> None:
    """I-11: not even when its owner died a moment after asking for it."""
    run = make_run()
    before = seen(run)
    Run.objects.update(status=RunStatus.NEEDS_CONFIRMATION)
    assert claimed(before, 1000.0, dead=True) is None
    Run.objects.update(status=RunStatus.QUEUED)
    assert claimed(before, 1000.0) == 1


def test_a_run_that_was_given_back_can_be_taken_at_once() -> None:
    """Fault 74."""
    run = make_run()
    claimed(run, 1000.0)
    RUN_LEASE.release(run.pk, 1)
    assert claimed(seen(run), 1000.0, "bob") == 2


def test_an_overtaken_owner_gives_nothing_back() -> None:
    run = make_run()
    claimed(run, 1000.0)
    claimed(seen(run), 2000.0, "bob")
    RUN_LEASE.release(run.pk, 1)
    assert (seen(run).worker, seen(run).lease_until) == ("bob", 2060.0)


def test_an_overtaken_owner_renews_nothing() -> None:
    """Fault 10: what it still wanted to write is not written."""
    run = make_run()
    claimed(run, 1000.0)
    claimed(seen(run), 2000.0, "bob")
    with pytest.raises(LeaseLost):
        RUN_LEASE.renew(run.pk, 1, 9999.0, stage="Sending")
    assert (seen(run).lease_until, seen(run).stage) == (2060.0, "")
    RUN_LEASE.renew(run.pk, 2, 2070.0, stage="Sending")
    assert (seen(run).lease_until, seen(run).stage) == (2070.0, "Sending")


def test_a_lease_that_a_wrong_clock_set_years_ahead_is_over() -> None:
    """Fault 58."""
    run = make_run()
    claimed(run, 1000.0 + 12 * 365 * 86_400.0)
    assert claimed(seen(run), 1000.0, "bob") == 2
