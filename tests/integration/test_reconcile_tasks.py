"""Reconciling as a task of the worker: asked for once, looked at, repaired in a second step."""

from collections.abc import Callable
from typing import Any

import pytest

from leleka.core.clock import SystemClock
from leleka.core.ports.destination import Listed
from leleka.core.statuses import TaskStatus
from leleka.destinations.activecampaign.destination import ActiveCampaign
from leleka.errors import Conflict, Forbidden, NotFound, TryLater
from leleka.services.access.actor import Actor, Role
from leleka.services.exports import list_comparison, reconciliation
from leleka.services.runs import commands as run_commands
from leleka.services.system.snapshot_references import needed
from leleka.services.tasks import queries as task_queries
from leleka.state.models import AuditEntry, Connection, Task
from tests.fakes.clock import HurriedClock
from tests.integration.moments import accounted
from tests.integration.office import ALICE, Office
from tests.integration.reconciling import ADA, ask, delivered, due, latest, news, on_contacts, work
from tests.integration.test_reconciliation import forget, write_by_hand

WENDY = Actor("Wendy <wendy@example.com>", Role.VIEWER, 2)


@pytest.fixture
def sent(office: Office) -> Office:
    return delivered(office)


def test_what_the_worker_found_is_there_for_whoever_looks(sent: Office) -> None:
    forget(sent, "p1@x.test")
    write_by_hand(sent, "p2@x.test", first_name="Нік")
    assert (ask().status, due()) == (TaskStatus.QUEUED, [f"reconcile:{latest().id}"])
    view = work()
    assert (view.status, view.done, view.repairable) == (TaskStatus.SUCCESSFUL, True, True)
    found = view.result
    assert found is not None
    assert (found.held, found.listed, found.missing, found.foreign) == (3, 2, 1, 0)
    assert (found.same, found.different, found.not_compared) == (1, 1, 0)
    assert found.missing_sample == ("p***@x***",)


def test_addresses_are_for_whoever_may_see_them_and_that_is_audited(sent: Office) -> None:
    forget(sent, "p1@x.test")
    ask()
    work()
    seen, masked = reconciliation.show(ADA, news()).result, reconciliation.show(WENDY, news())
    assert seen is not None
    assert seen.missing_sample == ("p1@x.test",)
    assert masked.result is not None
    assert (masked.result.missing_sample, masked.asked_by) == (("p***@x***",), "Ada")
    (entry,) = AuditEntry.objects.filter(action="reconciliation seen")
    assert (entry.actor, entry.details) == (ADA.name, {"rows": 1})


def test_one_at_a_time_whoever_asks(sent: Office) -> None:
    first = ask().id
    assert ask(ALICE).id == first
    with pytest.raises(Conflict, match="RECONCILE_IN_PROGRESS"):
        reconciliation.reconcile(ALICE, "News", SystemClock(), sent.watcher.stage, repair=False)
    work()
    assert ask().id != first


@pytest.mark.usefixtures("sent")
def test_it_is_no_task_of_ones_own() -> None:
    with pytest.raises(NotFound, match="TASK_UNKNOWN"):
        task_queries.task(ADA, ask().id)


@pytest.mark.parametrize("what", [reconciliation.ask, reconciliation.cancel, reconciliation.repair])
def test_it_is_for_whoever_may_use_the_export(sent: Office, what: Callable[..., object]) -> None:
    ask(ALICE)
    with pytest.raises(Forbidden):
        what(WENDY, news())
    Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)
    with pytest.raises(Forbidden):
        what(ADA, news())
    assert sent.imports() == 1


def test_before_the_first_run_and_during_one_it_is_refused(office: Office) -> None:
    office.hire(1)
    office.apply()
    with pytest.raises(NotFound, match="LEDGER_MISSING"):
        ask(ALICE)
    office.run()
    run_commands.ask_run(ALICE, "News")
    with pytest.raises(Conflict, match="RUN_IN_PROGRESS"):
        ask(ALICE)


