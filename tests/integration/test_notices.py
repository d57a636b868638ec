"""What is reported, and that it is reported once: derived from the state, however many workers check, however
often.
"""

from datetime import UTC, datetime

import pytest

from leleka.core.statuses import DueOutcome
from leleka.services.notices import creation as notice_creation
from leleka.services.notices import detection as notice_detection
from leleka.state.models import Connection, DueDecision, Export, Notice, NoticeDelivery, Run, RunStatus
from leleka.worker.notices import sweep as notice_sweep
from tests.fakes.clock import VirtualClock
from tests.integration.noticing import REFUSED, clock, connection, export, person, post_to, reach, run

__all__ = ["clock"]
pytestmark = pytest.mark.django_db
DAY = 86_400.0


def told() -> list[tuple[str, str, int | None]]:
    """Return kind, subject and run of every notice, the oldest first."""
    return list(Notice.objects.order_by("pk").values_list("kind", "subject", "run"))


def test_a_run_that_failed_is_told_with_its_reason(clock: VirtualClock) -> None:
    news = export()
    failed = run(news, RunStatus.FAILED, clock)
    assert notice_sweep.sweep(clock) == 1
    notice = Notice.objects.get()
    assert (notice.kind, notice.subject, notice.export, notice.run) == (
        "failed",
        f"export:{news.pk}",
        news,
        failed,
    )
    assert (notice.values["export"], notice.problems) == ("News", [REFUSED])
    assert notice.made_at == datetime.fromtimestamp(clock.now(), UTC)


def test_looking_again_tells_nothing_twice(clock: VirtualClock) -> None:
    run(export(), RunStatus.FAILED, clock)
    run(export("Other"), RunStatus.NEEDS_CONFIRMATION, clock)
    Connection.objects.update(attention="The key was refused.")
    assert notice_sweep.sweep(clock) == 3
    assert (notice_sweep.sweep(clock), notice_sweep.anything_to_do(clock)) == (0, False)


@pytest.mark.parametrize(
    "status", [RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS, RunStatus.CANCELED, RunStatus.PROCESSING]
)
def test_what_goes_well_or_was_canceled_is_not_told(clock: VirtualClock, status: RunStatus) -> None:
    run(export(), status, clock)
    assert (notice_sweep.sweep(clock), told()) == (0, [])


