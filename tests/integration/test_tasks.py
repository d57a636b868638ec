"""Tasks whose process is stopped, died, or cannot be found (faults 7, 74)."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.core.statuses import TaskStatus
from leleka.services.monitoring import process_identity
from leleka.services.monitoring import workers as monitoring_workers
from leleka.services.segments import queries as segment_queries
from leleka.services.tasks import commands as task_commands
from leleka.services.tasks import queries as task_queries
from leleka.state.models import Task, WorkerBeat
from leleka.worker import jobs, loop
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE

pytestmark = pytest.mark.usefixtures("installation")
RULES = {"rules": {"column": "tier", "is": "gold"}}
BEFORE_THE_REBOOT = "another-boot:pid[4026531836]:"


def asked() -> int:
    return task_commands.ask(ALICE, Task.Kind.COUNT, "", RULES)


def is_taken(number: int, worker: str) -> None:
    Task.objects.filter(pk=number).update(worker=worker, status=TaskStatus.PROCESSING)


def due() -> list[str]:
    return list(jobs.due_jobs(SystemClock(), (), 9))


def beat(name: str, ago: float) -> None:
    now = timezone.now().timestamp()
    WorkerBeat.objects.create(
        name=name, host="it", pid=1, version="1", started_at=now - 999, seen_at=now - ago
    )


def standing(number: int) -> tuple[str, list[str]]:
    task = task_queries.task(ALICE, number)
    return task.status, [one.code for one in task.problems]


def test_a_task_whose_process_is_told_to_end_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 74: the successor starts it again; nobody waits for it in vain."""

    def interrupted(*_: Any) -> int:
        raise KeyboardInterrupt

    number = asked()
    with monkeypatch.context() as patched:
        patched.setattr(segment_queries, "count_rules", interrupted)
        with pytest.raises(KeyboardInterrupt):
            jobs.carry_out(f"task:{number}", SystemClock())
    assert (standing(number), due()) == (("Queued", ["NO_WORKER"]), [f"task:{number}"])
    monkeypatch.setattr(segment_queries, "count_rules", lambda *_: 7)
    jobs.carry_out(f"task:{number}", SystemClock())
    assert task_queries.task(ALICE, number).result == {"count": 7}


@pytest.mark.parametrize(("code", "ended"), [(130, "Queued"), (-9, "Failed")])
def test_a_process_that_was_told_to_end_has_not_died(code: int, ended: str) -> None:
    number = asked()
    ends = f"import os; os._exit({code})" if code > 0 else "import os; os.kill(os.getpid(), 9)"
    with subprocess.Popen([sys.executable, "-c", ends]) as child:
        child.wait()
        worker = loop.Worker(VirtualClock(), children={f"task:{number}": child})
        worker._collect()
    assert standing(number)[0] == ended


def test_a_task_of_a_machine_before_its_reboot_fails_and_can_be_asked_for_again() -> None:
    number = asked()
    is_taken(number, f"{BEFORE_THE_REBOOT}77:1234")
    beat(f"{BEFORE_THE_REBOOT}70:1200", ago=200)
    assert asked() != number
    assert standing(number) == ("Failed", ["TASK_DIED"])


def test_so_does_one_for_which_nobody_asks_again() -> None:
    lost, waiting = asked(), task_commands.ask(ALICE, Task.Kind.COUNT, "another", RULES)
    is_taken(lost, f"{BEFORE_THE_REBOOT}77:1234")
    loop.Worker(VirtualClock())._keep_time()
    assert (standing(lost), standing(waiting)) == (("Failed", ["TASK_DIED"]), ("Queued", ["NO_WORKER"]))


@pytest.mark.parametrize("clock_differs_by", [-60, 5, 60])
def test_a_task_of_another_machine_whose_worker_is_seen_is_left_to_it(clock_differs_by: int) -> None:
    number = asked()
    is_taken(number, "another-boot:pid[1]:77:1234")
    beat("another-boot:pid[1]:7:1000", ago=clock_differs_by)
    jobs.fail_lost_tasks()
    assert (asked(), standing(number)) == (number, ("Processing", []))


def test_a_task_of_this_machine_is_left_to_whoever_lives() -> None:
    """Its worker may be silent: the process itself is visible."""
    number = asked()
    is_taken(number, process_identity.me())
    jobs.fail_lost_tasks()
    assert (asked(), standing(number)) == (number, ("Processing", []))


def test_a_process_that_has_ended_is_dead_before_its_parent_heard_of_it() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        name = f"{process_identity.place_of(process_identity.me())}{child.pid}:{process_identity._started(child.pid)}"
        assert not process_identity.is_dead(name)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process_identity.is_dead(name)


def test_a_worker_of_the_future_says_nothing_of_a_place() -> None:
    """Fault 58: its clock was wrong then."""
    beat(f"{BEFORE_THE_REBOOT}70:1200", ago=-9e8)
    assert monitoring_workers.is_lost(f"{BEFORE_THE_REBOOT}77:1234", timezone.now().timestamp())
