"""What people ask the worker for: it stops no run, people take turns, and nobody may ask without end."""

from collections.abc import Sequence
from itertools import count

import pytest

from leleka.core.clock import SystemClock, using
from leleka.core.statuses import TaskStatus
from leleka.errors import TryLater
from leleka.services.access.actor import Actor, Role
from leleka.services.runs import commands as run_commands
from leleka.services.segments import commands as segment_commands
from leleka.services.tasks import commands as task_commands
from leleka.state.models import Export, Segment, Task
from leleka.worker import jobs, loop
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody

RULES = '{"column": "tier", "is": "gold"}'
WENDY = Actor("wendy", Role.VIEWER)
BOB = Actor("bob", Role.CONTRIBUTOR)


def asked(actor: Actor, number: int) -> list[int]:
    """Ask for so many different things at the same moment; return the tasks."""
    return [
        Task.objects.create(
            kind=Task.Kind.MEMBERS, subject=f"{one}", asked_by=actor.name, made_at="2026-01-01T00:00Z"
        ).pk
        for one in range(number)
    ]


def due(but: Sequence[str] = ()) -> list[str]:
    return list(jobs.due_jobs(SystemClock(), but, 4))


@pytest.mark.usefixtures("installation")
def test_people_take_turns_however_much_one_of_them_asks_for() -> None:
    many = [f"task:{number}" for number in asked(WENDY, 300)]
    few = [f"task:{number}" for number in asked(BOB, 2)]
    assert due() == [many[0], few[0]]
    assert due([many[0], few[0]]) == []
    assert due([many[0]]) == [few[0]]
    Task.objects.filter(pk__in=[int(one[5:]) for one in (many[0], few[0])]).update(
        status=TaskStatus.SUCCESSFUL
    )
    assert due() == [many[1], few[1]]


def test_a_run_begins_at_once_after_three_hundred_lists_of_members(
    shop: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    Export.objects.update(managed_by_file="")
    for person in range(30):
        asked(Actor(f"viewer {person}", Role.VIEWER), 10)
    run = run_commands.run(ALICE, Export.objects.get().pk)
    began: list[str] = []
    worker = loop.Worker(SystemClock())
    monkeypatch.setattr(worker, "_start", began.append)
    worker._start_what_is_due()
    assert f"run:{run}" in began
    assert sum(one.startswith("task:") for one in began) == 2
    assert shop.imports() == 0


def test_four_runs_let_people_look(shop: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    (task,) = asked(WENDY, 1)
    worker = loop.Worker(SystemClock())
    monkeypatch.setattr(worker, "children", {f"run:{number}": None for number in range(100, 104)})
    began: list[str] = []
    monkeypatch.setattr(worker, "_start", began.append)
    worker._start_what_is_due()
    assert began == [f"task:{task}"]
    assert shop.imports() == 0


def test_nobody_asks_without_end(office: Office) -> None:
    office.hire(1)
    office.apply()
    names = (f"Segment {number}" for number in count())
    clock = VirtualClock()

    def look() -> int:
        row = Segment.objects.create(
            name=next(names), rules={"column": "tier", "operator": "is", "value": "gold"}
        )
        return segment_commands.ask_members(WENDY, row.pk)

    with using(clock):
        waiting = [look() for _ in range(task_commands.MOST_WAITING)]
        assert len(set(waiting)) == task_commands.MOST_WAITING
        with pytest.raises(TryLater, match="TASKS_TOO_MANY") as raised:
            look()
        assert raised.value.retry_after == 5.0
        segment_commands.ask_count(BOB, RULES)  # another person may
        for number in range(60 - task_commands.MOST_WAITING):
            Task.objects.filter(asked_by=WENDY.name).update(status=TaskStatus.SUCCESSFUL)
            clock.sleep(0.5)
            assert look() not in waiting, number
        Task.objects.filter(asked_by=WENDY.name).update(status=TaskStatus.SUCCESSFUL)
        with pytest.raises(TryLater, match="TASKS_TOO_MANY") as raised:
            look()
        assert 30 < (raised.value.retry_after or 0) <= 60
        clock.sleep(raised.value.retry_after or 0)
        look()


def test_what_is_asked_twice_counts_once(office: Office) -> None:
    office.hire(1)
    office.apply()
    assert len({segment_commands.ask_count(BOB, RULES) for _ in range(100)}) == 1


def test_a_page_says_that_one_has_asked_for_too_much(office: Office) -> None:
    office.hire(1)
    office.apply()
    wendy = somebody("wendy", Role.VIEWER)
    asked(wendy.actor, task_commands.MOST_WAITING)
    path = f"/segments/{Segment.objects.get().pk}/members"
    reply = wendy.browser.post(path, headers={"HX-Request": "true"})
    page = reply.content.decode()
    assert reply.status_code == 429
    assert "TASKS_TOO_MANY" in page
    assert "Try again" in page
    assert 'hx-trigger="submit"' in page
    assert wendy.browser.post(path)["Retry-After"] == "5"
