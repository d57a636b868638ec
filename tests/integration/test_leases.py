"""Leases of refreshes, jobs and retries when a process is interrupted, or the database is briefly
unavailable.
"""

from threading import Event, Thread
from typing import Any

import pytest
from django.db import OperationalError

from leleka.core.clock import SystemClock, utc_now
from leleka.core.statuses import StepStatus
from leleka.errors import TryLater
from leleka.services.access.actor import Actor
from leleka.services.refresh import commands as refresh_commands
from leleka.services.runs import commands as run_commands
from leleka.services.runs import retry_policy
from leleka.state.lease import REFRESH_LEASE, RefreshLost
from leleka.state.models import Refresh, RefreshStep, Run, RunStatus, Trigger
from leleka.worker import jobs
from leleka.worker.refresh import runner as refresh_runner
from leleka.worker.refresh import steps as refresh_steps
from leleka.worker.runs import retries as run_retries
from tests.fakes.clock import START, VirtualClock
from tests.integration.office import ALICE


class Killed(BaseException):
    """The process has died."""


def test_a_lease_is_renewed_again_when_the_database_answers_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults 10 and 51: a moment without the database does not cost a worker its refresh in the middle of a
    long step.
    """
    answers: list[Exception | None] = [OperationalError("away"), None, RefreshLost()]
    renewed = []

    def guarded(number: int, fence: int, until: float, **_: object) -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer
        renewed.append((number, fence, until))

    monkeypatch.setattr(REFRESH_LEASE, "renew", guarded)
    walker = refresh_runner.RefreshRunner(1, 2, VirtualClock(), 0.003, lambda _: None)
    renewing = Thread(target=refresh_runner.renew, args=(walker, Event()))
    renewing.start()
    renewing.join()
    assert (renewed, answers) == ([(1, 2, START + 0.003)], [])


@pytest.mark.usefixtures("shop")
def test_a_walker_whose_lease_nobody_renews_stops_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 10: the thread is dead, another worker has the refresh, and the next write of the main loop ends
    it.
    """
    number = refresh_commands.ask(ALICE, "everything")
    monkeypatch.setattr(refresh_runner, "renew", lambda *_: None)
    real, steps = refresh_steps.do, []

    def do(session: Any, step: RefreshStep, *rest: Any) -> Any:
        steps.append(step.kind)
        Refresh.objects.filter(pk=number).update(worker="elsewhere:1:2:3", fence=9)
        return real(session, step, *rest)

    monkeypatch.setattr(refresh_steps, "do", do)
    refresh_runner.carry_out(number, SystemClock())
    refresh = Refresh.objects.get()
    assert (steps, refresh.worker, refresh.walked_at) == (["source"], "elsewhere:1:2:3", None)
    assert (
        list(RefreshStep.objects.order_by("number").values_list("status", flat=True))
        == [StepStatus.PROCESSING] + [StepStatus.NOT_STARTED] * 3
    )


@pytest.mark.usefixtures("shop")
def test_a_walker_that_is_told_to_end_gives_its_refresh_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 74: the successor need not wait for the lease, and a requested stop does not count as a crash of
    a step.
    """

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    number = refresh_commands.ask(ALICE, "data")
    for _ in range(4):
        with monkeypatch.context() as patched:
            patched.setattr(refresh_steps, "do", interrupted)
            with pytest.raises(KeyboardInterrupt):
                refresh_runner.carry_out(number, SystemClock())
        refresh = Refresh.objects.get()
        assert (refresh.worker, refresh.lease_until) == ("", 0.0)
    refresh_runner.carry_out(number, SystemClock())
    assert set(RefreshStep.objects.values_list("status", "tries")) == {(StepStatus.SUCCESSFUL, 1)}


@pytest.mark.usefixtures("shop")
def test_a_retry_is_queued_with_its_claim_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 6: if a worker dies in between, the next one does it."""
    clock = VirtualClock()
    error = TryLater("HOST_UNREACHABLE", reason="no address answered")
    run = Run.objects.get(
        pk=run_commands.ask_run(Actor("schedule", ALICE.role), "News", trigger=Trigger.SYSTEM)
    )
    retry_policy.plan_retry(run, error, clock.now())
    Run.objects.update(status=RunStatus.FAILED, finished_at=utc_now(clock))
    clock.sleep(300)

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(run_commands, "ask_run", die)
        with pytest.raises(Killed):
            run_retries.try_again(clock)
    run_retries.try_again(clock)
    assert list(Run.objects.order_by("pk").values_list("tries", "tried_again")) == [(1, True), (2, False)]


@pytest.mark.usefixtures("shop")
def test_a_refresh_has_a_place_of_its_own_among_the_jobs() -> None:
    """I-16: otherwise runs that have begun and wait for a refresh could occupy every slot, and wait
    forever.
    """
    number = refresh_commands.ask(ALICE, "data")
    assert jobs.due_jobs(SystemClock(), (), 0) == [f"refresh:{number}"]
    assert jobs.due_jobs(SystemClock(), (f"refresh:{number}",), 0) == []
    REFRESH_LEASE.renew(number, 0, SystemClock().now() + 60, worker="elsewhere:1:2:3")
    assert jobs.due_jobs(SystemClock(), (), 9) == []
