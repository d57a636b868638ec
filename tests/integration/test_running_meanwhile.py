"""What happens between the request for a run and its first byte: exports are edited, refreshed, canceled."""

from dataclasses import replace
from typing import Any

import pytest

from leleka.core.clock import SystemClock
from leleka.engine.sender_pool import ThreadSenders
from leleka.errors import Conflict
from leleka.sandbox.contacts import Status
from leleka.services.access.actor import Actor
from leleka.services.exports import commands as export_commands
from leleka.services.exports.form import data_of
from leleka.services.monitoring import process_identity
from leleka.services.refresh import commands as refresh_commands
from leleka.services.refresh.queue import in_the_way
from leleka.services.runs import commands as run_commands
from leleka.state.models import AttemptRow, Export, Ledger, Refresh, Run, RunStatus, Trigger, WorkerBeat
from leleka.worker.refresh import runner as refresh_runner
from leleka.worker.refresh import steps as refresh_steps
from leleka.worker.runs import execution as run_execution
from leleka.worker.runs.progress import NullWatcher
from tests.integration.moments import long_ago, once
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.people import lend_a_name

CLOCK = SystemClock()
UNSUBSCRIBE = "    leavers: unsubscribe\n"
OTHER = """\
  - name: Other
    connection: Sandbox
    list: 1
    segments: Silver
    data_matching:
      email: email
      first_name: first_name
      fields:
        - {column: city, field: 2}
"""
SILVER = "  - name: Silver\n    rules: {column: tier, is: silver}\nconnections:\n"
TWO = DEFINITIONS.replace("connections:\n", SILVER, 1) + UNSUBSCRIBE + OTHER


def edit(**changes: str) -> None:
    Export.objects.update(managed_by_file="")
    row = Export.objects.get()
    export_commands.update(ALICE, row.pk, {**data_of(row), **changes}, row.version)


def refuses(run: Run) -> None:
    with pytest.raises(Conflict, match="EXPORT_MOVED"):
        run_execution.go_on(run.pk, CLOCK, NullWatcher())
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED


def test_an_export_that_was_moved_to_another_list_is_not_sent_by_a_run_asked_for_before(shop: Office) -> None:
    """I-1, I-6: otherwise its people arrived on the new list, and the ledger recorded it for the old one."""
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    edit(list="2")
    refuses(run)
    assert (shop.imports(), list(Ledger.objects.all())) == (0, [])
    shop.run()
    assert len(shop.listed(2)) == 3
    edit(list="1")
    long_ago()
    shop.run()
    assert len(shop.listed(1)) == 3


def test_an_export_that_was_moved_to_another_account_is_not_sent_by_a_run_asked_for_before(
    shop: Office, settings: Any
) -> None:
    """I-20: whom that account suppresses is not known to the run."""
    host = f"localhost:{shop.sandbox.port}"
    network = replace(settings.LELEKA.network, test_hosts=settings.LELEKA.network.test_hosts | {host})
    settings.LELEKA = replace(settings.LELEKA, network=network)
    second = (
        f'  - {{name: Second, host: "{host}", key: "${{KEY}}", consent: {{agreed_by: Ada, version: "1"}}}}\n'
    )
    shop.apply(DEFINITIONS.replace("exports:\n", f"{second}exports:\n"))
    lend = Export.objects.get().connection
    assert lend is not None
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    edit(connection="Second")
    refuses(run)
    assert shop.imports() == 0


