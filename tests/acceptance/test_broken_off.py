"""Clients who break off, or who take nothing: no more of a response is produced that nobody receives, and nobody else
waits for them.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from leleka.cli.process_supervisor import web_command
from leleka.core.configuration import Web
from tests.acceptance.serving import free_port, until
from tests.fakes.endless import LARGE, THREADS

pytestmark = pytest.mark.slow


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The product's web server with an endless response."""
    number = free_port()
    command = [*web_command(Web(port=number))[:-1], "tests.fakes.endless:application"]
    environment = {**os.environ, "LELEKA_TEST_GIVEN_UP": str(tmp_path)}
    with subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2]) as process:
        try:
            until(lambda: _listens(number), "the server")
            yield number
        finally:
            process.terminate()


def test_whoever_breaks_off_an_answer_ends_it(port: int, tmp_path: Path) -> None:
    """One after the other, more than there are threads: none of these keeps working for a client that is gone."""
    for name in map(str, range(THREADS + 1)):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as one:
            one.sendall(f"GET /{name} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert one.recv(65_536).startswith(b"HTTP/1.1 200")
            assert not (tmp_path / name).exists()
        until((tmp_path / name).exists, f"the {name} answer to end")


def test_clients_who_read_nothing_keep_nobody_waiting(port: int) -> None:
    """Each has asked for what is too large for the buffers of its connection."""
    with ExitStack() as open_ones:
        for name in range(4 * THREADS):
            one = open_ones.enter_context(_asks(port, f"/large/{name}"))
            assert one.recv(1).startswith(b"H")
        with _asks(port, "/large/last", timeout=10) as last:
            assert _all_of(last) > LARGE


def test_who_downloads_leaves_threads_to_others(port: int) -> None:
    with ExitStack() as open_ones:
        for name in range(THREADS - 1):
            open_ones.enter_context(_asks(port, f"/{name}.csv")).recv(1)
        with _asks(port, "/large/last", timeout=10) as last:
            assert _all_of(last) > LARGE
        with _asks(port, "/fourth.csv", timeout=10) as fourth:
            assert fourth.recv(65_536).startswith(b"HTTP/1.1 503")


def _asks(port: int, path: str, timeout: float = 30.0) -> socket.socket:
    """Return a connection of a client with little room that has asked for a path."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.settimeout(timeout)
    one.connect(("127.0.0.1", port))
    one.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    return one


def _all_of(one: socket.socket) -> int:
    """Return the size of the whole response."""
    size = 0
    while piece := one.recv(65_536):
        size += len(piece)
    return size


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
