"""Turns between accounts, and workers that do not do the same thing twice (I-19, fault 9)."""

from collections.abc import Sequence

import pytest
from django.utils import timezone

from leleka.core.clock import SystemClock, utc_now
from leleka.services.monitoring import process_identity
from leleka.state.models import Account, Connection, Export, Run, Task
from leleka.worker import jobs, loop
from leleka.worker.runs import fair_queue, late_confirmations
from tests.fakes.clock import VirtualClock
from tests.fakes.configuration import stored

pytestmark = pytest.mark.usefixtures("installation")
ELSEWHERE = "boot:1:2:3"


def exports_of(account: str, number: int) -> Sequence[Export]:
    owner = Account.objects.create(type="activecampaign", name=account)
    way = Connection.objects.create(name=account, type="activecampaign", account=owner, host=account)
    return [
        Export.objects.create(
            name=f"{account} {one}", connection=way, target="1", matching={}, leavers={"policy": "keep"}
        )
        for one in range(number)
    ]


def queue(export: Export, **values: object) -> Run:
    assert export.connection is not None
    now = SystemClock().now()
    run = Run(
        export=export, account=export.connection.account, config=stored(), asked_by="alice",
        created_at=timezone.now(), **values,
    )  # fmt: skip
    run.lease_until = now + 60 if run.worker else 0.0
    run.save()
    return run


def names(runs: Sequence[int]) -> list[str]:
    return [Run.objects.get(pk=number).export.name for number in runs]


def test_accounts_take_turns_however_many_runs_one_of_them_has() -> None:
    for export in exports_of("many", 5):
        queue(export)
    for export in exports_of("few", 2):
        queue(export)
    assert names(fair_queue.runs_in_turn(SystemClock(), ())) == ["many 0", "few 0", "many 1", "few 1"]


def test_an_account_that_is_busy_leaves_the_places_to_others() -> None:
    """I-19: two runs that hang at one account block no other account's runs."""
    first, second, third = exports_of("hanging", 3)
    queue(first, worker=ELSEWHERE)
    mine = queue(second)
    queue(third)
    (other,) = exports_of("quick", 1)
    queue(other)
    assert names(fair_queue.runs_in_turn(SystemClock(), (f"run:{mine.pk}",))) == ["quick 0"]


def begun(monkeypatch: pytest.MonkeyPatch, clock: VirtualClock, *under_way: str) -> list[str]:
    """Return what a worker begins beside what it has under way."""
    worker, found = loop.Worker(clock), list[str]()
    children: dict[str, None] = dict.fromkeys(under_way)  # no processes
    monkeypatch.setattr(worker, "children", children)

    def start(job: str) -> None:
        found.append(job)
        children[job] = None

    monkeypatch.setattr(worker, "_start", start)
    worker._start_what_is_due()
    return found


def test_runs_that_only_wait_for_their_accounts_hold_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """I-19: four accounts that do not answer keep the run of a fifth one waiting for five seconds, not for minutes."""
    clock = VirtualClock(start=SystemClock().now())
    said = {"code": "READING_SUPPRESSED", "values": {}}
    silent = [
        queue(*exports_of(name, 1), worker=ELSEWHERE, stepped_at=utc_now(clock), stage_told=said)
        for name in ("one", "two", "three", "four")
    ]
    (other,) = exports_of("quick", 1)
    run, names = queue(other), [f"run:{one.pk}" for one in silent]
    assert begun(monkeypatch, clock, *names) == []
    clock.sleep(6)
    assert begun(monkeypatch, clock, *names) == [f"run:{run.pk}"]
    Run.objects.filter(pk=silent[0].pk).update(stage_told={"code": "COMPARING", "values": {}})
    assert begun(monkeypatch, clock, *names) == [f"run:{run.pk}"]
    Run.objects.exclude(pk=run.pk).update(stage_told={"code": "COMPARING", "values": {}})
    assert begun(monkeypatch, clock, *names) == []


def test_processes_have_an_end_however_many_accounts_do_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = VirtualClock(start=SystemClock().now())
    said = {"code": "DELIVERING", "values": {}}
    runs = [
        queue(*exports_of(f"{number}", 1), worker=ELSEWHERE, stepped_at=utc_now(clock), stage_told=said)
        for number in range(12)
    ]
    queue(*exports_of("quick", 1))
    clock.sleep(11)
    assert begun(monkeypatch, clock, *(f"run:{one.pk}" for one in runs)) == []


def test_late_confirmations_leave_places_to_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(late_confirmations, "accounts_to_ask", lambda _: range(100, 104))
    assert begun(monkeypatch, VirtualClock(start=SystemClock().now())) == ["late:100", "late:101"]


def test_a_run_whose_lease_is_over_is_taken_up_again() -> None:
    (export,) = exports_of("one", 1)
    run = queue(export, worker=ELSEWHERE)
    assert list(fair_queue.runs_in_turn(SystemClock(), ())) == []
    Run.objects.filter(pk=run.pk).update(lease_until=SystemClock().now() - 1)
    assert list(fair_queue.runs_in_turn(SystemClock(), ())) == [run.pk]


def test_what_waits_for_confirmation_takes_no_place() -> None:
    first, second = exports_of("one", 2)
    queue(first, status="Needs confirmation")
    queue(second)
    assert names(fair_queue.runs_in_turn(SystemClock(), ())) == ["one 1"]


def test_a_task_is_taken_once() -> None:
    """Fault 9: two workers have seen it; the row decides which one gets it."""
    task = Task.objects.create(kind="preview", subject="News", asked_by="alice", made_at=timezone.now())
    assert jobs.claim(task.pk) is not None
    assert jobs.claim(task.pk) is None
    Task.objects.filter(pk=task.pk).update(worker=f"{process_identity.me().rpartition(':')[0]}:0")
    assert jobs.claim(task.pk) is not None, "the one that had it is dead"
