"""Refresh workers that die, are suspended, overtaken or disturbed: their writes to a refresh are fenced
(I-12, I-13).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from leleka.core.clock import SystemClock, utc_now
from leleka.core.statuses import StepStatus
from leleka.errors import Conflict
from leleka.services.refresh import commands as refresh_commands
from leleka.services.refresh import queries as refresh_queries
from leleka.services.sources import loading as segment_evaluation
from leleka.state.lease import REFRESH_LEASE, RefreshLost
from leleka.state.models import Export, Refresh, RefreshStep, Run, RunStatus, Segment, Source
from leleka.warehouse import segments
from leleka.worker import schedules as worker_schedules
from leleka.worker.refresh import runner as refresh_runner
from leleka.worker.refresh import steps as refresh_steps
from leleka.worker.runs import execution as run_execution
from leleka.worker.runs.progress import NullWatcher
from tests.fakes.clock import START, VirtualClock
from tests.integration.office import ALICE, Office
from tests.integration.people import lend_a_name

ELSEWHERE = "elsewhere:1:2:3"


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(10)
    office.apply()
    lend_a_name()
    return office


class Killed(BaseException):
    """The process has died."""


@contextmanager
def disturbed(monkeypatch: pytest.MonkeyPatch, kind: str, meanwhile: Callable[[], None]) -> Iterator[None]:
    """Run an action once, when a worker has begun its step of this kind and done nothing of it yet."""
    real, happened = refresh_steps.do, Event()

    def do(session: Any, step: RefreshStep, *rest: Any) -> Any:
        if step.kind == kind and not happened.is_set():
            happened.set()
            meanwhile()
        return real(session, step, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(refresh_steps, "do", do)
        yield
    assert happened.is_set()


def taken_over(number: int) -> Callable[[], None]:
    """Execute the refresh in place of its worker, which was suspended for longer than its lease."""

    def take() -> None:
        Refresh.objects.filter(pk=number).update(worker=ELSEWHERE, lease_until=0.0)
        refresh_runner.carry_out(number, SystemClock())

    return take


def standing(number: int) -> dict[str, str]:
    return {step.name or step.kind: step.status for step in refresh_queries.show(ALICE, number).steps}


def test_a_walker_that_stood_still_beyond_its_lease_changes_nothing_any_more(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 7, I-12: it resumes with what it had read, and its successor has read something newer."""
    shop.edit(1, tier="silver")
    number = refresh_commands.ask(ALICE, "data")
    real = segment_evaluation.load_if_stale
    woken: list[Any] = []

    def read(*words: Any, **more: Any) -> Any:
        loaded = real(*words, **more)
        if not woken:
            woken.append(loaded)
            shop.edit(2, tier="silver")
            taken_over(number)()
        return loaded

    monkeypatch.setattr(segment_evaluation, "load_if_stale", read)
    refresh_runner.carry_out(number, SystemClock())
    assert woken[0].digest != Source.objects.get().digest
    assert Segment.objects.get().size == 8
    rows = list(RefreshStep.objects.filter(refresh=number).values_list("name", "tries", "rows"))
    assert rows == [("customers", 2, 10), ("", 1, 10), ("Gold", 1, 8)]


