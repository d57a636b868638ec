"""The status of everything: one vocabulary, nothing that ran shown as skipped, and no additional query per
export.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.core.refresh_graph import StepKind
from leleka.errors import NotFound
from leleka.messages.problems import english
from leleka.services.refresh import commands as refresh_commands
from leleka.services.runs import commands as export_commands
from leleka.services.runs import commands as run_commands
from leleka.services.status import queries as status_queries
from leleka.services.status import refresh_progress as status_refresh_progress
from leleka.services.status.lines import StepLine
from leleka.services.status.queries import StatusFilter
from leleka.state.models import Export, Refresh, RefreshStep, Run, Trigger
from leleka.worker import schedules as worker_schedules
from leleka.worker.refresh import runner as refresh_runner
from leleka.worker.runs import execution as run_execution
from leleka.worker.runs.progress import NullWatcher
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.people import lend_a_name

USED = [kind for kind in StepKind if kind is not StepKind.MEASURE]  # the shop has none


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(5)
    office.apply()
    lend_a_name()
    return office


def refresh(scope: str = "everything", trigger: Trigger = Trigger.ON_DEMAND) -> int:
    """Execute a refresh to its end, with the runs of its exports."""
    number = refresh_commands.plan(scope, trigger, "schedule").pk
    clock = SystemClock()
    refresh_runner.carry_out(number, clock)
    for run in Run.objects.filter(steps__refresh=number, finished_at__isnull=True):
        run_execution.go_on(run.pk, clock, NullWatcher())
    worker_schedules.close_finished(clock)
    return number


def line(kind: StepKind, name: str) -> StepLine:
    groups = {group.kind: group for group in status_queries.overview(ALICE).groups}
    return next(one for one in groups[kind].lines if one.name == name)


@pytest.mark.usefixtures("shop")
def test_every_group_counts_its_things_and_says_how_they_stand() -> None:
    """CI-T5."""
    refresh()
    found = status_queries.overview(ALICE)
    assert [(one.kind, one.total, dict(one.statuses)) for one in found.groups] == [
        (kind, 1, {"Successful": 1}) for kind in USED
    ]
    assert found.live is False
    assert (line(StepKind.SEGMENT, "Gold").rows, line(StepKind.EXPORT, "News").trigger) == (5, "on demand")


@pytest.mark.usefixtures("shop")
def test_a_run_by_its_own_schedule_is_never_shown_as_skipped() -> None:
    """Complaint 1, CI-T9: not by a system refresh that leaves it out, and not by one that had skipped it before."""
    export = Export.objects.get()
    kept = export.connection
    Export.objects.update(connection=None)
    refresh(trigger=Trigger.SYSTEM)
    assert line(StepKind.EXPORT, "News").status == "Skipped"
    own = {"repeat": "daily", "times": ["08:00"], "time_zone": "UTC"}
    Export.objects.update(connection=kept, schedule={"policy": "own", "schedule": own})
    refresh(f"export:{export.pk}", Trigger.OWN)
    refresh(trigger=Trigger.SYSTEM)
    found = line(StepKind.EXPORT, "News")
    assert (found.status, found.trigger) == ("Successful", "own schedule")
    _, lines = status_queries.history(ALICE, (StepKind.EXPORT, export.pk))
    assert [(one.status, one.trigger) for one in lines] == [
        ("Successful", "own schedule"), ("Skipped", "system refresh"),
    ]  # fmt: skip
    assert status_queries.skipped(ALICE, export.pk) is None


def test_a_run_by_hand_after_a_skipped_refresh_is_what_is_shown_and_a_later_skip_again(shop: Office) -> None:
    """The newer of the two determines the status."""
    kept = Export.objects.get().connection
    Export.objects.update(connection=None)
    refresh()
    Export.objects.update(connection=kept)
    shop.run()
    assert line(StepKind.EXPORT, "News").status == "Successful"
    Export.objects.update(connection=None)
    refresh()
    assert line(StepKind.EXPORT, "News").status == "Skipped"


def test_whatever_is_skipped_says_why_and_what_to_do(shop: Office) -> None:
    """Complaint 2, CI-T3: upstream failed."""
    refresh()
    (shop.folder / "customers.csv").unlink()
    number = refresh()
    found = line(StepKind.EXPORT, "News")
    assert found.status == "Skipped"
    assert {problem.code for problem in found.problems} == {"UPSTREAM_FAILED"}
    assert all(english(problem).message and english(problem).remedy for problem in found.problems)
    told = status_queries.skipped(ALICE, Export.objects.get().pk)
    assert told is not None
    assert told.refresh == number


@pytest.mark.usefixtures("shop")
def test_what_waits_in_a_refresh_is_queued_and_what_was_never_asked_for_has_not_started() -> None:
    """Complaint 3: one vocabulary."""
    assert line(StepKind.EXPORT, "News").status == "Not started"
    refresh_commands.ask(ALICE, "everything")
    assert line(StepKind.EXPORT, "News").status == "Queued"
    assert status_queries.overview(ALICE).live is True


@pytest.mark.usefixtures("shop")
def test_a_run_that_goes_on_is_shown_and_not_the_refresh_that_was_skipped_for_it() -> None:
    run = Run.objects.get(pk=run_commands.ask_run(ALICE, "News", refresh=False))
    number = refresh_commands.plan("everything", Trigger.SYSTEM, "schedule").pk
    refresh_runner.carry_out(number, SystemClock())
    assert RefreshStep.objects.get(kind=StepKind.EXPORT).status == "Skipped"
    found = line(StepKind.EXPORT, "News")
    assert (found.run, found.live) == (run.pk, True)


def test_what_was_read_for_a_run_is_what_last_became_of_it(shop: Office) -> None:
    """A5: nothing that was read shows "Nothing has run yet", and no page says that the profiles have not started."""
    shop.run()
    overview = {group.kind: group.lines[0] for group in status_queries.overview(ALICE).groups}
    for kind, number in ((StepKind.SOURCE, 1), (StepKind.PROFILES, 0), (StepKind.SEGMENT, 1)):
        (seen,) = status_queries.history(ALICE, (kind, number))[1]
        assert (seen.status, seen.rows, seen.trigger, seen.refresh) == ("Successful", 5, "", None)
        assert (overview[kind].status, overview[kind].rows) == ("Successful", 5)
    refresh("data")
    _, (later,) = status_queries.history(ALICE, (StepKind.SOURCE, 1))
    assert later.trigger == "on demand"


@pytest.mark.usefixtures("shop")
def test_what_was_evaluated_outside_a_refresh_is_as_new_as_that() -> None:
    refresh("data")
    before = line(StepKind.SEGMENT, "Gold").updated_at
    later = timezone.now()
    Export.objects.get().segments.update(evaluated_at=later)
    found = line(StepKind.SEGMENT, "Gold")
    assert before
    assert (found.updated_at, found.status) == (later, "Successful")


@pytest.mark.usefixtures("shop")
def test_the_number_of_queries_does_not_grow_with_the_exports() -> None:
    refresh()
    with CaptureQueriesContext(connection) as few:
        status_queries.overview(ALICE)
    export = Export.objects.get()
    others = [
        Export(name=f"Other {n:04}", connection=export.connection, target="2", matching=export.matching,
               leavers=export.leavers)
        for n in range(1000)
    ]  # fmt: skip
    Export.objects.bulk_create(others)
    now, run = timezone.now(), Run.objects.get()
    Run.objects.bulk_create(
        Run(export=one, account=run.account, config=run.config, asked_by="x", created_at=now, finished_at=now,
            status="Failed", trigger=Trigger.OWN)
        for one in others
    )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        found = status_queries.overview(ALICE, StatusFilter(kind="export", page=2))
    assert len(many) == len(few) <= 12
    exports = found.groups[-1]
    assert (exports.total, exports.statuses, exports.pages) == (1001, {"Failed": 1000, "Successful": 1}, 21)
    assert [one.name for one in exports.lines][:2] == ["Other 0049", "Other 0050"]
    chosen = status_queries.overview(ALICE, StatusFilter(words="other 00", status="Failed")).groups[-1]
    assert (chosen.found, len(chosen.lines)) == (100, 50)


@pytest.mark.usefixtures("shop")
def test_progress_shows_the_whole_refresh_or_what_one_thing_needed() -> None:
    """CI-T7."""
    number = refresh()
    whole = status_refresh_progress.progress(ALICE, number)
    assert [(one.kind, one.well, one.total) for one in whole.stages] == [(kind, 1, 1) for kind in USED]
    segment = line(StepKind.SEGMENT, "Gold")
    part = status_refresh_progress.progress(ALICE, number, (StepKind.SEGMENT, segment.of))
    assert [one.kind for one in part.stages] == [StepKind.SOURCE, StepKind.SEGMENT]
    assert (whole.whole, part.whole, whole.may_cancel) == (True, False, False)
    told = status_refresh_progress.details(ALICE, number, 4)
    assert (told.line.name, told.well, told.total) == ("News", 3, 3)
    with pytest.raises(NotFound):
        status_refresh_progress.details(ALICE, number, 99)


@pytest.mark.usefixtures("shop")
def test_a_stage_of_a_thousand_is_cut_and_its_failures_come_first() -> None:
    number = refresh()
    row = Refresh.objects.get(pk=number)
    row.steps.bulk_create(
        RefreshStep(
            refresh=row,
            number=number,
            kind="export",
            of=number,
            name=f"n{number}",
            status="Failed" if number == 90 else "Successful",
        )
        for number in range(10, 110)
    )
    with CaptureQueriesContext(connection) as asked:
        exports = status_refresh_progress.progress(ALICE, number).stages[-1]
    assert len(asked) < 8
    assert (exports.total, exports.well, exports.more, exports.status) == (101, 100, 51, "Failed")
    assert exports.lines[0].name == "n90"


def test_run_all_leaves_out_what_is_off_and_run_does_not(office: Office) -> None:
    """Complaint 10, CI-O1, O2."""
    office.hire(2)
    office.apply(DEFINITIONS)
    number = Export.objects.get().pk
    Export.objects.update(schedule={"policy": "off"})
    assert export_commands.run_all(ALICE) == []
    (asked,) = export_commands.run_all(ALICE, [number])
    assert asked.run == Run.objects.get().pk
