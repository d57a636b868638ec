"""Reconciling that is canceled, or meets an account, a database, a run or a process in trouble: it holds up nobody."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.core.ports.destination import Listed
from leleka.core.statuses import TaskStatus
from leleka.destinations.activecampaign.destination import ActiveCampaign
from leleka.errors import Conflict
from leleka.services.exports import list_comparison, reconciliation
from leleka.services.monitoring import process_identity
from leleka.state.models import Account, Connection, Export, Run, Task, WorkerBeat
from leleka.worker import jobs, loop, task_queue
from tests.fakes.clock import HurriedClock
from tests.integration.office import Office
from tests.integration.reconciling import ADA, ask, codes, delivered, due, latest, news, on_contacts, work


@pytest.fixture
def sent(office: Office) -> Office:
    return delivered(office)


def test_a_canceled_one_ends_at_once_and_its_reader_with_the_next_look(
    sent: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def endless(*_: Any) -> Any:
        for number in count(1):
            if number == 3:
                assert reconciliation.cancel(ADA, news()).status is TaskStatus.CANCELED
            read.append(number)
            clock.sleep(0.3)
            yield Listed(number, f"s{number}@x.test")

    clock = HurriedClock()
    monkeypatch.setattr(ActiveCampaign, "contacts", endless)
    ask()
    view = work(clock)
    assert (view.status, codes(view), view.result) == (TaskStatus.CANCELED, [], None)
    assert read[-1] <= 8, "it read on"
    with pytest.raises(Conflict, match="RECONCILE_OVER"):
        reconciliation.cancel(ADA, news())
    assert (ask().status, sent.imports()) == (TaskStatus.QUEUED, 1)


def test_a_pause_that_the_account_asks_for_does_not_outlast_a_cancel(
    sent: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent.behave(faults=[{"kind": "throttled", "where": "GET /api/3/contacts", "value": "600"}])
    clock = HurriedClock()
    monkeypatch.setattr(HurriedClock, "sleep", _canceling(HurriedClock.sleep))
    ask()
    before = clock.monotonic()
    assert work(clock).status is TaskStatus.CANCELED
    assert clock.monotonic() - before < 60


def _canceling(real: Callable[[HurriedClock, float], None]) -> Callable[[HurriedClock, float], None]:
    def sleep(clock: HurriedClock, seconds: float) -> None:
        if Task.objects.filter(status=TaskStatus.PROCESSING).exists():
            reconciliation.cancel(ADA, news())
        real(clock, seconds)

    return sleep


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "key_revoked", "where": "GET /api/3/contacts"}, "KEY_REFUSED"),
        ({"kind": "list_deleted", "where": "GET /api/3/contacts", "value": "1"}, "LIST_NOT_FOUND"),
        ({"kind": "server_error", "where": "GET /api/3/contacts"}, "SERVER_ERROR"),
        ({"kind": "throttled", "where": "GET /api/3/contacts", "value": "900"}, "THROTTLED"),
        ({"kind": "server_error"}, "SERVER_ERROR"),
    ],
)
def test_an_account_that_fails_is_named_within_the_limit(
    sent: Office, fault: dict[str, object], code: str
) -> None:
    sent.behave(faults=[fault])
    clock = HurriedClock()
    before = clock.monotonic()
    ask()
    view = work(clock)
    assert (view.status, codes(view)) == (TaskStatus.FAILED, [code])
    assert clock.monotonic() - before < list_comparison.SILENT + 120


def test_an_account_that_goes_on_for_ever_is_given_up(sent: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HurriedClock()

    def endless(*_: Any) -> Any:
        for number in count(1):
            clock.sleep(600)
            yield Listed(number, f"s{number}@x.test")

    monkeypatch.setattr(ActiveCampaign, "contacts", endless)
    ask()
    assert (codes(work(clock)), sent.imports()) == (["RECONCILE_TOO_LONG"], 1)


def test_a_run_that_sends_meanwhile_makes_it_worthless(sent: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who left meanwhile would be missing."""
    sent.hire(1)
    with monkeypatch.context() as patched:
        on_contacts(patched, sent.run)
        ask()
        view = work()
    assert codes(view) == ["RUN_IN_PROGRESS"]
    assert len(sent.listed()) == 4


