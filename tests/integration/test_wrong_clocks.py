"""What was written down while a clock was years ahead holds nothing up once it is right again (fault 58)."""

from datetime import timedelta

import pytest

from leleka.core.clock import using, utc_now
from leleka.core.statuses import TaskStatus
from leleka.errors import Forbidden, NotFound, TryLater
from leleka.services.access.actor import Actor, Role
from leleka.services.audit import verification
from leleka.services.concerns import of_installation
from leleka.services.people import commands as people_commands
from leleka.services.people import sign_in
from leleka.services.runs import commands as run_commands
from leleka.services.runs import retry_policy
from leleka.services.schedules import commands as schedule_commands
from leleka.services.tasks import commands as task_commands
from leleka.state.models import (
    DueDecision,
    Export,
    Notice,
    NoticeDelivery,
    Refresh,
    Run,
    RunStatus,
    SystemSchedule,
    Task,
)
from leleka.state.sessions import SessionStore
from leleka.worker import schedules as worker_schedules
from leleka.worker.notices import delivery as notice_delivery
from leleka.worker.runs import retries as run_retries
from tests.fakes.clock import START, VirtualClock
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.people import PASSWORD, somebody
from tests.integration.test_retries import failing
from tests.integration.test_worker_schedules import HOURS, MIDNIGHT, OWN, decided, end

YEARS = 2 * 365 * 86_400.0
QUARTER = 6 * 3600.0


@pytest.fixture
def clock() -> VirtualClock:
    """It is midnight, UTC."""
    passing = VirtualClock()
    passing.sleep(MIDNIGHT - START)
    return passing


def concerned(clock: VirtualClock) -> set[str]:
    return {problem.code for one in of_installation._clock(clock) for problem in one.problems}


def visit(clock: VirtualClock) -> None:
    """Let the clock run ahead while a scheduler looks, and set it right again."""
    clock.step_wall(YEARS)
    worker_schedules.tick(clock)
    clock.step_wall(-YEARS)
    assert DueDecision.objects.filter(outcome="started").count() == 1
    for refresh in Refresh.objects.all():
        end(refresh)
    clock.sleep(QUARTER)
    worker_schedules.tick(clock)
    assert DueDecision.objects.filter(outcome="started").count() == 1
    assert concerned(clock) == {"CLOCK_BEHIND"}


@pytest.mark.usefixtures("shop")
def test_the_system_s_schedule_is_kept_again_once_it_is_saved(clock: VirtualClock) -> None:
    """I-17: each instant that came has one decision, and the concern ends."""
    with using(clock):
        schedule_commands.set_system(ALICE, HOURS, 0, clock)
        visit(clock)
        schedule_commands.set_system(ALICE, HOURS, SystemSchedule.objects.get().version, clock)
        assert concerned(clock) == set()
        clock.sleep(QUARTER)
        worker_schedules.tick(clock)
        worker_schedules.tick(clock)
        assert decided() == [("15 12:00", "started", "on-time")]


@pytest.mark.usefixtures("shop")
def test_an_export_s_own_schedule_is_kept_again_once_it_is_saved_as_it_was(clock: VirtualClock) -> None:
    with using(clock):
        export = Export.objects.get(name="News")
        Export.objects.update(managed_by_file="")
        schedule_commands.set_exports(ALICE, [export.pk], OWN, clock)
        visit(clock)
        schedule_commands.set_exports(ALICE, [export.pk], OWN, clock)
        assert concerned(clock) == set()
        clock.sleep(6 * 86_400.0)
        worker_schedules.tick(clock)
        assert [outcome for _, outcome, _ in decided(f"export:{export.pk}")] == ["started"]


def test_a_definitions_file_that_is_applied_as_it_was_mends_its_schedules(
    shop: Office, clock: VirtualClock
) -> None:
    told = DEFINITIONS + "system_schedule: {repeat: daily, times: ['06:00', '12:00'], time_zone: UTC}\n"
    with using(clock):
        shop.apply(told)
        visit(clock)
        shop.apply(told)
        assert concerned(clock) == set()
        clock.sleep(QUARTER)
        worker_schedules.tick(clock)
        assert decided() == [("15 12:00", "started", "on-time")]


@pytest.mark.usefixtures("shop")
def test_a_clock_set_back_by_hours_decides_nothing_twice_though_the_schedule_is_saved(
    clock: VirtualClock,
) -> None:
    """I-17."""
    with using(clock):
        schedule_commands.set_system(ALICE, HOURS, 0, clock)
        clock.sleep(QUARTER)
        worker_schedules.tick(clock)
        end(Refresh.objects.get())
        clock.step_wall(-7200.0)
        schedule_commands.set_system(ALICE, HOURS, SystemSchedule.objects.get().version, clock)
        for _ in range(3):
            clock.sleep(3600.0)
            worker_schedules.tick(clock)
        assert decided() == [("15 06:00", "started", "on-time")]


