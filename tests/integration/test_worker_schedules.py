"""Due instants: one decision each, whoever decides and whatever the clock does (I-17); failed runs tried
again.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from leleka.core.schedules.instants import instants
from leleka.errors import Conflict, InvalidInput
from leleka.services.exports.schedule_setting import schedule_of
from leleka.services.refresh import queries as refresh_queries
from leleka.services.schedules import commands as schedule_commands
from leleka.services.schedules import queries as schedule_queries
from leleka.state.models import DueDecision, Export, Notice, Refresh, Run, SystemSchedule, Trigger
from leleka.worker import schedules as worker_schedules
from leleka.worker.notices import sweep as notice_sweep
from leleka.worker.refresh import runner as refresh_runner
from tests.fakes.clock import START, VirtualClock
from tests.integration.office import ALICE, DEFINITIONS, Office

HOURS = {"repeat": "daily", "times": ["00:00", "06:00", "12:00", "18:00"], "time_zone": "UTC"}
OWN = {"repeat": "weekly", "days": ["mon", "wed"], "times": ["08:00"], "time_zone": "Europe/Kyiv"}
MIDNIGHT = 1_700_006_400.0  # 2023-11-15T00:00:00Z, a Wednesday


@pytest.fixture
def clock() -> VirtualClock:
    """It is a minute after midnight, UTC."""
    passing = VirtualClock()
    passing.sleep(MIDNIGHT + 60 - START)
    return passing


def decided(subject: str = "system") -> list[tuple[str, str, str]]:
    rows = DueDecision.objects.filter(subject=subject).order_by("due_at")
    return [(row.due_at.strftime("%d %H:%M"), row.outcome, row.reason) for row in rows]


def end(refresh: Refresh) -> None:
    Refresh.objects.filter(pk=refresh.pk).update(
        walked_at=refresh.created_at, finished_at=refresh.created_at, status="Successful"
    )


@pytest.mark.usefixtures("shop")
def test_the_system_refreshes_at_its_times_and_decides_each_once(clock: VirtualClock) -> None:
    schedule_commands.set_system(ALICE, HOURS, 0, clock)
    worker_schedules.tick(clock)
    assert decided() == [], "what was due before it was set is not run"
    clock.sleep(6 * 3600)
    worker_schedules.tick(clock)
    worker_schedules.tick(clock)
    assert decided() == [("15 06:00", "started", "on-time")]
    refresh = Refresh.objects.get()
    assert (refresh.trigger, refresh.scope, refresh.due_at) == (
        Trigger.SYSTEM, "everything", datetime(2023, 11, 15, 6, tzinfo=UTC)
    )  # fmt: skip


@pytest.mark.usefixtures("shop")
def test_it_is_off_until_it_is_switched_on(clock: VirtualClock) -> None:
    """CI-S1."""
    assert schedule_queries.system(ALICE, clock).on is False
    schedule_commands.set_system(ALICE, {**HOURS, "on": False}, 0, clock)
    clock.sleep(86_400)
    worker_schedules.tick(clock)
    assert DueDecision.objects.count() == 0


@pytest.mark.usefixtures("shop")
def test_three_days_down_make_one_catch_up_and_the_rest_missed(clock: VirtualClock) -> None:
    """Fault 61."""
    schedule_commands.set_system(ALICE, HOURS, 0, clock)
    clock.sleep(3 * 86_400)
    worker_schedules.tick(clock)
    found = decided()
    assert len(found) == 12
    assert [outcome for _, outcome, _ in found] == ["skipped-missed"] * 11 + ["started"]
    assert Refresh.objects.count() == 1


@pytest.mark.usefixtures("shop")
def test_one_that_is_due_while_the_last_one_goes_on_is_skipped_and_says_why(clock: VirtualClock) -> None:
    """Fault 62."""
    schedule_commands.set_system(ALICE, HOURS, 0, clock)
    clock.sleep(6 * 3600)
    worker_schedules.tick(clock)
    clock.sleep(6 * 3600)
    worker_schedules.tick(clock)
    assert decided()[-1][1:] == ("skipped-overlap", "still-running")
    assert DueDecision.objects.last().detail == f"refresh {Refresh.objects.get().pk} had not ended: Queued"  # type: ignore[union-attr]
    end(Refresh.objects.get())
    clock.sleep(6 * 3600)
    worker_schedules.tick(clock)
    assert decided()[-1] == ("15 18:00", "started", "on-time")


@pytest.mark.short("-3600.0")
@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("step", [-3600.0, -7200.0, -86_400.0, -START, 3600.0])
def test_a_clock_that_is_set_decides_no_instant_twice(clock: VirtualClock, step: float) -> None:
    """Fault 58."""
    schedule_commands.set_system(ALICE, HOURS, 0, clock)
    clock.sleep(6 * 3600)
    worker_schedules.tick(clock)
    end(Refresh.objects.get())
    clock.step_wall(step)
    for _ in range(30):
        clock.sleep(3600)
        worker_schedules.tick(clock)
        for refresh in Refresh.objects.filter(finished_at=None):
            end(refresh)
    due = [day_and_time for day_and_time, _, _ in decided()]
    assert len(due) == len(set(due))
    assert all(outcome == "started" for _, outcome, _ in decided())
    assert Refresh.objects.count() == len(due)


@pytest.mark.usefixtures("shop")
def test_of_two_schedulers_at_one_instant_one_decides(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 6: the other has read that it is due, and finds it decided."""
    schedule_commands.set_system(ALICE, HOURS, 0, clock)
    clock.sleep(6 * 3600)
    other = VirtualClock()
    other.sleep(clock.now() - START)

    def meanwhile(*words: object) -> Iterator[object]:
        monkeypatch.setattr("leleka.worker.schedules.instants", instants)
        worker_schedules.tick(other)
        return instants(*words)  # type: ignore[arg-type]

    monkeypatch.setattr("leleka.worker.schedules.instants", meanwhile)
    worker_schedules.tick(clock)
    assert decided() == [("15 06:00", "started", "on-time")]
    assert Refresh.objects.count() == 1


