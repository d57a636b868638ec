"""The sandbox on a real socket: keep-alive, and the faults as a client meets them."""

import gzip
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from urllib.parse import urlsplit

import orjson
import pytest

from leleka.sandbox.behaviour import Behaviour, Fault
from leleka.sandbox.server import Options, SandboxServer, build_server, running
from leleka.sandbox.switches import UnknownSwitch, from_pairs
from tests.unit.sandbox.conftest import IMPORT, KEY, on_list, people

HEADERS = {"Api-Token": KEY, "Content-Type": "application/json"}


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with running(Options(key=KEY, speed=None)) as started:
        yield started


@pytest.fixture
def connection(server: SandboxServer) -> Iterator[HTTPConnection]:
    opened = HTTPConnection(server.host, server.port, timeout=5)
    yield opened
    opened.close()


def _ask(connection: HTTPConnection, method: str, path: str, body: object = None) -> tuple[int, bytes]:
    raw = None if body is None else orjson.dumps(body)
    connection.request(method, path, raw, HEADERS)
    reply = connection.getresponse()
    return reply.status, reply.read()


def _strike(server: SandboxServer, *faults: Fault) -> None:
    with server.lock:
        server.account.behave(Behaviour(faults=faults))


def test_one_connection_serves_many_requests(connection: HTTPConnection) -> None:
    assert (
        _ask(connection, "POST", IMPORT, {"contacts": [on_list(str(row["email"])) for row in people(250)]})[0]
        == 200
    )
    used = connection.sock
    status, body = _ask(connection, "GET", "/api/3/contacts?listid=1&limit=100")
    assert (status, len(orjson.loads(body)["contacts"])) == (200, 100)
    assert connection.sock is used


def test_what_a_list_holds_is_streamed_line_by_line(connection: HTTPConnection) -> None:
    for first in range(0, 2500, 250):
        _ask(
            connection,
            "POST",
            IMPORT,
            {"contacts": [on_list(str(row["email"])) for row in people(250, first)]},
        )
    lines = _ask(connection, "GET", "/_sandbox/lists/1/contacts?status=1")[1].splitlines()
    assert len(lines) == 2500
    assert orjson.loads(lines[-1]) == {
        "email": "p2499@example.com",
        "first_name": "",
        "last_name": "",
        "phone": "",
        "fields": {},
        "tags": [],
        "status": 1,
    }
    assert _ask(connection, "GET", "/_sandbox/lists/1/contacts?status=2")[1] == b""


def test_a_lost_reply_is_a_reset_and_the_batch_is_there(
    server: SandboxServer, connection: HTTPConnection
) -> None:
    _strike(server, Fault("lost_reply", times=1))
    with pytest.raises(ConnectionResetError) as lost:
        _ask(connection, "POST", IMPORT, {"contacts": people(2)})
    # a normal close is a RemoteDisconnected, which is a ConnectionResetError too
    assert lost.type is ConnectionResetError
    assert len(server.account.contacts) == 2


def test_a_request_broken_off_leaves_nothing(server: SandboxServer, connection: HTTPConnection) -> None:
    _strike(server, Fault("reset_mid_request", times=1))
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        _ask(connection, "POST", IMPORT, {"contacts": people(2)})
    assert len(server.account.contacts) == 0


def test_a_connection_closed_without_an_answer(server: SandboxServer, connection: HTTPConnection) -> None:
    _strike(server, Fault("closed_reply", times=1))
    with pytest.raises(RemoteDisconnected) as closed:
        _ask(connection, "GET", "/api/3/users/me")
    assert "without response" in str(closed.value)


def test_a_reply_cut_short(server: SandboxServer, connection: HTTPConnection) -> None:
    _strike(server, Fault("truncated", times=1))
    with pytest.raises(IncompleteRead) as cut:
        _ask(connection, "GET", "/api/3/users/me")
    assert cut.value.partial.startswith(b'{"user"')


def test_a_slow_reply_dribbles_an_endless_one_does_not_end(
    server: SandboxServer, connection: HTTPConnection
) -> None:
    _strike(server, Fault("slow_reply", times=1), Fault("endless_reply", after=1))
    with socket.create_connection((server.host, server.port), timeout=5) as dribbling:
        dribbling.sendall(b"GET /api/3/users/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert len(dribbling.recv(1000)) == 1
    connection.request("GET", "/api/3/users/me", headers=HEADERS)
    reply = connection.getresponse()
    assert len(reply.read(5_000_000)) == 5_000_000
    reply.close()


def test_a_small_reply_unpacks_to_a_huge_one(server: SandboxServer, connection: HTTPConnection) -> None:
    _strike(server, Fault("gzip_bomb", times=1))
    packed = _ask(connection, "GET", "/api/3/users/me")[1]
    assert len(packed) < 500_000
    assert len(gzip.decompress(packed)) > 100_000_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host(server: SandboxServer, connection: HTTPConnection, status: int) -> None:
    _strike(server, Fault("redirect", times=1, value=f"{status} http://127.0.0.1:1/elsewhere"))
    connection.request("GET", "/api/3/users/me", headers=HEADERS)
    reply = connection.getresponse()
    assert (reply.status, reply.headers["Location"]) == (status, "http://127.0.0.1:1/elsewhere")
    reply.close()


def test_a_body_without_a_length_is_refused(connection: HTTPConnection) -> None:
    connection.putrequest("POST", IMPORT)
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    assert connection.getresponse().status == 411


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104 - refused, that is the point
def test_it_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        build_server(Options(host=host))


def test_the_address_is_one_to_connect_to(server: SandboxServer) -> None:
    parts = urlsplit(server.url)
    assert (parts.hostname, parts.port) == ("127.0.0.1", server.port)
    assert KEY not in repr(Options(key=KEY))


def test_switches_from_a_command_line() -> None:
    pairs = ["oversize=413", "queue_held=true", "retry_after=30", 'faults=[{"kind":"lost_reply","times":1}]']
    expected = Behaviour(
        oversize="413", queue_held=True, retry_after="30", faults=(Fault("lost_reply", times=1),)
    )
    assert from_pairs(pairs) == expected
    with pytest.raises(UnknownSwitch):
        from_pairs(["oversize"])
