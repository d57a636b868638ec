"""What ActiveCampaign confirms after a run's end reaches the ledger, not the report."""

import pytest

from leleka.core.clock import SystemClock
from leleka.core.ports.outbox import BatchStatus
from leleka.engine import poll_rhythm
from leleka.state.models import BatchRow, Run
from leleka.worker import jobs
from tests.integration.office import Office


@pytest.fixture
def unconfirmed(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Twenty people, accepted by ActiveCampaign and not imported when the run ended."""
    monkeypatch.setattr(poll_rhythm, "_LEAST_PATIENCE", 0.2)
    monkeypatch.setattr(poll_rhythm, "_PATIENCE", 0.2)
    office.hire(20)
    office.apply()
    office.behave(queue_held=True)
    view = office.run()
    assert view.counts is not None
    assert (view.status, view.counts.unconfirmed) == ("Completed with warnings", 20)
    assert set(office.ledger().values()) == {"unconfirmed"}
    return office


def let_the_queue_move(office: Office) -> None:
    """Without limits the sandbox takes one step per poll, from waiting to completed."""
    office.behave(queue_held=False)
    while len(office.listed()) < 20:
        office.listed()


def test_a_late_confirmation_enters_the_ledger_and_nothing_is_sent_again(unconfirmed: Office) -> None:
    let_the_queue_move(unconfirmed)
    before = unconfirmed.imports()
    view = unconfirmed.run()

    assert unconfirmed.imports() == before
    assert view.counts is not None
    assert view.counts.unchanged == 20
    assert set(unconfirmed.ledger().values()) == {"member"}
    assert BatchRow.objects.get().status == BatchStatus.CONFIRMED
    first = Run.objects.order_by("pk")[0]
    assert (first.status, first.counts["unconfirmed"]) == ("Completed with warnings", 20)


def test_who_is_not_on_the_list_then_stays_unconfirmed(unconfirmed: Office) -> None:
    """An import over an archived contact is completed, too; the next run sends who was skipped."""
    unconfirmed.ask("archive", {"email": "p3@x.test"})
    unconfirmed.behave(archived_import="skipped", queue_held=False)
    while len(unconfirmed.listed()) < 19:
        unconfirmed.listed()
    jobs.carry_out(f"late:{Run.objects.get().account_id}", SystemClock())
    states = unconfirmed.ledger()
    assert (states.pop("p3@x.test"), set(states.values())) == ("unconfirmed", {"member"})
    assert (BatchRow.objects.get().status, BatchRow.objects.get().created) == (BatchStatus.CONFIRMED, 19)
    unconfirmed.behave(archived_import="restored")
    view = unconfirmed.run()
    assert view.counts is not None
    assert (view.counts.delivered, view.counts.unchanged) == (1, 19)


def test_the_worker_asks_for_late_confirmations_though_nothing_runs_again(unconfirmed: Office) -> None:
    """Design 3.6: for a day, whatever becomes of the run."""
    clock = SystemClock()
    account = Run.objects.get().account_id
    assert jobs.due_jobs(clock, but=(), limit=9) == [f"late:{account}"]
    let_the_queue_move(unconfirmed)
    jobs.carry_out(f"late:{account}", clock)

    assert set(unconfirmed.ledger().values()) == {"member"}
    assert jobs.due_jobs(clock, but=(), limit=9) == []


def test_while_it_is_not_confirmed_its_people_wait(unconfirmed: Office) -> None:
    """I-5: a changed person is not overtaken by a newer version while the older is open."""
    unconfirmed.edit(3, first_name="Нове")
    before = unconfirmed.imports()
    view = unconfirmed.run()

    assert unconfirmed.imports() == before
    assert view.counts is not None
    assert view.counts.not_attempted == {"WAITING_FOR_EARLIER_SEND": 20}


def test_who_changed_meanwhile_is_sent_after_the_confirmation(unconfirmed: Office) -> None:
    unconfirmed.edit(3, first_name="Нове")
    let_the_queue_move(unconfirmed)
    view = unconfirmed.run()

    assert view.counts is not None
    assert (view.counts.delivered, view.counts.unchanged) == (1, 19)
    assert unconfirmed.listed()["p3@x.test"]["first_name"] == "Нове"
