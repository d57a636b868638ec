"""Scheduled runs that failed over something that passes are tried again: three times, and then they have failed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from leleka.errors import Conflict, TryLater
from leleka.services import retrying, running, trying_again
from leleka.services.audit import Actor
from leleka.state.models import Run, RunStatus, Trigger
from tests.fakes.clock import START, VirtualClock
from tests.integration.office import ALICE, Office
from tests.integration.people import lend_a_name
from tests.integration.test_scheduling import MIDNIGHT


@pytest.fixture
def clock() -> VirtualClock:
    """It is a minute after midnight, UTC."""
    passing = VirtualClock()
    passing.sleep(MIDNIGHT + 60 - START)
    return passing


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(3)
    office.apply()
    lend_a_name()
    return office


@contextmanager
def failing(export: str, error: Exception) -> Iterator[Run]:
    """A scheduled run that is about to fail over ``error``."""
    run = running.ask_run(Actor("schedule", ALICE.role), export, trigger=Trigger.SYSTEM)
    Run.objects.filter(pk=run.pk).update(fence=1)
    run.refresh_from_db()
    assert isinstance(error, TryLater | Conflict)
    yield run
    Run.objects.filter(pk=run.pk).update(status=RunStatus.FAILED, finished_at=run.created_at)


@pytest.mark.usefixtures("shop")
def test_a_scheduled_run_is_tried_again_three_times_and_then_has_failed(clock: VirtualClock) -> None:
    error = TryLater("HOST_UNREACHABLE", "The host cannot be reached.")
    with failing("News", error) as run:
        retrying.plan_retry(run, error, clock)
    for minutes, tries in ((5, 2), (15, 3), (45, 4)):
        clock.sleep(minutes * 60 - 1)
        trying_again.try_again(clock)
        assert Run.objects.count() == tries - 1
        clock.sleep(1)
        trying_again.try_again(clock)
        trying_again.try_again(clock)
        run = Run.objects.latest("pk")
        assert (Run.objects.count(), run.tries, run.trigger) == (tries, tries, Trigger.SYSTEM)
        Run.objects.filter(pk=run.pk).update(fence=1)
        run.refresh_from_db()
        retrying.plan_retry(run, error, clock)
        Run.objects.filter(pk=run.pk).update(status=RunStatus.FAILED, finished_at=run.created_at)
    assert [retrying.will_be_retried(one) for one in Run.objects.order_by("pk")] == [True, True, True, False]


@pytest.mark.usefixtures("shop")
def test_what_does_not_pass_is_not_tried_again(clock: VirtualClock) -> None:
    error = Conflict("KEY_REFUSED", "ActiveCampaign refused this key.")
    with failing("News", error) as run:
        retrying.plan_retry(run, error, clock)
    clock.sleep(3600)
    trying_again.try_again(clock)
    assert Run.objects.count() == 1


@pytest.mark.usefixtures("shop")
def test_a_run_by_hand_in_between_takes_the_place_of_another_try(clock: VirtualClock) -> None:
    error = TryLater("HOST_UNREACHABLE", "The host cannot be reached.")
    with failing("News", error) as run:
        retrying.plan_retry(run, error, clock)
    running.ask_run(ALICE, "News")
    clock.sleep(3600)
    trying_again.try_again(clock)
    assert Run.objects.count() == 2
