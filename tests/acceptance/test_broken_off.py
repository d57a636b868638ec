"""An aborted download: no more of a response is produced that nobody receives."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from leleka.cli.process_supervisor import web_command
from leleka.core.configuration import Web
from tests.acceptance.serving import free_port, until

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
    """Several, one after the other: there are two threads, and none of them keeps working for a client that
    is gone.
    """
    for name in ("first", "second", "third"):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as one:
            one.sendall(f"GET /{name} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert one.recv(65_536).startswith(b"HTTP/1.1 200")
            assert not (tmp_path / name).exists()
        until((tmp_path / name).exists, f"the {name} answer to end")


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