@pytest.mark.long
def test_whoever_moved_to_a_segment_of_another_export_is_not_unsubscribed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-10: a run begins between the evaluation of its own segment and of the other one to the same list."""
    office.hire(5)
    office.hire(2, tier="silver")
    office.apply(TWO)
    lend_a_name()
    office.run("News")
    office.run("Other")
    long_ago()
    office.edit(3, tier="silver")
    run = Run.objects.get(
        pk=run_commands.ask_run(Actor("schedule", ALICE.role), "News", trigger=Trigger.SYSTEM, refresh=False)
    )
    number = refresh_commands.ask(ALICE, "data")
    real = refresh_steps.do

    def do(session: Any, step: Any, *rest: Any) -> Any:
        if step.name == "Silver":
            with monkeypatch.context() as patched:  # as if it had looked for refreshes just before this one
                patched.setattr(run_execution, "in_the_way", lambda _: ())
                run_execution.go_on(run.pk, CLOCK, NullWatcher())
        return real(session, step, *rest)

    monkeypatch.setattr(refresh_steps, "do", do)
    refresh_runner.carry_out(number, CLOCK)
    assert Run.objects.get(pk=run.pk).status == RunStatus.SUCCESSFUL
    assert office.listed(status=Status.UNSUBSCRIBED) == {}


def test_an_export_that_tells_of_leavers_waits_for_the_other_segments_of_its_list(office: Office) -> None:
    office.hire(1)
    office.apply(TWO)
    refresh_commands.ask(ALICE, "data")
    assert "Silver" in in_the_way(Export.objects.get(name="News"))
    assert "Gold" not in in_the_way(Export.objects.get(name="Other"))


def test_a_cancel_just_before_the_plan_is_written_is_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-14: a run that needs confirmation does not wait for it after a cancellation."""
    office.hire(5)
    office.apply(DEFINITIONS + UNSUBSCRIBE)
    lend_a_name()
    office.run()
    office.edit(1, 2, 3, 4, 5, tier="silver")
    once(monkeypatch, "planned", lambda: run_commands.cancel_run(ALICE, Run.objects.latest("pk").pk))
    office.run()
    # PostgreSQL numbers rows on from those of other tests.
    assert Run.objects.latest("pk").status == RunStatus.CANCELED


@pytest.mark.usefixtures("shop")
def test_a_run_that_waits_for_a_refresh_is_canceled(monkeypatch: pytest.MonkeyPatch) -> None:
    """I-14: it waits for a worker, which does that."""
    now = CLOCK.now()
    WorkerBeat.objects.create(name="a:b:1:2", host="it", pid=1, version="1", started_at=now, seen_at=now)
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News", refresh=False))
    refresh_commands.ask(ALICE, "everything")
    waited: list[float] = []

    def sleep(_: SystemClock, seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 1:
            run_commands.cancel_run(ALICE, run.pk)
        assert len(waited) < 10

    monkeypatch.setattr(SystemClock, "sleep", sleep)
    monkeypatch.setattr(SystemClock, "monotonic", lambda _: float(sum(waited)))
    run_execution.go_on(run.pk, CLOCK, NullWatcher())
    run.refresh_from_db()
    assert run.status == RunStatus.CANCELED


def test_a_run_does_itself_what_a_dead_process_left_where_no_worker_is(shop: Office) -> None:
    """I-16: nobody else would ever end that refresh, and no export would run again."""
    number = refresh_commands.plan("data", Trigger.ON_DEMAND, "operator").pk
    dead = (
        process_identity.me().rpartition(":")[0] + ":0"
    )  # as if the number of the process had been given anew
    assert process_identity.is_dead(dead)
    Refresh.objects.filter(pk=number).update(worker=dead, lease_until=CLOCK.now() + 60, fence=1)
    assert shop.run().status == "Successful"
    assert Refresh.objects.get(pk=number).walked_at is not None


def test_answers_that_arrive_while_a_run_is_told_to_stop_are_written_down(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 74: the next process polls the batch, and does not send it once more."""
    real, told = ThreadSenders.finished, list[str]()

    def finished(senders: ThreadSenders, patience: float) -> Any:
        if AttemptRow.objects.exists() and not told:
            told.append("to stop")
            raise KeyboardInterrupt
        return real(senders, patience)

    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    monkeypatch.setattr(ThreadSenders, "finished", finished)
    with pytest.raises(KeyboardInterrupt):
        run_execution.go_on(run.pk, CLOCK, NullWatcher())
    assert list(AttemptRow.objects.values_list("outcome", flat=True)) == [AttemptRow.Outcome.ACCEPTED]
    run_execution.go_on(run.pk, CLOCK, NullWatcher())
    run.refresh_from_db()
    assert (run.status, shop.imports()) == (RunStatus.SUCCESSFUL, 1)
