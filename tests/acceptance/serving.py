"""``leleka serve`` as a process: started, waited for, ended."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.acceptance.conftest import Installation

ENOUGH = 60.0  # seconds for anything that is waited for, on a slow machine


def until(found: Callable[[], object], what: str, enough: float = ENOUGH) -> None:
    """Ask again and again for so many seconds; fail with what was waited for."""
    end = time.monotonic() + enough
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
        """Return the status of a page; 0 if nothing answers."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except OSError:
                return 0

    def child(self, part: str) -> int:
        """Return the process id of the child whose command contains ``part``; 0 if there is none."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in children:
            try:
                if part in Path(f"/proc/{pid}/cmdline").read_text():
                    return int(pid)
            except OSError:
                continue
        return 0


@contextmanager
def serving(installation: Installation) -> Iterator[Served]:
    """Serve an installation's pages on a free port, and end it cleanly afterwards."""
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
            process.wait(ENOUGH)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
