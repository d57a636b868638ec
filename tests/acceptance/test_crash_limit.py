"""A run that kills its processes comes to an end (I-16): real ones, killed as by a system out of memory."""

import os
import signal
from contextlib import suppress
from typing import Any

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.test_kill import write_people
from tests.acceptance.test_stalled import job_of, silenced
from tests.acceptance.test_workers import until, workers

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("installation", [20], indirect=True)]


@pytest.mark.long
def test_a_run_whose_processes_are_killed_time_and_again_has_failed(installation: Installation) -> None:
    """Before anything is sent: holding the lock keeps the sandbox from answering."""
    write_people(installation, 500)

    def run() -> Any:
        return installation.ask("runs")[0]

    with silenced(installation) as silent, workers(installation, 1) as (worker,):
        with silent.lock:
            (number,) = installation.ask("run", "Everybody")
            killed = 0
            while not run()["finished_at"]:
                until(lambda: run()["worker"] or run()["finished_at"], "the next process")
                with suppress(AssertionError, ProcessLookupError):  # it is the one that ends the run
                    os.kill(job_of(worker.pid, number), signal.SIGKILL)
                    killed += 1
                until(lambda: run()["deaths"] or run()["finished_at"], "the worker to hear of it")
        ended = run()
        assert (ended["status"], ended["problems"][0]["code"]) == ("Failed", "RUN_DIED")
        assert killed >= 3
