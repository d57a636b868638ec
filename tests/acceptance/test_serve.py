"""``leleka serve``: two processes that are watched, one worker on SQLite, a clean end."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.acceptance.conftest import Installation

_ENOUGH = 60.0  # seconds for whatever is waited for, on a slow machine


def until(found: Callable[[], object], what: str) -> None:
    """Ask again and again; fail with what was waited for."""
    end = time.monotonic() + _ENOUGH
    while not found():
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.1)  # noqa: TID251 - other processes go at their own pace


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Served:
    def __init__(
        self, installation: Installation, process: "subprocess.Popen[bytes]", port: int, log: Path
    ) -> None:
        self.installation = installation
        self.process = process
        self.port = port
        self.log = log

    def answers(self) -> bool:
        return self.get("/sign-in") == 200

    def get(self, path: str) -> int:
        """Give the status of a page; 0 where nobody answers."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except OSError:
                return 0

    def child(self, part: str) -> int:
        """Give the process id of the child whose command holds ``part``; 0 where there is none."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in children:
            try:
                if part in Path(f"/proc/{pid}/cmdline").read_text():
                    return int(pid)
            except OSError:
                continue
        return 0


@pytest.fixture
def served(installation: Installation) -> Iterator[Served]:
    port, log = free_port(), installation.folder / "serve.log"
    installation.environment["LELEKA_WEB_PORT"] = str(port)
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*installation.command, "serve"], env=installation.environment, stdout=file, stderr=file
        )
    one = Served(installation, process, port, log)
    try:
        until(one.answers, "the pages")
        yield one
    finally:
        process.terminate()
        try:
            process.wait(_ENOUGH)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_the_first_start_prints_a_link_that_makes_an_administrator(served: Served) -> None:
    """P-3."""
    found = re.search(r"/welcome/(\S+)", served.log.read_text())
    assert found is not None
    assert served.get(f"/welcome/{found.group(1)}") == 200
    assert served.get("/welcome/another") == 404


@pytest.mark.slow
@pytest.mark.parametrize("part", ["granian", "worker"])
def test_a_process_that_is_killed_is_started_again(served: Served, part: str) -> None:
    before = served.child(part)
    os.kill(before, signal.SIGKILL)
    until(lambda: served.child(part) not in {0, before}, f"another {part}")
    until(served.answers, "the pages")


@pytest.mark.slow
def test_sigterm_ends_everything_within_half_a_minute(served: Served) -> None:
    """Fault 74."""
    children = [served.child("granian"), served.child("worker")]
    began = time.monotonic()
    served.process.terminate()
    assert served.process.wait(_ENOUGH) == 0
    assert time.monotonic() - began < 30
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "the end of the children")


@pytest.mark.slow
def test_sqlite_has_one_worker(served: Served) -> None:
    until(lambda: '"worker started"' in served.log.read_text(), "the worker")
    done = subprocess.run(
        [*served.installation.command, "worker"],
        env=served.installation.environment, capture_output=True, text=True, timeout=_ENOUGH, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "WORKER_RUNNING" in done.stderr


@pytest.mark.slow
def test_pages_for_other_machines_need_https(installation: Installation) -> None:
    installation.environment["LELEKA_WEB_ADDRESS"] = "0.0.0.0"  # noqa: S104 - it is refused
    done = subprocess.run(
        [*installation.command, "serve"],
        env=installation.environment, capture_output=True, text=True, timeout=_ENOUGH, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "PLAIN_HTTP" in done.stderr
    assert "LELEKA_PUBLIC_URL" in done.stderr
