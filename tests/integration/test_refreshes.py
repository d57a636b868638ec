"""The chain: sources -> profiles -> segments -> exports, executed in order; each failure is named in what
needed it.
"""

from collections.abc import Mapping

import pytest

from leleka.core.clock import SystemClock
from leleka.core.statuses import StepStatus
from leleka.errors import Conflict, Forbidden, NotFound
from leleka.messages.problems import english
from leleka.services.access.actor import Actor, Role
from leleka.services.concerns.contracts import ConcernKind
from leleka.services.concerns.queries import list_concerns
from leleka.services.refresh import commands as refresh_commands
from leleka.services.refresh import queries as refresh_queries
from leleka.services.refresh.contracts import RefreshView, StepView
from leleka.services.runs import commands as run_commands
from leleka.state.models import (
    AuditEntry,
    Export,
    Refresh,
    RefreshStep,
    Run,
    Segment,
    Source,
    Trigger,
)
from leleka.worker import jobs
from leleka.worker import schedules as worker_schedules
from leleka.worker.refresh import foreground
from leleka.worker.refresh import runner as refresh_runner
from leleka.worker.runs import execution as run_execution
from leleka.worker.runs.progress import NullWatcher
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.people import lend_a_name

CHARLIE = Actor("charlie", Role.VIEWER)
BOB = Actor("bob", Role.CONTRIBUTOR)

ORDERS = """\
  - name: orders
    files: orders.csv
    types: {customer: text}
relationships:
  - {name: orders, from: orders.customer, to: customers.id}
segments:
  - name: Buyers
    rules: {related: orders, exists: true}
"""
TWO_SOURCES = DEFINITIONS.replace("segments:\n", ORDERS, 1)


@pytest.fixture
def shop(office: Office) -> Office:
    """Two sources, two segments, one export of the first segment; ten customers, all of them gold."""
    office.hire(10)
    (office.folder / "orders.csv").write_text("customer,sum\n1,5\n2,7\n", encoding="utf-8")
    office.apply(TWO_SOURCES)
    lend_a_name()
    return office


def walked(number: int) -> RefreshView:
    """Execute a refresh and its runs, and return how it ended."""
    clock = SystemClock()
    refresh_runner.carry_out(number, clock)
    for run in Run.objects.filter(steps__refresh=number, finished_at__isnull=True):
        run_execution.go_on(run.pk, clock, NullWatcher())
    worker_schedules.close_finished(clock)
    return refresh_queries.show(ALICE, number)


def standing(view: RefreshView) -> Mapping[str, str]:
    return {step.name or step.kind: step.status for step in view.steps}


def step(view: RefreshView, name: str) -> StepView:
    return next(one for one in view.steps if one.name == name)


def test_everything_is_refreshed_stage_by_stage_and_then_exported(shop: Office) -> None:
    view = walked(refresh_commands.ask(ALICE, "everything"))
    assert [(one.kind, one.name) for one in view.steps] == [
        ("source", "customers"), ("source", "orders"), ("profiles", ""),
        ("segment", "Buyers"), ("segment", "Gold"), ("export", "News"),
    ]  # fmt: skip
    assert set(standing(view).values()) == {"Successful"}
    assert (view.status, step(view, "Gold").rows, step(view, "Buyers").rows) == ("Successful", 10, 2)
    assert len(shop.listed()) == 10
    assert Run.objects.get().trigger == Trigger.ON_DEMAND


def test_what_is_up_to_date_is_not_done_again(shop: Office) -> None:
    """Only what is stale is read and evaluated."""
    walked(refresh_commands.ask(ALICE, "data"))
    before = (Source.objects.get(name="orders").snapshot, Segment.objects.get(name="Buyers").snapshot)
    shop.hire(1)
    view = walked(refresh_commands.ask(ALICE, "data"))
    assert (Source.objects.get(name="orders").snapshot, step(view, "orders").changed) == (before[0], False)
    assert (step(view, "customers").changed, step(view, "Gold").rows) == (True, 11)


def test_a_source_that_fails_skips_what_depends_on_it_and_is_named(shop: Office) -> None:
    """CI-S8, T3: the reason, and the remedy."""
    walked(refresh_commands.ask(ALICE, "data"))
    (shop.folder / "orders.csv").write_text('customer,sum\n1,"5\n', encoding="utf-8")
    shop.hire(1)
    view = walked(refresh_commands.ask(ALICE, "everything"))
    assert standing(view) == {
        "customers": "Successful", "orders": "Failed", "profiles": "Successful",
        "Buyers": "Skipped", "Gold": "Successful", "News": "Successful",
    }  # fmt: skip
    (why,) = step(view, "Buyers").problems
    assert (why.code, why.where) == ("UPSTREAM_FAILED", "orders")
    assert "Source 'orders' could not be refreshed" in english(why).message
    assert english(why).remedy
    assert view.status == "Failed"
    assert len(shop.listed()) == 11, "what does not depend on it goes on"