@pytest.mark.usefixtures("shop")
def test_the_concern_ends_with_the_next_run_whatever_an_earlier_one_says(clock: VirtualClock) -> None:
    for ahead, expected in ((YEARS, {"CLOCK_BEHIND"}), (0.0, set())):
        at = utc_now(clock) + timedelta(seconds=ahead)
        run = Run.objects.filter(pk=run_commands.ask_run(ALICE, "News"))
        run.update(status=RunStatus.SUCCESSFUL, finished_at=at)
        assert concerned(clock) == expected


@pytest.mark.usefixtures("shop")
def test_a_retry_is_not_waited_for_until_then(clock: VirtualClock) -> None:
    error = TryLater("HOST_UNREACHABLE", reason="no address answered")
    with using(clock):
        with failing("News", error) as run:
            retry_policy.plan_retry(run, error, clock.now() + YEARS)
        run_retries.try_again(clock)
        run_retries.try_again(clock)
    assert [one.tries for one in Run.objects.order_by("pk")] == [1, 2]


@pytest.mark.django_db
def test_a_session_of_then_has_ended(clock: VirtualClock) -> None:
    """C-1: neither idleness nor age would end it."""
    alice = somebody("alice", Role.ADMINISTRATOR)
    with using(clock):
        store = SessionStore()
        store["user"] = alice.user.pk
        store.save()
        assert SessionStore(store.session_key).get("user") == alice.user.pk
        clock.step_wall(-60.0)
        assert SessionStore(store.session_key).get("user") == alice.user.pk
        clock.step_wall(-YEARS)
        assert SessionStore(store.session_key).get("user") is None
        clock.step_wall(YEARS)  # a clock that is wrong now signs nobody out for good
        assert SessionStore(store.session_key).get("user") == alice.user.pk


@pytest.mark.django_db
def test_a_link_of_then_has_ended(clock: VirtualClock) -> None:
    with using(clock):
        clock.step_wall(YEARS)
        _, token = people_commands.add_person(Actor.operator(), "bob@x.test", "Bob", "viewer")
        clock.step_wall(-YEARS)
        with pytest.raises(NotFound, match="LINK_UNKNOWN"):
            people_commands.accept_link(token, PASSWORD)


@pytest.mark.django_db
def test_failures_of_then_keep_nobody_out(clock: VirtualClock) -> None:
    """P-2."""
    alice = somebody("alice", Role.ADMINISTRATOR)
    with using(clock):
        clock.step_wall(YEARS)
        for _ in range(5):
            with pytest.raises(Forbidden):
                sign_in.sign_in("alice@example.com", "not the password", "10.0.0.1")
        clock.step_wall(-YEARS)
        assert sign_in.sign_in("alice@example.com", PASSWORD, "10.0.0.1").user == alice.user.pk


@pytest.mark.django_db
def test_tasks_of_then_do_not_count_as_asked_for_just_now(clock: VirtualClock) -> None:
    with using(clock):
        clock.step_wall(YEARS)
        for number in range(task_commands.A_MINUTE[Task.Kind.PREVIEW]):
            asked = task_commands.ask(ALICE, Task.Kind.PREVIEW, f"News {number}")
            task_commands.finish(asked, TaskStatus.SUCCESSFUL)
        clock.step_wall(-YEARS)
        assert task_commands.ask(ALICE, Task.Kind.PREVIEW, "News")


@pytest.mark.django_db
def test_a_notice_is_not_kept_until_then(clock: VirtualClock) -> None:
    now = utc_now(clock)
    notice = Notice.objects.create(kind="test", made_at=now)
    NoticeDelivery.objects.create(
        notice=notice, channel="webhook", address="gone", next_try_at=now + timedelta(seconds=YEARS)
    )
    assert notice_delivery.is_anything_due(clock)
    notice_delivery.deliver(clock)
    assert not notice_delivery.is_anything_due(clock)


@pytest.mark.django_db
@pytest.mark.parametrize("step", [YEARS, -7200.0, -START])
def test_the_audit_holds_whatever_the_clock_said(clock: VirtualClock, step: float) -> None:
    with using(clock):
        for ahead in (0.0, step, -step):
            clock.step_wall(ahead)
            people_commands.add_person(Actor.operator(), f"p{ahead:g}@x.test", "P", "viewer")
        assert verification.verify(Actor.operator()).holds