@pytest.mark.usefixtures("shop")
def test_a_decision_and_what_it_starts_are_there_together_or_not_at_all(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 6."""
    schedule_commands.set_system(ALICE, HOURS, 0, clock)
    clock.sleep(6 * 3600)

    class Killed(BaseException):
        """The process has died."""

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(worker_schedules._Due, "_move_on", die)
        with pytest.raises(Killed):
            worker_schedules.tick(clock)
    assert (DueDecision.objects.count(), Refresh.objects.count()) == (0, 0)
    worker_schedules.tick(clock)
    assert (DueDecision.objects.count(), Refresh.objects.count()) == (1, 1)


@pytest.mark.usefixtures("shop")
def test_an_export_runs_by_its_own_schedule_and_is_shown_as_what_it_was(clock: VirtualClock) -> None:
    """CI-S3, T9: 08:00 in Kyiv is 06:00 UTC in November."""
    Export.objects.update(managed_by_file="")
    export = Export.objects.get()
    schedule_commands.set_exports(ALICE, [export.pk], OWN, clock)
    schedule_commands.set_system(ALICE, HOURS, 0, clock)
    clock.sleep(6 * 3600)
    worker_schedules.tick(clock)
    assert decided(f"export:{export.pk}") == [("15 06:00", "started", "on-time")]
    own = Refresh.objects.get(trigger=Trigger.OWN)
    system = Refresh.objects.get(trigger=Trigger.SYSTEM)
    assert not system.steps.filter(kind="export").exists()
    refresh_runner.carry_out(own.pk, clock)
    assert Run.objects.get().trigger == Trigger.OWN


@pytest.mark.usefixtures("shop")
def test_off_means_only_by_hand_and_keeps_the_schedule_it_had(clock: VirtualClock) -> None:
    """CI-S3, S4."""
    Export.objects.update(managed_by_file="")
    number = Export.objects.get().pk
    schedule_commands.set_exports(ALICE, [number], OWN, clock)
    schedule_commands.switch_exports(ALICE, [number], clock, on=False)
    clock.sleep(30 * 86_400)
    worker_schedules.tick(clock)
    assert DueDecision.objects.count() == 0
    schedule_commands.switch_exports(ALICE, [number], clock, on=True)
    told = schedule_of(Export.objects.get())
    assert (told.policy, told.own and told.own.zone) == ("own", "Europe/Kyiv")
    worker_schedules.tick(clock)
    assert DueDecision.objects.count() == 0, "what was due while it was off is not caught up"


@pytest.mark.usefixtures("shop")
def test_a_schedule_whose_zone_is_gone_says_so_and_goes_on_saying_so(clock: VirtualClock) -> None:
    """Fault 60; a schedule never breaks silently."""
    schedule_commands.set_system(ALICE, HOURS, 0, clock)
    SystemSchedule.objects.update(schedule={**HOURS, "time_zone": "Mars/Olympus"})
    clock.sleep(6 * 3600)
    worker_schedules.tick(clock)
    worker_schedules.tick(clock)
    (found,) = decided()
    assert (found[1], "TZ_UNKNOWN" in found[2]) == ("failed-to-start", True)
    clock.sleep(86_400)
    worker_schedules.tick(clock)
    assert len(decided()) == 2


@pytest.mark.usefixtures("shop")
def test_whose_export_could_not_start_is_told(clock: VirtualClock) -> None:
    Export.objects.update(managed_by_file="")
    export = Export.objects.get()
    schedule_commands.set_exports(ALICE, [export.pk], OWN, clock)
    gone = {"policy": "own", "schedule": {**OWN, "time_zone": "Mars/Olympus"}}
    Export.objects.update(schedule=gone)
    clock.sleep(6 * 3600)
    worker_schedules.tick(clock)
    notice_sweep.sweep(clock)
    assert Notice.objects.get().kind == "schedule missed"
    assert decided(f"export:{export.pk}")[0][1] == "failed-to-start"


@pytest.mark.usefixtures("shop")
def test_the_next_ten_are_told_and_what_the_clocks_do(clock: VirtualClock) -> None:
    """CI-S1; input 78."""
    night = {"repeat": "daily", "times": ["03:30"], "time_zone": "Europe/Kyiv"}
    schedule_commands.set_system(ALICE, night, 0, clock)
    view = schedule_queries.system(ALICE, clock)
    assert len(view.next) == 10
    assert view.next[0].due_at == datetime(2023, 11, 15, 1, 30, tzinfo=UTC)
    assert {change.kind for change in view.changes} == {"gap", "overlap"}


@pytest.mark.usefixtures("shop")
def test_a_stale_edit_of_the_system_schedule_is_refused(clock: VirtualClock) -> None:
    schedule_commands.set_system(ALICE, HOURS, 0, clock)
    with pytest.raises(Conflict, match="STALE"):
        schedule_commands.set_system(ALICE, HOURS, 0, clock)
    with pytest.raises(InvalidInput, match="TZ_UNKNOWN"):
        schedule_commands.set_system(ALICE, {**HOURS, "time_zone": "../../etc/passwd"}, 1, clock)


@pytest.mark.usefixtures("shop")
def test_definitions_say_when_things_run_and_applying_twice_changes_nothing(
    office: Office, clock: VirtualClock
) -> None:
    office.hire(3)
    text = DEFINITIONS + (
        "    schedule: {repeat: weekly, days: [mon], times: ['08:00'], time_zone: Europe/Kyiv}\n"
        "system_schedule: {repeat: daily, times: ['05:00'], time_zone: Europe/Kyiv}\n"
    )
    office.apply(text)
    export = Export.objects.get()
    assert (schedule_of(export).policy, SystemSchedule.objects.get().on) == ("own", True)
    before = (export.schedule_since, export.next_due_at, SystemSchedule.objects.get().version)
    assert {one.did for one in office.apply(text)} == {"unchanged"}
    export = Export.objects.get()
    assert before == (export.schedule_since, export.next_due_at, SystemSchedule.objects.get().version)
    with pytest.raises(Conflict, match="MANAGED_BY_FILE"):
        schedule_commands.set_system(ALICE, HOURS, before[2], clock)
    office.apply(DEFINITIONS + "    schedule: off\nsystem_schedule: off\n")
    assert (schedule_of(Export.objects.get()).policy, SystemSchedule.objects.get().on) == ("off", False)


@pytest.mark.usefixtures("shop")
def test_what_is_due_next_is_told_in_order(clock: VirtualClock) -> None:
    Export.objects.update(managed_by_file="")
    number = Export.objects.get().pk
    schedule_commands.set_exports(ALICE, [number], OWN, clock)
    schedule_commands.set_system(ALICE, {**HOURS, "times": ["07:00"]}, 0, clock)
    found = [(one.due_at and one.due_at.hour, one.export) for one in schedule_queries.upcoming(ALICE)]
    assert found == [(6, number), (7, None)]
    assert refresh_queries.latest(ALICE) == []
    assert (
        schedule_queries.of_export(ALICE, number, clock).next
        == datetime(2023, 11, 15, 6, tzinfo=UTC) + timedelta()
    )


def test_one_schedule_that_cannot_be_decided_keeps_nothing_else_from_beginning(
    shop: Office, clock: VirtualClock
) -> None:
    """I-19: a bug in one of them is logged, and all the others continue."""
    shop.apply(DEFINITIONS + DEFINITIONS[DEFINITIONS.index("  - name: News") :].replace("News", "Other"))
    Export.objects.update(managed_by_file="")
    broken, other = Export.objects.order_by("pk")
    schedule_commands.set_exports(ALICE, [broken.pk, other.pk], OWN, clock)
    schedule_commands.set_system(ALICE, HOURS, 0, clock)
    Export.objects.filter(pk=broken.pk).update(schedule={"policy": "own"})
    clock.sleep(6 * 3600)
    worker_schedules.tick(clock)
    assert [decided(f"export:{one.pk}") != [] for one in (broken, other)] == [False, True]
    assert decided() == [("15 06:00", "started", "on-time")]
