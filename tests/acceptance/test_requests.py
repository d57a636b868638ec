"""Inputs 107 to 120 that only a real server can show: raw sockets, slow clients, a shutdown, a migration."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.serving import free_port, until
from tests.acceptance.web import Served, prepare, read, serving
from tests.bad_inputs import Entry, entries

pytestmark = pytest.mark.slow
TABLE = entries("requests", "socket")
PATIENCE = 2.0  # seconds a client has here for a body; LELEKA_REQUEST_SECONDS
LOCK = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1])
held.execute("begin exclusive")
print("locked", flush=True)
sys.stdin.read()
"""
PROGRAM = (
    b"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n"
)
SLOW = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("web")
    (folder / "data").mkdir()
    prepare(folder)
    with serving(folder, free_port(), PATIENCE) as one:
        until(one.answers, "the pages")
        yield one


@pytest.mark.parametrize("one", TABLE, ids=[one.id for one in TABLE])
def test_a_request_with_it_costs_nothing_but_itself(served: Served, one: Entry) -> None:
    began = time.monotonic()
    told = served.ask(one.input if isinstance(one.input, bytes) else one.input.encode())
    assert time.monotonic() - began < 10
    # A client that keeps sending may find the connection closed before the reply arrives.
    assert told.status == one.status or (one.id.startswith("107") and told.closed and not told.status)
    assert one.code in told.text or not told.status
    assert "CANARY" not in told.text
    assert served.answers()
    assert "Internal Server Error" not in (served.folder / "web.log").read_text()


@pytest.mark.parametrize("pause", [0.2, 60.0], ids=["a byte now and then", "nothing"])
def test_a_slow_body_is_answered_and_the_line_is_closed(served: Served, pause: float) -> None:
    """Input 109."""
    began = time.monotonic()
    with served.line() as one:
        one.sendall(SLOW)
        one.settimeout(min(pause, PATIENCE * 4))
        got = b""
        while b"\r\n\r\n" not in got:
            try:
                got += one.recv(65_536)
            except TimeoutError:
                one.sendall(b"a")
        one.settimeout(PATIENCE * 4)
        rest = read(one)
    assert got.startswith(b"HTTP/1.1 408")
    assert "BODY_TOO_SLOW" in got.decode() + rest.text
    assert rest.closed
    assert PATIENCE <= time.monotonic() - began < PATIENCE + 5


def test_a_slow_head_is_closed(served: Served) -> None:
    """Input 109."""
    began = time.monotonic()
    with served.line() as one:
        one.sendall(b"GET /sign-in HTTP/1.1\r\nHost: loc")
        told = read(one)
    assert told.closed
    assert time.monotonic() - began < PATIENCE + 5


def test_a_crowd_of_slow_clients_holds_up_nobody(served: Served) -> None:
    """Input 109: there are eight threads, and none of them waits for a body."""
    lines = [served.line() for _ in range(30)]
    opened = [line.__enter__() for line in lines]
    try:
        for one in opened:
            one.sendall(SLOW)
        began = time.monotonic()
        assert served.answers()
        assert time.monotonic() - began < PATIENCE / 2
    finally:
        for line in lines:
            line.__exit__(None, None, None)


def test_half_a_form_is_not_taken_for_a_whole_one(served: Served) -> None:
    """Input 99, 108: the line breaks within a body."""
    with served.line() as one:
        one.sendall(SLOW + b"email=a@example.com&password=half")
    assert served.answers()
    assert "Internal Server Error" not in (served.folder / "web.log").read_text()


def test_while_the_database_is_not_of_this_version_everybody_is_told_when_to_come_again(
    tmp_path: Path,
) -> None:
    """Input 120."""
    with serving(tmp_path, free_port(), PATIENCE) as one:
        until(lambda: one.answers("/static/web/app.css"), "the server")
        for path, shape in (("/sign-in", "<h1"), ("/api/v1/me", "application/problem+json")):
            told = one.get(path)
            assert (told.status, "retry-after: " in told.text) == (503, True)
            assert shape in told.text
            assert "MIGRATING" in told.text
        prepare(tmp_path)
        until(one.answers, "the pages, without a new start")


def test_while_it_is_being_stopped_everybody_is_told_when_to_come_again(served: Served) -> None:
    """Input 120: the supervisor leaves this file while the worker finishes."""
    marker = served.folder / "data" / "stopping"
    marker.touch()
    try:
        for path in ("/sign-in", "/api/v1/me"):
            told = served.get(path)
            assert (told.status, "retry-after: " in told.text, "STOPPING" in told.text) == (503, True, True)
    finally:
        marker.unlink()
    assert served.answers()


def sign_in(served: Served) -> bytes:
    """Return the request of somebody who fills in the form as it is shown now."""
    page = served.get("/sign-in").text
    cookie = re.search(r"(?i)^set-cookie: ([^;]+)", page, re.MULTILINE)
    token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert cookie is not None
    assert token is not None
    body = f"csrfmiddlewaretoken={token[1]}&email=ada%40example.com&password=no"
    head = f"Host: localhost\r\nCookie: {cookie[1]}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return (
        f"POST /sign-in HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    ).encode()


def test_a_locked_database_is_said_to_be_away(served: Served) -> None:
    """Input 120: a migration by another process holds SQLite's lock."""
    asked = (PROGRAM, sign_in(served))
    state = str(served.folder / "data" / "state.sqlite3")
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        answers = [served.ask(request) for request in asked]
        other.communicate(b"")
    told = [(one.status, "retry-after: " in one.text, "DATABASE_AWAY" in one.text) for one in answers]
    assert told == [(503, True, True)] * 2
    assert served.answers()