def test_a_second_step_repairs_exactly_what_was_found(sent: Office) -> None:
    forget(sent, "p1@x.test")
    ask()
    work()
    assert accounted(sent.run()).delivered == 0, "nothing is repaired before somebody says so"
    view = reconciliation.repair(ADA, news())
    assert (view.repairable, view.repaired_by) == (False, ADA.name)
    assert view.result is not None
    assert view.result.repaired
    (entry,) = AuditEntry.objects.filter(action="export reconcile")
    assert (entry.actor, entry.details) == (ADA.name, {"missing": 1, "different": 0})
    assert accounted(sent.run()).delivered == 1
    assert "p1@x.test" in sent.listed()


def test_where_anything_was_sent_since_nothing_is_repaired(sent: Office) -> None:
    forget(sent, "p1@x.test")
    ask()
    work()
    sent.hire(1)
    sent.run()
    assert not latest().repairable
    with pytest.raises(Conflict, match="RECONCILE_OUTDATED"):
        reconciliation.repair(ADA, news())


def test_while_a_run_is_under_way_nothing_is_repaired(sent: Office) -> None:
    """It would find another ledger at its end than it began with."""
    forget(sent, "p1@x.test")
    ask()
    work()
    run_commands.ask_run(ALICE, "News")
    with pytest.raises(Conflict, match="RUN_IN_PROGRESS"):
        reconciliation.repair(ADA, news())


def test_where_nobody_is_missing_there_is_nothing_to_repair(sent: Office) -> None:
    ask()
    assert (work().repairable, sent.imports()) == (False, 1)
    with pytest.raises(Conflict, match="NOTHING_TO_REPAIR"):
        reconciliation.repair(ADA, news())


def test_what_a_repair_needs_is_kept_as_long_as_it_may_be_asked_for(sent: Office) -> None:
    forget(sent, "p1@x.test")
    ask()
    work()
    repaired = Task.objects.get().payload["repaired"]
    assert repaired in needed(SystemClock())
    Task.objects.all().delete()
    assert repaired not in needed(SystemClock())


def test_a_progress_message_says_how_many_of_about_how_many(
    sent: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    shown = []
    real = list_comparison._Reader.heard

    def heard(self: Any) -> None:
        real(self)
        shown.append((latest().read, latest().about))

    monkeypatch.setattr(list_comparison._Reader, "heard", heard)
    ask()
    row = Task.objects.get()
    reconciliation.work(row, SystemClock(), said.append)
    codes = [one.code for one in said]
    assert codes == ["READING_LIST", "READING_LIST_PART", "COMPARING_LIST"]
    assert said[1].values == {"read": 1, "about": 3}
    assert ((1, 3) in shown, sent.imports()) == (True, 1)


def test_a_long_one_says_how_long_it_still_takes(sent: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HurriedClock()

    def slow(*_: Any) -> Any:
        for number in range(1, 4):
            clock.sleep(300)
            yield Listed(number, f"p{number}@x.test")

    monkeypatch.setattr(ActiveCampaign, "contacts", slow)
    said: list[Any] = []
    ask()
    reconciliation.work(Task.objects.get(), clock, said.append)
    told = [one.values for one in said if one.code == "READING_LIST_LEFT"]
    assert told == [{"read": 1, "about": 3, "minutes": 10}, {"read": 2, "about": 3, "minutes": 5}]
    assert sent.imports() == 1


def test_at_a_terminal_it_is_one_like_any_other(sent: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_the_page() -> None:
        assert latest().status is TaskStatus.PROCESSING
        assert due() == [], "no worker begins it a second time"
        assert ask().id == latest().id
        reconciliation.cancel(ADA, news())

    with monkeypatch.context() as patched:
        on_contacts(patched, at_the_page)
        with pytest.raises(Conflict, match="RECONCILE_CANCELED"):
            reconciliation.reconcile(ALICE, "News", SystemClock(), sent.watcher.stage, repair=False)
    assert latest().status is TaskStatus.CANCELED
    reconciliation.reconcile(ALICE, "News", SystemClock(), sent.watcher.stage, repair=False)
    assert (latest().status, latest().asked_by) == (TaskStatus.SUCCESSFUL, ALICE.name)


def test_whoever_begins_and_cancels_again_and_again_is_told_to_wait(sent: Office) -> None:
    for _ in range(5):
        ask()
        reconciliation.cancel(ADA, news())
    with pytest.raises(TryLater, match="TASKS_TOO_MANY"):
        ask()
    assert sent.imports() == 1