def test_the_first_that_failed_is_named_to_the_last_that_is_skipped(shop: Office) -> None:
    (shop.folder / "customers.csv").unlink()
    view = walked(refresh_commands.ask(ALICE, "everything"))
    assert standing(view)["News"] == "Skipped"
    assert [problem.where for problem in step(view, "News").problems] == ["customers"] * 2
    assert Run.objects.count() == 0


@pytest.mark.usefixtures("shop")
def test_exports_with_their_own_schedule_or_none_are_not_in_the_system_refresh() -> None:
    """They are left alone, and nowhere shown as skipped (CI-T9)."""
    Export.objects.update(schedule={"policy": "off"})
    assert "News" not in standing(walked(refresh_commands.ask(ALICE, "everything")))


@pytest.mark.usefixtures("shop")
def test_a_detached_export_is_skipped_and_says_so() -> None:
    Export.objects.update(connection=None)
    view = walked(refresh_commands.ask(ALICE, "everything"))
    assert (standing(view)["News"], step(view, "News").problems[0].code) == ("Skipped", "CONNECTION_DETACHED")
    assert view.status == "Completed with warnings"
    assert [one.kind for one in list_concerns(ALICE, SystemClock()) if one.name == "News"] == [
        ConcernKind.SKIPPED
    ]


@pytest.mark.usefixtures("shop")
def test_an_export_whose_earlier_run_is_live_is_skipped_and_names_the_run() -> None:
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    number = refresh_commands.ask(ALICE, f"export:{Export.objects.get().pk}")
    refresh_runner.carry_out(number, SystemClock())
    worker_schedules.close_finished(SystemClock())
    (problem,) = step(refresh_queries.show(ALICE, number), "News").problems
    assert (problem.code, f"Run {run.pk} " in english(problem).message) == ("EARLIER_RUN_LIVE", True)


@pytest.mark.usefixtures("shop")
def test_one_source_is_read_alone_and_a_segment_with_what_it_needs() -> None:
    """CI-O1 to O3."""
    source = walked(refresh_commands.ask(ALICE, f"source:{Source.objects.get(name='orders').pk}"))
    assert list(standing(source)) == ["orders"]
    segment = walked(refresh_commands.ask(ALICE, f"segment:{Segment.objects.get(name='Gold').pk}"))
    assert list(standing(segment)) == ["customers", "Gold"]


@pytest.mark.usefixtures("shop")
def test_an_export_waits_while_what_it_needs_is_refreshed() -> None:
    """CI-S5."""
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    number = refresh_commands.ask(ALICE, f"segment:{Segment.objects.get(name='Gold').pk}")
    clock = SystemClock()
    assert jobs.due_jobs(clock, (), 9) == [f"refresh:{number}"]
    assert "Gold" in Run.objects.get(pk=run.pk).stage
    refresh_runner.carry_out(number, clock)
    assert jobs.due_jobs(clock, (), 9) == [f"run:{run.pk}"]


@pytest.mark.usefixtures("shop")
def test_a_segment_that_no_export_sends_holds_up_no_run() -> None:
    walked(refresh_commands.ask(ALICE, "data"))
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News"))
    number = refresh_commands.ask(ALICE, f"segment:{Segment.objects.get(name='Buyers').pk}")
    RefreshStep.objects.filter(refresh=number).exclude(name="Buyers").update(status=StepStatus.SUCCESSFUL)
    assert f"run:{run.pk}" in jobs.due_jobs(SystemClock(), (), 9)


@pytest.mark.usefixtures("shop")
def test_refreshes_are_walked_one_after_the_other() -> None:
    first, second = refresh_commands.ask(ALICE, "data"), refresh_commands.ask(ALICE, "segments")
    assert refresh_queries.show(ALICE, second).behind == first
    assert refresh_runner.next_to_walk(SystemClock()) == first
    refresh_runner.carry_out(first, SystemClock())
    assert refresh_runner.next_to_walk(SystemClock()) == second