def test_a_run_that_will_be_tried_again_is_not_told(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CI-N1: not on retries."""
    failed = run(export(), RunStatus.FAILED, clock)
    planned = {failed.pk}
    monkeypatch.setattr(notice_detection, "will_be_retried", lambda one: one.pk in planned)
    assert notice_sweep.sweep(clock) == 0
    planned.clear()
    assert notice_sweep.sweep(clock) == 1


def test_an_export_that_keeps_failing_is_told_once_until_it_recovered(clock: VirtualClock) -> None:
    news = export()
    subject = f"export:{news.pk}"
    first = run(news, RunStatus.FAILED, clock)
    notice_sweep.sweep(clock)
    run(news, RunStatus.FAILED, clock)
    run(news, RunStatus.CANCELED, clock)
    assert notice_sweep.sweep(clock) == 0
    well = run(news, RunStatus.WITH_WARNINGS, clock)
    assert notice_sweep.sweep(clock) == 1
    again = run(news, RunStatus.FAILED, clock)
    assert notice_sweep.sweep(clock) == 1
    assert told() == [
        ("failed", subject, first.pk),
        ("recovered", subject, well.pk),
        ("failed", subject, again.pk),
    ]
    assert Notice.objects.get(kind="recovered").answers == Notice.objects.get(run=first)


def test_what_recovers_before_anybody_looked_is_not_told(clock: VirtualClock) -> None:
    news = export()
    run(news, RunStatus.FAILED, clock)
    run(news, RunStatus.SUCCESSFUL, clock)
    assert (notice_sweep.sweep(clock), told()) == (0, [])


def test_exports_recover_each_for_themselves(clock: VirtualClock) -> None:
    news, other = export(), export("Other")
    run(news, RunStatus.FAILED, clock)
    run(other, RunStatus.FAILED, clock)
    notice_sweep.sweep(clock)
    well = run(other, RunStatus.SUCCESSFUL, clock)
    notice_sweep.sweep(clock)
    assert told()[2:] == [("recovered", f"export:{other.pk}", well.pk)]


def test_a_recovery_is_told_however_long_it_took(clock: VirtualClock) -> None:
    news = export()
    run(news, RunStatus.FAILED, clock)
    notice_sweep.sweep(clock)
    run(news, RunStatus.SUCCESSFUL, clock)
    clock.sleep(100 * DAY)
    assert notice_sweep.sweep(clock) == 1


def test_whoever_installs_notices_is_not_told_of_last_year(clock: VirtualClock) -> None:
    run(export(), RunStatus.FAILED, clock, ago=8 * DAY)
    assert (notice_sweep.sweep(clock), told()) == (0, [])


def test_a_run_that_waits_for_confirmation_is_told_once(clock: VirtualClock) -> None:
    reason = "120 of 200 would be marked"
    waiting = run(export(), RunStatus.NEEDS_CONFIRMATION, clock, confirmation_reason=reason)
    notice_sweep.sweep(clock)
    Run.objects.filter(pk=waiting.pk).update(status=RunStatus.PROCESSING)
    notice_sweep.sweep(clock)
    Run.objects.filter(pk=waiting.pk).update(status=RunStatus.NEEDS_CONFIRMATION)
    notice_sweep.sweep(clock)
    assert [(one.kind, one.run_id, one.values["reason"]) for one in Notice.objects.all()] == [
        ("needs confirmation", waiting.pk, reason)
    ]


def test_a_connection_that_needs_attention_is_told_and_so_is_its_recovery(clock: VirtualClock) -> None:
    one = connection()
    subject = f"connection:{one.pk}"
    for _ in range(2):
        Connection.objects.update(attention="ActiveCampaign refused this key (403).")
        assert notice_sweep.sweep(clock) == 1
        Connection.objects.update(attention="The host was not found.")  # still the same trouble
        assert notice_sweep.sweep(clock) == 0
        Connection.objects.update(attention="")
        assert notice_sweep.sweep(clock) == 1
    kinds = ["needs attention", "recovered"] * 2
    assert told() == [(kind, subject, None) for kind in kinds]


def test_a_stalled_run_is_told_once_and_answered_when_it_ends_well(clock: VirtualClock) -> None:
    """I-16."""
    stalled = run(export(), RunStatus.PROCESSING, clock)
    for _ in range(2):
        notice_sweep.stalled(stalled, clock)
    assert notice_sweep.sweep(clock) == 0
    Run.objects.update(status=RunStatus.SUCCESSFUL, finished_at=datetime.fromtimestamp(clock.now(), UTC))
    notice_sweep.sweep(clock)
    assert [kind for kind, _, _ in told()] == ["stalled", "recovered"]


def test_a_run_that_stalls_and_fails_recovers_once(clock: VirtualClock) -> None:
    news = export()
    stalled = run(news, RunStatus.PROCESSING, clock)
    notice_sweep.stalled(stalled, clock)
    Run.objects.update(status=RunStatus.FAILED, finished_at=datetime.fromtimestamp(clock.now(), UTC))
    notice_sweep.sweep(clock)
    run(news, RunStatus.SUCCESSFUL, clock)
    notice_sweep.sweep(clock)
    assert (notice_sweep.sweep(clock), [kind for kind, _, _ in told()]) == (
        0,
        ["stalled", "failed", "recovered"],
    )


def decided(on: Export, clock: VirtualClock, outcome: DueOutcome) -> None:
    """Decide what becomes of an export's next due instant, an hour after the last."""
    clock.sleep(3_600.0)
    now = datetime.fromtimestamp(clock.now(), UTC)
    DueDecision.objects.create(
        subject=f"export:{on.pk}", export=on, due_at=now, outcome=outcome, reason="late", decided_at=now
    )


def test_a_schedule_that_does_not_start_is_told_once_and_so_is_its_recovery(clock: VirtualClock) -> None:
    news = export()
    Export.objects.update(
        schedule={"policy": "own", "schedule": {"repeat": "daily", "times": ["08:00"], "time_zone": "UTC"}},
        next_due_at=datetime.fromtimestamp(clock.now() + 30 * DAY, UTC),
    )
    subject = f"export:{news.pk}"
    for outcome in (DueOutcome.FAILED, DueOutcome.FAILED, DueOutcome.STARTED, DueOutcome.FAILED):
        decided(news, clock, outcome)
        notice_sweep.sweep(clock)
    assert told() == [
        ("schedule missed", subject, None),
        ("recovered", subject, None),
        ("schedule missed", subject, None),
    ]


def test_several_workers_that_found_the_same_make_it_once(clock: VirtualClock, settings: object) -> None:
    reach(settings, post_to(1))
    run(export(), RunStatus.FAILED, clock)
    Connection.objects.update(attention="The key was refused.")
    mine, theirs = notice_detection.drafts(clock), notice_detection.drafts(clock)
    assert [notice_creation.make(one, clock) is not None for one in (*mine, *theirs)] == [
        True,
        True,
        False,
        False,
    ]
    assert (Notice.objects.count(), NoticeDelivery.objects.count()) == (2, 2)


def test_a_worker_that_dies_in_the_middle_leaves_no_notice_without_its_deliveries(
    clock: VirtualClock, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach(settings, post_to(1))
    run(export(), RunStatus.FAILED, clock)

    def dies(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(notice_creation, "_addresses", dies)
        with pytest.raises(KeyboardInterrupt):
            notice_sweep.sweep(clock)
    assert Notice.objects.count() == 0
    assert (notice_sweep.sweep(clock), NoticeDelivery.objects.count()) == (1, 1)


def test_an_export_that_is_removed_leaves_its_notices(clock: VirtualClock) -> None:
    run(export(), RunStatus.FAILED, clock)
    notice_sweep.sweep(clock)
    Export.objects.all().delete()
    notice = Notice.objects.get()
    assert (notice.export, notice.run, notice.values["export"]) == (None, None, "News")
    assert notice_sweep.sweep(clock) == 0


def test_addresses_and_names_of_people_are_in_no_notice(clock: VirtualClock) -> None:
    """A-3."""
    problem = {**REFUSED, "message": "Contact canary@example.net was refused."}
    run(export(), RunStatus.FAILED, clock, problems=[problem])
    disabled = person("canary", disabled_at=datetime.fromtimestamp(0, UTC))
    Connection.objects.update(export_user=disabled)
    notice_sweep.sweep(clock)
    assert Notice.objects.count() == 2
    for notice in Notice.objects.all():
        assert "canary" not in f"{notice.values}{notice.problems}".lower()


def test_old_notices_are_forgotten_but_what_is_still_open(clock: VirtualClock) -> None:
    news, other = export(), export("Other")
    run(news, RunStatus.FAILED, clock)
    run(other, RunStatus.FAILED, clock)
    notice_sweep.sweep(clock)
    run(other, RunStatus.SUCCESSFUL, clock)
    notice_sweep.sweep(clock)
    clock.sleep(91 * DAY)
    notice_sweep.work(clock)
    assert [subject for _, subject, _ in told()] == [f"export:{news.pk}"]


def test_a_missed_schedule_that_an_earlier_version_told_of_is_not_open(clock: VirtualClock) -> None:
    """It told of each instant, and of no end: nothing recovers, and it is forgotten like what is over."""
    made = datetime.fromtimestamp(clock.now(), UTC)
    kind, subject = Notice.Kind.SCHEDULE_MISSED, "schedule:system"
    Notice.objects.create(key="missed", kind=kind, subject=subject, values={"due_at": "06:00"}, made_at=made)
    assert notice_sweep.sweep(clock) == 0
    clock.sleep(91 * DAY)
    notice_sweep.work(clock)
    assert told() == []
