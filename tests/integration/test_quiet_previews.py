"""Previews that do nothing but wait for their accounts: they keep nobody else's tasks waiting."""

from collections.abc import Sequence

import pytest

from leleka.core.clock import SystemClock, utc_now
from leleka.core.statuses import TaskStatus
from leleka.errors import TryLater
from leleka.state.models import Export, Task
from leleka.worker import jobs, previews
from leleka.worker.task_queue import QuietPreviews
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.test_fair_queue import exports_of

READING = {"code": "READING_SUPPRESSED", "values": {}}
WORKER = "boot:1:2:3"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(start=1_780_000_000.0)


def asked(kind: Task.Kind, subject: str = "", **values: object) -> str:
    row = Task.objects.create(
        kind=kind, subject=subject, asked_by=subject or kind, made_at=utc_now(), **values
    )
    return f"task:{row.pk}"


def under_way(*exports: Export) -> list[str]:
    """Let a worker preview these exports, and read who is suppressed."""
    taken = {"worker": WORKER, "status": TaskStatus.PROCESSING, "stage_told": READING}
    return [asked(Task.Kind.PREVIEW, one.name, **taken) for one in exports]


def begun(quiet: QuietPreviews, clock: VirtualClock, taken: Sequence[str]) -> list[str]:
    return [one for one in jobs.due_jobs(clock, taken, 0, quiet.among(taken)) if one not in taken]


def say(job: str, code: str) -> None:
    Task.objects.filter(pk=int(job[5:])).update(stage_told={"code": code, "values": {}})


@pytest.mark.usefixtures("installation")
def test_previews_that_only_wait_for_their_accounts_hold_no_place(clock: VirtualClock) -> None:
    quiet = QuietPreviews(clock)
    taken = under_way(*exports_of("dead", 1), *exports_of("endless", 1))
    count = asked(Task.Kind.COUNT)
    assert begun(quiet, clock, taken) == []
    clock.sleep(9)
    assert begun(quiet, clock, taken) == []
    clock.sleep(2)
    assert begun(quiet, clock, taken) == [count]
    say(taken[0], "READING_SUPPRESSED_PART")  # it goes on
    assert begun(quiet, clock, taken) == [count]
    say(taken[1], "COMPARING")
    assert begun(quiet, clock, taken) == []


@pytest.mark.usefixtures("installation")
def test_no_other_preview_of_an_account_that_does_not_answer_begins(clock: VirtualClock) -> None:
    quiet, (first, second, third) = QuietPreviews(clock), exports_of("dead", 3)
    (other,) = exports_of("quick", 1)
    taken = under_way(first, second)
    begun(quiet, clock, taken)
    clock.sleep(11)
    asked(Task.Kind.PREVIEW, third.name)
    quick = asked(Task.Kind.PREVIEW, other.name)
    assert begun(quiet, clock, taken) == [quick]


@pytest.mark.usefixtures("installation")
def test_however_many_accounts_do_not_answer_counts_begin_and_processes_have_an_end(
    clock: VirtualClock,
) -> None:
    quiet = QuietPreviews(clock)
    taken = under_way(*(export for number in range(6) for export in exports_of(f"dead {number}", 1)))
    begun(quiet, clock, taken)
    clock.sleep(11)
    asked(Task.Kind.PREVIEW, exports_of("another", 1)[0].name)
    counts = [asked(Task.Kind.COUNT), asked(Task.Kind.MEMBERS, "Gold")]
    assert begun(quiet, clock, taken) == counts


class Noting(SystemClock):
    """Lets no time pass, and notes how long each wait would have been."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


def test_a_preview_does_not_wait_for_a_pause_of_an_hour(office: Office) -> None:
    """An account that asks for one in the middle of it: the preview says so, and its place is free."""
    office.hire(1)
    office.apply(DEFINITIONS)
    office.behave(faults=[{"kind": "throttled", "where": "GET /api/3/contacts", "value": "3600"}])
    clock = Noting()
    with pytest.raises(TryLater, match="THROTTLED"):
        previews.preview_export(ALICE, "News", clock, office.watcher)
    assert max(clock.waited, default=0.0) <= 60
