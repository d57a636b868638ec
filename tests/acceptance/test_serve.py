"""``leleka serve``: two supervised processes, one worker on SQLite, a clean end."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.serving import ENOUGH, Served, until


@pytest.mark.slow
def test_the_first_start_prints_a_link_that_makes_an_administrator(served: Served) -> None:
    """P-3."""
    found = re.search(r"/welcome/(\S+)", served.log.read_text())
    assert found is not None
    assert served.get(f"/welcome/{found.group(1)}") == 200
    assert served.get("/welcome/another") == 404


@pytest.mark.long
@pytest.mark.parametrize("part", ["leleka.conf.server", "worker"])
def test_a_process_that_is_killed_is_started_again(served: Served, part: str) -> None:
    before = served.child(part)
    os.kill(before, signal.SIGKILL)
    until(lambda: served.child(part) not in {0, before}, f"another {part}")
    until(served.answers, "the pages")


@pytest.mark.slow
def test_the_web_process_is_one_and_ends_with_whoever_started_it(served: Served) -> None:
    """Otherwise it would keep the port from the next."""
    web = served.child("leleka.conf.server")
    assert not Path(f"/proc/{web}/task/{web}/children").read_text()
    worker = served.child("leleka\0worker")
    os.kill(served.process.pid, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{web}").exists(), "the end of the web process")
    os.kill(worker, signal.SIGTERM)


@pytest.mark.slow
def test_sigterm_ends_everything_within_half_a_minute(served: Served) -> None:
    """Fault 74."""
    children = [served.child("leleka.conf.server"), served.child("worker")]
    began = time.monotonic()
    served.process.terminate()
    assert served.process.wait(ENOUGH) == 0
    assert time.monotonic() - began < 30
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "the end of the children")


@pytest.mark.long
def test_sqlite_has_one_worker(served: Served) -> None:
    until(lambda: '"worker started"' in served.log.read_text(), "the worker")
    done = subprocess.run(
        [*served.installation.command, "worker"],
        env=served.installation.environment, capture_output=True, text=True, timeout=ENOUGH, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "WORKER_RUNNING" in done.stderr


@pytest.mark.slow
def test_pages_for_other_machines_need_https(installation: Installation) -> None:
    installation.environment["LELEKA_WEB_ADDRESS"] = "0.0.0.0"  # noqa: S104 - it is refused
    done = subprocess.run(
        [*installation.command, "serve"],
        env=installation.environment, capture_output=True, text=True, timeout=ENOUGH, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "PLAIN_HTTP" in done.stderr
    assert "LELEKA_PUBLIC_URL" in done.stderr
