"""Fault 63: a run canceled at every possible moment, twice, too late, and while it is throttled (I-2, I-13,
I-14).
"""

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import LelekaError
from leleka.services.runs import commands as run_commands
from leleka.services.runs import queries as run_queries
from leleka.state import outbox
from leleka.state.models import AttemptRow, AuditEntry, BatchRow, Run
from leleka.worker.runs import execution as run_execution
from tests.fakes.clock import VirtualClock
from tests.integration.moments import (
    IMPORT,
    WRITES,
    Killed,
    accounted,
    addresses,
    at_each,
    everybody_arrives,
    long_ago,
    once,
)
from tests.integration.office import ALICE, Office

PEOPLE = 300  # two requests
TROUBLE = {
    "calm": [],
    "throttled": [{"kind": "throttled", "value": "1", "where": IMPORT, "times": 3}],
    "unanswered": [{"kind": "lost_reply", "where": IMPORT, "times": 3}],
}


@pytest.fixture
def ready(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """People who are applied and not sent yet; a cancellation is noticed at the very next step."""
    monkeypatch.setattr(outbox, "_LOOK_EVERY", 0.0)
    office.hire(PEOPLE)
    office.apply()
    return office


def live() -> int:
    return Run.objects.get(finished_at__isnull=True).pk


def assert_all_have(office: Office, name: str) -> None:
    """The next run continues without loss; those who may have been sent to must wait for that first."""
    long_ago()
    while accounted(office.run()).unconfirmed:
        long_ago()
    assert {one["first_name"] for one in office.listed().values()} == {name}
    assert office.ledger() == dict.fromkeys(addresses(PEOPLE), "member")


def canceled_at(office: Office, moment: int) -> tuple[int, list[str]]:
    """Run, and cancel just before the write of that number; return the run and which writes followed."""
    run, written = 0, list[str]()

    def cancel(name: str, number: int) -> None:
        nonlocal run
        if run:
            written.append(name)
        if number == moment:
            run = live()
            run_commands.cancel_run(ALICE, run)

    with pytest.MonkeyPatch.context() as patch:
        at_each(patch, WRITES, cancel)
        office.run()
    return run, written


@pytest.mark.slow
@pytest.mark.short("calm-3")
@pytest.mark.parametrize(("trouble", "step"), [("calm", 3), *((name, 1) for name in TROUBLE)])
def test_a_run_canceled_at_any_write_stops_and_loses_nobody(ready: Office, trouble: str, step: int) -> None:
    """Before every third write here, and before each in ``make proof``."""
    moment, canceled = 0, 0
    while True:
        moment += step
        ready.edit(*range(1, PEOPLE + 1), first_name=f"Ім'я {moment}")
        ready.behave(faults=TROUBLE[trouble])
        run, written = canceled_at(ready, moment)
        if not run:
            break
        view = run_queries.show_run(ALICE, run)
        # Of what follows, only the current step may still send: the next one notices the cancellation.
        assert written.count("write_ahead") <= 1, (moment, written)
        if view.counts is None:  # canceled before it was planned: nobody was selected yet
            assert (view.status, view.requests) == ("Canceled", 0)
        else:
            assert view.status == "Canceled" or not accounted(view).not_attempted, (moment, view)
        canceled += view.status == "Canceled"
        ready.behave(faults=[])
        assert_all_have(ready, f"Ім'я {moment}")
    assert moment > 6
    assert canceled * step > 3


class CancelsAsleep(VirtualClock):
    """Cancels the live run as soon as anything waits."""

    asleep_at: float | None = None

    def sleep(self, seconds: float) -> None:
        if self.asleep_at is None:
            self.asleep_at = self.monotonic()
            run_commands.cancel_run(ALICE, live())
        super().sleep(seconds)


@pytest.mark.parametrize("where", ["GET /api/3/lists/1", "GET /api/3/fields", "GET /api/3/contacts"])
def test_a_wait_before_delivery_ends_with_a_cancel(ready: Office, where: str) -> None:
    """I-14, faults 21, 22: nothing is asked within the pause that ActiveCampaign asks for."""
    ready.behave(faults=[{"kind": "throttled", "value": "600", "where": where}])
    clock = CancelsAsleep(SystemClock().now())
    view = run_execution.run_export(ALICE, "News", clock, ready.watcher)
    assert (view.status, view.requests, ready.imports()) == ("Canceled", 0, 0)
    assert clock.asleep_at is not None
    assert clock.monotonic() - clock.asleep_at <= 2


def test_canceling_twice_asks_once(ready: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice() -> None:
        assert [run_commands.cancel_run(ALICE, live()).status for _ in range(2)] == ["Canceling", "Canceling"]

    once(monkeypatch, "planned", twice, after=True)
    view = ready.run()
    assert (view.status, view.requests, ready.imports()) == ("Canceled", 0, 0)
    assert accounted(view).not_attempted == {"RUN_STOPPED": PEOPLE}
    assert AuditEntry.objects.filter(action="run cancel").count() == 1


@pytest.mark.parametrize("canceled", [False, True])
def test_a_run_that_has_ended_stays_as_it_is(
    ready: Office, monkeypatch: pytest.MonkeyPatch, canceled: bool
) -> None:
    """I-13: canceled after its end, nothing of it changes, and nothing is sent for it."""
    if canceled:
        once(monkeypatch, "planned", lambda: run_commands.cancel_run(ALICE, live()), after=True)
    view = ready.run()
    before = (Run.objects.values().get(), list(BatchRow.objects.values()), list(AttemptRow.objects.values()))
    imports = ready.imports()
    with pytest.raises(LelekaError) as caught:
        run_commands.cancel_run(ALICE, view.id)
    assert caught.value.code == "RUN_FINISHED"
    after = (Run.objects.values().get(), list(BatchRow.objects.values()), list(AttemptRow.objects.values()))
    assert (after, ready.imports()) == (before, imports)


def test_a_canceled_run_whose_process_died_is_settled_by_the_next_command(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Part of it was sent, so it cannot simply be called canceled: the next command takes it up and ends it."""

    def dies() -> None:
        run_commands.cancel_run(ALICE, live())
        raise Killed

    with monkeypatch.context() as dying:
        once(dying, "together", dies)
        with pytest.raises(Killed):
            ready.run()
    run = live()
    assert run_queries.show_run(ALICE, run).status == "Canceling"
    imports = ready.imports()
    view = ready.run()
    assert (view.id, view.status, ready.imports()) == (run, "Canceled", imports)
    assert accounted(view).unconfirmed == PEOPLE
    long_ago()
    everybody_arrives(ready, PEOPLE)
    assert ready.listed().keys() == addresses(PEOPLE)