def test_a_database_that_is_away_for_a_while_does_not_lose_what_was_read(
    sent: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = ActiveCampaign.contacts

    def contacts(self: Any, target: str, fields: Any, after: int = 0) -> Any:
        asked.append(after)
        for one in real(self, target, fields, after):
            if len(asked) == 1 and after != one.id and asked != [one.id]:
                yield one
                raise OperationalError("server closed the connection")
            yield one

    monkeypatch.setattr(ActiveCampaign, "contacts", contacts)
    ask()
    view = work(HurriedClock())
    assert view.result is not None
    assert (view.result.listed, view.result.missing) == (3, 0)
    assert (len(asked), sent.imports()) == (2, 1)
    assert asked[1] > asked[0]


def test_without_a_worker_it_says_so(sent: Office) -> None:
    assert codes(ask()) == ["NO_WORKER"]
    now = timezone.now().timestamp()
    WorkerBeat.objects.create(name="a:b:1:2", host="it", pid=1, version="1", started_at=now, seen_at=now)
    assert (codes(latest()), sent.imports()) == ([], 1)


def test_one_over_which_a_process_died_has_failed_and_is_not_begun_again(sent: Office) -> None:
    """It may be what killed the machine's worker, with everything else."""
    dead = f"{process_identity.place_of(process_identity.me())}999999:1"
    ask()
    Task.objects.update(worker=dead, status=TaskStatus.PROCESSING)
    assert codes(work()) == ["TASK_DIED"]
    ask()
    Task.objects.filter(status=TaskStatus.QUEUED).update(worker=dead, status=TaskStatus.PROCESSING)
    jobs.on_job_crashed(f"reconcile:{latest().id}", SystemClock())
    assert (codes(latest()), sent.imports()) == (["TASK_DIED"], 1)


def test_one_that_is_told_to_end_is_begun_anew(sent: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 74."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    ask()
    with monkeypatch.context() as patched:
        on_contacts(patched, interrupted)
        with pytest.raises(KeyboardInterrupt):
            jobs.carry_out(due()[0], SystemClock())
    assert latest().status is TaskStatus.QUEUED
    assert (work().status, sent.imports()) == (TaskStatus.SUCCESSFUL, 1)


def test_lists_have_places_of_their_own_and_an_account_has_one(
    sent: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, numbers = Export.objects.get(), []
    for number in range(6):
        connection = Connection.objects.get(name="Sandbox")
        if number > 1:
            connection.pk = None
            connection.name, connection.account = (
                f"Account {number}",
                Account.objects.create(name=f"{number}"),
            )
            connection.save()
        export.pk, export.name, export.connection = None, f"Export {number}", connection
        export.save()
        row = Task.objects.create(
            kind=Task.Kind.RECONCILE, export=export, asked_by=ADA.name, made_at=timezone.now()
        )
        numbers.append(f"reconcile:{row.pk}")
    assert due() == [numbers[0], numbers[2]], "the second is of the first one's account"
    assert task_queue.lists_in_turn([numbers[0]]) == [numbers[2]]
    assert task_queue.lists_in_turn([numbers[0], numbers[2]]) == []
    worker = loop.Worker(SystemClock())
    began: list[str] = []
    monkeypatch.setattr(worker, "children", {numbers[0]: None, numbers[2]: None, "run:7": None})
    monkeypatch.setattr(worker, "_start", began.append)
    assert worker._places() == 3, "they take no place of a run"
    Task.objects.create(kind=Task.Kind.COUNT, asked_by=ADA.name, made_at=timezone.now())
    Run.objects.all().delete()
    worker._start_what_is_due()
    assert [job.partition(":")[0] for job in began] == ["task"]
    assert sent.imports() == 1


def test_an_export_that_is_removed_takes_it_along(sent: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def removed() -> None:
        Export.objects.all().delete()

    ask()
    job = due()[0]
    on_contacts(monkeypatch, removed)
    jobs.carry_out(job, SystemClock())
    assert (Task.objects.count(), sent.imports()) == (0, 1)
