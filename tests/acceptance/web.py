"""A real web process, as the supervisor starts it, and raw bytes sent to it."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from leleka.cli.process_supervisor import Supervisor
from leleka.core.clock import SystemClock
from leleka.core.configuration import Web

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
_AT_ONCE = 1_000_000  # bytes


@dataclass(frozen=True)
class Told:
    """The response: the status, 0 if there was none, and all of its bytes."""

    status: int
    text: str
    closed: bool


@dataclass(frozen=True)
class Served:
    port: int
    folder: Path

    @contextmanager
    def line(self, patience: float = 30.0) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience) as one:
            yield one

    def ask(self, request: bytes) -> Told:
        """Send a request, or as much of it as is accepted, and read to the end."""
        with self.line() as one:
            with suppress(OSError):  # it may refuse before it has read all
                for start in range(0, len(request), _AT_ONCE):
                    one.sendall(request[start : start + _AT_ONCE])
            return read(one)

    def get(self, path: str) -> Told:
        return self.ask(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())

    def answers(self, path: str = "/sign-in") -> bool:
        with suppress(OSError):
            return self.get(path).status == 200
        return False


def read(one: socket.socket) -> Told:
    """Read until the other side closes, or an answer is whole."""
    got, closed = b"", False
    while not whole(got):
        try:
            piece = one.recv(65_536)
        except ConnectionError:
            piece = b""
        if not piece:
            closed = True
            break
        got += piece
    found = _STATUS.match(got)
    return Told(int(found[1]) if found else 0, got.decode("utf-8", "replace"), closed)


def whole(answer: bytes) -> bool:
    head, ended, body = answer.partition(b"\r\n\r\n")
    if not ended or b"connection: close" in head.lower():
        return False
    length = re.search(rb"content-length: (\d+)", head.lower())
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")


@contextmanager
def serving(folder: Path, port: int, seconds: float) -> Iterator[Served]:
    """Start only the web process, with the supervisor's own command; it has not prepared the database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
    environment |= {
        "LELEKA_DATA_DIR": str(folder / "data"),
        "LELEKA_MASTER_KEY_FILE": str(folder / "master.key"),
        "LELEKA_REQUEST_SECONDS": str(seconds),
        "LELEKA_DATABASE_PATIENCE_SECONDS": "1",
    }
    (folder / "data").mkdir(exist_ok=True)
    supervisor = Supervisor(
        SystemClock(), Web(port=port, request_seconds=seconds), folder / "data" / "stopping"
    )
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(supervisor.commands()["web"], env=environment, stdout=log, stderr=log)
    try:
        yield Served(port, folder)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def prepare(folder: Path) -> None:
    """Migrate the database to this version, as a command does that was started meanwhile."""
    environment = {**os.environ, "LELEKA_DATA_DIR": str(folder / "data")}
    environment["LELEKA_MASTER_KEY_FILE"] = str(folder / "master.key")
    subprocess.run([sys.executable, "-m", "leleka", "init"], env=environment, check=True, capture_output=True)