def test_nor_does_one_that_stood_still_over_a_segment(shop: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 7."""
    shop.edit(1, tier="silver")
    number = refresh_commands.ask(ALICE, "data")
    real = segments.evaluate
    woken: list[Any] = []

    def evaluate(*words: Any) -> Any:
        found = real(*words)
        if not woken:
            woken.append(found)
            taken_over(number)()
            Segment.objects.update(snapshot="that of the successor")
        return found

    monkeypatch.setattr(segments, "evaluate", evaluate)
    refresh_runner.carry_out(number, SystemClock())
    assert Segment.objects.get().snapshot == "that of the successor"


@pytest.mark.usefixtures("shop")
def test_a_walker_that_was_replaced_queues_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults 7 and 10, I-12: one run, and it belongs to the successor."""
    number = refresh_commands.ask(ALICE, "everything")
    with disturbed(monkeypatch, "export", taken_over(number)):
        refresh_runner.carry_out(number, SystemClock())
    (run,) = Run.objects.all()
    assert RefreshStep.objects.get(kind="export").run == run
    assert Refresh.objects.get().walked_at is not None


@pytest.mark.usefixtures("shop")
def test_the_clock_of_another_worker_takes_a_lease_early_and_breaks_nothing() -> None:
    """Fault 59: ten minutes ahead end a lease at once; the fence keeps the refresh with one owner."""
    number = refresh_commands.ask(ALICE, "data")
    ahead, behind = VirtualClock(), VirtualClock()
    ahead.sleep(600)
    for clock, fence in ((behind, 1), (ahead, 2)):
        Refresh.objects.filter(pk=number).update(worker=ELSEWHERE if fence == 2 else "")
        assert refresh_runner.next_to_walk(clock) == number
        row = Refresh.objects.get(pk=number)
        claimed = REFRESH_LEASE.claim(
            row, worker=ELSEWHERE, now=clock.now(), lease_seconds=60, previous_is_dead=False
        )
        assert claimed == fence
    with pytest.raises(RefreshLost):
        REFRESH_LEASE.renew(number, 1, START + 600, status="Successful")
    REFRESH_LEASE.renew(number, 2, START + 700)
    assert Refresh.objects.get().status == RunStatus.QUEUED


@pytest.mark.short("_write")
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("at", ["_leave", "_write"])
def test_a_refresh_whose_walker_was_killed_at_its_end_is_ended_by_another(
    monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Fault 6: right before it died, or when a run was queued and its step said Processing; nothing is done
    twice.
    """
    number = refresh_commands.ask(ALICE, "everything")
    real = getattr(refresh_runner.RefreshRunner, at)

    def dying(walker: refresh_runner.RefreshRunner, *rest: Any, **changes: Any) -> None:
        if at == "_leave" or changes.get("status") == StepStatus.QUEUED:
            raise Killed
        real(walker, *rest, **changes)

    with monkeypatch.context() as patched:
        patched.setattr(refresh_runner.RefreshRunner, at, dying)
        with pytest.raises(Killed):
            refresh_runner.carry_out(number, SystemClock())
    Refresh.objects.filter(pk=number).update(worker="gone:1:2:3", lease_until=0.0)
    refresh_runner.carry_out(number, SystemClock())
    run_execution.go_on(Run.objects.get().pk, SystemClock(), NullWatcher())
    worker_schedules.close_finished(SystemClock())
    assert set(standing(number).values()) == {"Successful"}
    assert Refresh.objects.get().status == "Successful"
    assert list(RefreshStep.objects.values_list("tries", flat=True)) == [1] * 4


@pytest.mark.usefixtures("shop")
def test_no_run_is_queued_by_a_refresh_that_was_canceled_just_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """I-14: the worker had already checked for a cancellation, and begun the step."""
    number = refresh_commands.ask(ALICE, "everything")
    with disturbed(monkeypatch, "export", lambda: refresh_commands.cancel(ALICE, number)):
        refresh_runner.carry_out(number, SystemClock())
    worker_schedules.close_finished(SystemClock())
    assert Run.objects.count() == 0
    assert standing(number)["News"] == "Canceled"
    assert Refresh.objects.get().status == "Canceled"


@pytest.mark.usefixtures("shop")
def test_a_refresh_that_was_canceled_while_it_was_being_closed_is_canceled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """I-13: what the audit calls canceled is not called successful."""
    number = refresh_commands.ask(ALICE, "data")
    refresh_runner.carry_out(number, SystemClock())

    def meanwhile(clock: Any) -> Any:
        if Refresh.objects.get().cancel_requested_at is None:
            refresh_commands.cancel(ALICE, number)
        return utc_now(clock)

    monkeypatch.setattr(worker_schedules, "utc_now", meanwhile)
    worker_schedules.close_finished(SystemClock())
    assert Refresh.objects.get().status == "Canceled"
    with pytest.raises(Conflict, match="REFRESH_OVER"):
        refresh_commands.cancel(ALICE, number)


@pytest.mark.usefixtures("shop")
def test_a_refresh_that_has_ended_stays_as_it_is() -> None:
    """I-13: no worker executes it, and one that still holds it writes nothing."""
    number = refresh_commands.ask(ALICE, "data")
    refresh_runner.carry_out(number, SystemClock())
    worker_schedules.close_finished(SystemClock())
    before = (Refresh.objects.values().get(), list(RefreshStep.objects.values()))
    refresh_runner.carry_out(number, SystemClock())
    worker_schedules.close_finished(SystemClock())
    with pytest.raises(RefreshLost):
        REFRESH_LEASE.renew(number, Refresh.objects.get().fence, 1e12, status="Failed")
    assert (Refresh.objects.values().get(), list(RefreshStep.objects.values())) == before


def test_rules_that_are_edited_while_they_are_evaluated_stay_edited(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 65: the members are those of the old rules, and evaluated again by the next refresh."""
    shop.edit(1, tier="silver")
    real = segments.evaluate

    def evaluate(*words: Any) -> Any:
        Segment.objects.update(rules={"column": "tier", "is": "silver"}, version=7)
        return real(*words)

    with monkeypatch.context() as patched:
        patched.setattr(segments, "evaluate", evaluate)
        refresh_runner.carry_out(refresh_commands.ask(ALICE, "data"), SystemClock())
    segment = Segment.objects.get()
    assert (segment.rules, segment.version, segment.size) == ({"column": "tier", "is": "silver"}, 7, 9)
    refresh_runner.carry_out(refresh_commands.ask(ALICE, "data"), SystemClock())
    assert Segment.objects.get().size == 1


def test_a_source_that_is_edited_while_it_is_read_stays_edited(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 65."""
    shop.hire(1)
    real = segment_evaluation.load_if_stale

    def read(*words: Any, **more: Any) -> Any:
        loaded = real(*words, **more)
        Source.objects.update(
            managed_by_file="", is_profiles=True, spec={**Source.objects.get().spec, "of": 1}
        )
        return loaded

    monkeypatch.setattr(segment_evaluation, "load_if_stale", read)
    refresh_runner.carry_out(refresh_commands.ask(ALICE, "data"), SystemClock())
    assert (Source.objects.get().spec["of"], Source.objects.get().rows) == (1, 10)  # 11 are of what it was
    refresh_runner.carry_out(refresh_commands.ask(ALICE, "data"), SystemClock())
    assert (Source.objects.get().spec["of"], Source.objects.get().rows) == (1, 11)


def test_a_segment_that_is_removed_while_it_is_evaluated_stays_removed(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 64."""
    shop.edit(1, tier="silver")
    Export.objects.all().delete()
    real = segments.evaluate

    def evaluate(*words: Any) -> Any:
        found = real(*words)
        Segment.objects.all().delete()
        return found

    monkeypatch.setattr(segments, "evaluate", evaluate)
    number = refresh_commands.ask(ALICE, "data")
    refresh_runner.carry_out(number, SystemClock())
    assert Segment.objects.count() == 0
    assert standing(number)["Gold"] == "Skipped"
