"""A worker with trouble in its machine, its database or its own code continues with everything else
(I-19).
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from leleka.core.clock import SystemClock
from leleka.core.configuration import Channels
from leleka.core.ports.clock import Clock
from leleka.core.secret import Secret
from leleka.services.monitoring import process_identity
from leleka.services.runs import commands as run_commands
from leleka.state.lease import RUN_LEASE
from leleka.state.models import Run
from leleka.worker import heartbeat, jobs, loop
from leleka.worker import schedules as worker_schedules
from leleka.worker.notices import sweep as notice_sweep
from leleka.worker.runs import retries as run_retries
from leleka.worker.runs import stall_detection
from tests.fakes.clock import VirtualClock
from tests.integration.noticing import SECRET, post_to
from tests.integration.office import ALICE, Office

PARTS = ("close_finished", "try_again", "watch")


@pytest.fixture
def job(office: Office) -> str:
    """A run that is due, by the name of its job."""
    office.hire(3)
    office.apply()
    return f"run:{run_commands.ask_run(ALICE, 'News')}"


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that waits for input that never comes."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process


@pytest.mark.parametrize("trouble", [BlockingIOError(11, "no process"), OSError(12, "no memory")])
def test_a_job_that_gets_no_process_is_begun_a_little_later(
    job: str, monkeypatch: pytest.MonkeyPatch, trouble: OSError
) -> None:
    clock = VirtualClock()
    worker, heart = loop.Worker(clock), heartbeat.Heartbeat(clock)
    real, lacking, begun = subprocess.Popen, [trouble], []

    def popen(command: list[str], **_: Any) -> Any:
        if lacking:
            raise lacking.pop()
        begun.append(command[-1])
        return real([sys.executable, "-c", ""])

    monkeypatch.setattr(subprocess, "Popen", popen)
    worker._look(heart)
    worker._look(heart)
    assert job not in begun, "it rests, and is not tried at every look"
    clock.sleep(6)
    worker._look(heart)
    assert begun.count(job) == 1
    for started in worker.children.values():
        started.wait()


@pytest.mark.usefixtures("job")
def test_a_worker_that_ends_over_a_mistake_of_ours_leaves_no_process_behind(
    monkeypatch: pytest.MonkeyPatch, child: "subprocess.Popen[bytes]"
) -> None:
    def mistaken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    worker = loop.Worker(VirtualClock(), children={"run:1": child})
    monkeypatch.setattr(jobs, "due_jobs", mistaken)
    with pytest.raises(ZeroDivisionError):
        worker.work()
    assert child.poll() is not None


_DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); input()"
_MORTAL = "print(flush=True); input()"


@pytest.mark.parametrize("code", [_DEAF, _MORTAL])
def test_a_worker_gives_back_what_its_processes_could_not(
    job: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """Fault 74: also the run of a process that does not end in time, and that is no death over the run."""
    monkeypatch.setattr(loop, "_CLEAN_STOP", 0.01)
    run = Run.objects.get(pk=int(job.partition(":")[2]))
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        process.stdout.readline()
        name = ":".join(
            (process_identity.place_of(process_identity.me())[:-1], str(process.pid), _started(process.pid))
        )
        RUN_LEASE.claim(run, worker=name, now=1.0, lease_seconds=90.0, previous_is_dead=False)
        worker = loop.Worker(VirtualClock(), children={job: process})
        worker.stop.set()
        worker.work()
        assert process.poll() is not None
    run.refresh_from_db()
    assert (run.worker, run.lease_until, run.deaths, run.finished_at) == ("", 0.0, 0, None)


def _started(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[19]


@pytest.mark.usefixtures("job")
def test_a_process_that_died_while_the_database_was_away_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch, child: "subprocess.Popen[bytes]"
) -> None:
    """Fault 51: the task's requester learns of its end when the database is available again."""
    clock = VirtualClock()
    child.kill()
    child.wait()
    worker, heart = loop.Worker(clock, children={"task:7": child}), heartbeat.Heartbeat(clock)
    told: list[str] = []
    away = [OperationalError("away")]

    def grief(job: str, _: Clock) -> None:
        if away:
            raise away.pop()
        told.append(job)

    monkeypatch.setattr(jobs, "on_job_crashed", grief)
    monkeypatch.setattr(jobs, "due_jobs", lambda *_, **__: [])
    monkeypatch.setattr(notice_sweep, "anything_to_do", lambda _: False)
    worker._look(heart)
    assert (told, list(worker.children)) == ([], ["task:7"])
    worker._look(heart)
    assert (told, worker.children) == (["task:7"], {})


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("broken", PARTS)
def test_a_mistake_in_one_part_of_keeping_time_keeps_no_other_one(
    monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    done, trouble = [], {broken: Exception("a mistake of ours")}

    def part(name: str) -> Any:
        def do(_: Clock) -> None:
            if name in trouble:
                raise trouble[name]
            done.append(name)

        do.__name__ = name
        return do

    for room, name in zip((worker_schedules, run_retries, stall_detection), PARTS, strict=True):
        monkeypatch.setattr(room, name, part(name))
    worker_schedules.tick(VirtualClock())
    assert done == [name for name in PARTS if name != broken]
    trouble[broken] = OperationalError("away")
    with pytest.raises(OperationalError):  # the worker queries a database that is unavailable again
        worker_schedules.tick(VirtualClock())


@pytest.mark.usefixtures("job")
def test_a_worker_tells_the_outside_monitor_that_it_is_there(
    monkeypatch: pytest.MonkeyPatch, settings: Any, httpserver: Any
) -> None:
    httpserver.expect_request("/hook", method="POST").respond_with_data("")
    channels = Channels((), Secret(SECRET), None, "", post_to(httpserver.port))
    settings.LELEKA = replace(settings.LELEKA, channels=channels)
    monkeypatch.setattr(jobs, "due_jobs", lambda *_, **__: [])
    clock = SystemClock()
    worker = loop.Worker(clock)
    worker._look(heartbeat.Heartbeat(clock))
    worker._outgoing.wait()
    assert [request.json["status"] for request, _reply in httpserver.log] == ["ok"]