@pytest.mark.usefixtures("shop")
def test_asking_twice_while_it_waits_is_asking_once() -> None:
    bob = Actor("operator:bob", Role.ADMINISTRATOR)
    assert refresh_commands.ask(ALICE, "data") == refresh_commands.ask(bob, "data")
    assert Refresh.objects.get().asked_by == bob.name, "whose rights are looked at when its runs begin"


@pytest.mark.usefixtures("shop")
def test_a_walker_that_died_is_followed_by_one_that_goes_on() -> None:
    """Fault 6, for the steps: what had ended is not done again."""
    number = refresh_commands.ask(ALICE, "data")
    RefreshStep.objects.filter(refresh=number, name="customers").update(status=StepStatus.SUCCESSFUL, rows=-1)
    Refresh.objects.filter(pk=number).update(
        worker="gone:1:2:3", lease_until=SystemClock().now() - 1, fence=4
    )
    view = walked(number)
    assert (step(view, "customers").rows, step(view, "Gold").rows) == (-1, 10)


@pytest.mark.usefixtures("shop")
def test_while_a_walker_holds_its_lease_nobody_else_walks() -> None:
    """I-12."""
    number = refresh_commands.ask(ALICE, "data")
    clock = SystemClock()
    Refresh.objects.filter(pk=number).update(worker="elsewhere:1:2:3", lease_until=clock.now() + 5, fence=1)
    assert refresh_runner.next_to_walk(clock) is None
    refresh_runner.carry_out(number, clock)
    assert set(standing(refresh_queries.show(ALICE, number)).values()) == {"Queued"}


@pytest.mark.usefixtures("shop")
def test_a_step_over_which_walkers_died_three_times_has_failed() -> None:
    number = refresh_commands.ask(ALICE, "data")
    RefreshStep.objects.filter(refresh=number, name="orders").update(tries=3, status=StepStatus.PROCESSING)
    view = walked(number)
    assert (standing(view)["orders"], step(view, "orders").problems[0].code) == ("Failed", "STEP_DIED")
    assert standing(view)["Gold"] == "Successful"


def test_a_canceled_refresh_starts_nothing_more_and_cancels_its_runs(shop: Office) -> None:
    number = refresh_commands.ask(ALICE, "everything")
    refresh_runner.carry_out(number, SystemClock())
    refresh_commands.cancel(ALICE, number)
    view = walked(number)
    assert (view.status, standing(view)["News"], standing(view)["Gold"]) == (
        "Canceled",
        "Canceled",
        "Successful",
    )
    assert shop.listed() == {}
    with pytest.raises(Conflict, match="REFRESH_OVER"):
        refresh_commands.cancel(ALICE, number)


@pytest.mark.usefixtures("shop")
def test_one_that_is_canceled_before_its_turn_does_nothing() -> None:
    number = refresh_commands.ask(ALICE, "everything")
    refresh_commands.cancel(ALICE, number)
    assert set(standing(walked(number)).values()) == {"Canceled"}


@pytest.mark.usefixtures("shop")
def test_who_may_refresh_what() -> None:
    segment, source = Segment.objects.get(name="Gold").pk, Source.objects.get(name="orders").pk
    for actor, scope in (
        (CHARLIE, f"segment:{segment}"), (CHARLIE, f"source:{source}"), (CHARLIE, "segments"),
        (BOB, "everything"), (BOB, "data"), (BOB, f"export:{Export.objects.get().pk}"),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            refresh_commands.ask(actor, scope)
    assert Refresh.objects.count() == 0
    refresh_commands.ask(BOB, f"segment:{segment}")
    refresh_commands.ask(BOB, f"source:{source}")
    assert AuditEntry.objects.filter(actor="bob", action="refresh").count() == 2


@pytest.mark.usefixtures("shop")
def test_what_is_not_there_cannot_be_refreshed() -> None:
    with pytest.raises(NotFound, match="SEGMENT_UNKNOWN"):
        refresh_commands.ask(ALICE, "segment:999")


@pytest.mark.usefixtures("shop")
def test_a_segment_removed_meanwhile_is_skipped() -> None:
    number = refresh_commands.ask(ALICE, "data")
    Segment.objects.get(name="Buyers").delete()
    view = walked(number)
    assert step(view, "Buyers").problems[0].code == "REMOVED_MEANWHILE"


def test_the_terminal_walks_what_waits_before_it_too(shop: Office) -> None:
    waiting = refresh_commands.ask(ALICE, "segments")
    view = foreground.refresh_now(ALICE, "everything", SystemClock(), NullWatcher())
    assert view.status == "Successful"
    assert refresh_queries.show(ALICE, waiting).status == "Successful"
    assert len(shop.listed()) == 10
