"""Scheduled runs that failed temporarily are tried again: three times, and then they have failed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from leleka.core.clock import SystemClock
from leleka.core.outcomes import Cause, Refused
from leleka.destinations.activecampaign.destination import ActiveCampaign
from leleka.engine import batch_transitions
from leleka.errors import Conflict, TryLater
from leleka.services.access.actor import Actor
from leleka.services.runs import commands as run_commands
from leleka.services.runs import retry_policy
from leleka.state.models import Run, RunStatus, Trigger
from leleka.worker.runs import execution as run_execution
from leleka.worker.runs import retries as run_retries
from leleka.worker.runs.progress import NullWatcher
from tests.fakes.clock import START, HurriedClock, VirtualClock
from tests.integration.office import ALICE, Office
from tests.integration.test_worker_schedules import MIDNIGHT


@pytest.fixture
def clock() -> VirtualClock:
    """It is a minute after midnight, UTC."""
    passing = VirtualClock()
    passing.sleep(MIDNIGHT + 60 - START)
    return passing


@contextmanager
def failing(export: str, error: Exception) -> Iterator[Run]:
    """A scheduled run that is about to fail over ``error``."""
    run = Run.objects.get(
        pk=run_commands.ask_run(Actor("schedule", ALICE.role), export, trigger=Trigger.SYSTEM)
    )
    Run.objects.filter(pk=run.pk).update(fence=1)
    run.refresh_from_db()
    assert isinstance(error, TryLater | Conflict)
    yield run
    Run.objects.filter(pk=run.pk).update(status=RunStatus.FAILED, finished_at=run.created_at)


@pytest.mark.usefixtures("shop")
def test_a_scheduled_run_is_tried_again_three_times_and_then_has_failed(clock: VirtualClock) -> None:
    error = TryLater("HOST_UNREACHABLE", reason="no address answered")
    with failing("News", error) as run:
        retry_policy.plan_retry(run, error, clock.now())
    for minutes, tries in ((5, 2), (15, 3), (45, 4)):
        clock.sleep(minutes * 60 - 1)
        run_retries.try_again(clock)
        assert Run.objects.count() == tries - 1
        clock.sleep(1)
        run_retries.try_again(clock)
        run_retries.try_again(clock)
        run = Run.objects.latest("pk")
        assert (Run.objects.count(), run.tries, run.trigger) == (tries, tries, Trigger.SYSTEM)
        Run.objects.filter(pk=run.pk).update(fence=1)
        run.refresh_from_db()
        retry_policy.plan_retry(run, error, clock.now())
        Run.objects.filter(pk=run.pk).update(status=RunStatus.FAILED, finished_at=run.created_at)
    assert [retry_policy.will_be_retried(one) for one in Run.objects.order_by("pk")] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.usefixtures("shop")
def test_what_does_not_pass_is_not_tried_again(clock: VirtualClock) -> None:
    error = Conflict("KEY_REFUSED", status=403)
    with failing("News", error) as run:
        retry_policy.plan_retry(run, error, clock.now())
    clock.sleep(3600)
    run_retries.try_again(clock)
    assert Run.objects.count() == 1


@pytest.mark.usefixtures("shop")
def test_a_run_by_hand_in_between_takes_the_place_of_another_try(clock: VirtualClock) -> None:
    error = TryLater("HOST_UNREACHABLE", reason="no address answered")
    with failing("News", error) as run:
        retry_policy.plan_retry(run, error, clock.now())
    run_commands.ask_run(ALICE, "News")
    clock.sleep(3600)
    run_retries.try_again(clock)
    assert Run.objects.count() == 2


def test_a_run_by_hand_that_was_canceled_takes_nobody_s_place(shop: Office, clock: VirtualClock) -> None:
    """Else nobody would be told that the schedule's run failed (CI-N1)."""
    error = TryLater("HOST_UNREACHABLE", reason="no address answered")
    with failing("News", error) as run:
        retry_policy.plan_retry(run, error, clock.now())
    by_hand = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    clock.sleep(3600)
    run_retries.try_again(clock)
    run.refresh_from_db()
    assert run.retry_at is not None, "while it goes on, it may be canceled yet"
    run_commands.cancel_run(ALICE, by_hand.pk)
    run_retries.try_again(clock)
    again = Run.objects.latest("pk")
    assert (again.trigger, again.tries) == (Trigger.SYSTEM, 2)
    assert shop.imports() == 0


@pytest.mark.short("looking at the list")
@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ([{"kind": "server_error", "where": "GET /api/3/contacts", "times": 1_000}], "SERVER_ERROR"),
        ([{"kind": "server_error", "where": "GET /api/3/lists", "times": 1_000}], "SERVER_ERROR"),
    ],
    ids=["reading the suppressed", "looking at the list"],
)
def test_a_scheduled_run_that_met_trouble_is_tried_again(
    shop: Office, trouble: list[dict[str, object]], code: str
) -> None:
    """From the failure to the next attempt: whoever ends the run schedules it."""
    clock = HurriedClock()
    run = Run.objects.get(
        pk=run_commands.ask_run(Actor("schedule", ALICE.role), "News", trigger=Trigger.SYSTEM)
    )
    shop.behave(faults=trouble)
    run_execution.go_on(run.pk, clock, NullWatcher())
    run.refresh_from_db()
    assert (run.status, run.problems[0]["code"]) == (RunStatus.FAILED, code)
    assert run.retry_at is not None
    shop.behave(faults=[])
    Run.objects.update(retry_at=run.created_at)
    run_retries.try_again(clock)
    run_execution.go_on(Run.objects.latest("pk").pk, clock, NullWatcher())
    assert len(shop.listed()) == 3


def test_a_scheduled_run_whose_imports_could_not_be_sent_is_tried_again(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ActiveCampaign, "send", lambda *_: Refused(Cause.NOT_SENT, "the connection was refused")
    )
    monkeypatch.setattr(batch_transitions, "_LONGEST_BACK_OFF", 0.01)
    run = Run.objects.get(
        pk=run_commands.ask_run(Actor("schedule", ALICE.role), "News", trigger=Trigger.SYSTEM)
    )
    run_execution.go_on(run.pk, SystemClock(), NullWatcher())
    run.refresh_from_db()
    assert (run.status, run.problems[0]["code"]) == (RunStatus.FAILED, "UNREACHABLE")
    assert run.retry_at is not None
    assert shop.imports() == 0
