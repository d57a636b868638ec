"""Faults 11 to 20 and 43, and what a redirect must not carry to another host."""

import gzip
import socket
import time
import zlib
from collections.abc import Callable
from threading import Event, Thread

import pytest

from leleka.core.secret import Secret
from leleka.transport.client import REPLY_BYTES, Answer, GuardedClient, MaybeSent, NotSent, Origin, Reply
from leleka.transport.ip_policy import is_public
from leleka.transport.socket import Exchange, GuardedConnector, Stale, Wire
from tests.fakes.peer import Line, Peer, canned, peer
from tests.unit.destinations.activecampaign.support import KEY, RecordingClock, ask, client_of


def answer_of(server: Peer, seconds: float = 5.0, content: bytes | None = b"{}") -> Answer:
    client = client_of(server.port)
    try:
        return ask(client, seconds, content)
    finally:
        client.close()


def test_a_reply_is_read_and_its_body_is_not_in_its_repr() -> None:
    with peer(canned(200, b'{"secret":1}', "X-Request-Id: abc-1", "Retry-After: 7")) as server:
        answer = answer_of(server)
    assert isinstance(answer, Reply)
    assert (answer.status, answer.content_type, answer.body) == (200, "application/json", b'{"secret":1}')
    assert (answer.request_id, answer.retry_after, answer.whole) == ("abc-1", "7", True)
    assert "secret" not in repr(answer)


def test_the_key_and_the_host_go_along() -> None:
    with peer(canned(200, b"{}")) as server:
        answer_of(server)
    head = server.requests[0].decode().lower()
    assert f"api-token: {KEY.lower()}\r\n" in head
    assert f"host: localhost:{server.port}\r\n" in head


def test_a_connection_is_kept_and_cookies_are_not() -> None:
    with peer(canned(200, b"{}", "Set-Cookie: PHPSESSID=1; Path=/")) as server:
        client = client_of(server.port)
        for _ in range(3):
            assert isinstance(ask(client), Reply)
        client.close()
    assert server.hits == 1
    assert b"cookie" not in server.requests[2].lower()


def test_eight_senders_share_the_client() -> None:
    answers: list[Answer] = []
    with peer(canned(200, b"{}")) as server:
        client = client_of(server.port)
        threads = [Thread(target=lambda: answers.extend(ask(client) for _ in range(10))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
    assert len([one for one in answers if isinstance(one, Reply)]) == 80
    assert server.hits <= 8


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_nobody_else_hears_of_it(status: int) -> None:
    with (
        peer(canned(200, b"{}")) as other,
        peer(canned(status, b"", f"Location: http://127.0.0.1:{other.port}/api/3/x")) as server,
    ):
        answer = answer_of(server)
    assert isinstance(answer, Reply)
    assert answer.status == status
    assert (other.hits, other.requests) == (0, [])


def test_a_proxy_of_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with peer(canned(502, b"")) as proxy, peer(canned(200, b"{}")) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        answer = answer_of(server)
    assert isinstance(answer, Reply)
    assert answer.status == 200
    assert proxy.hits == 0


def test_a_refused_connection_is_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = client_of(port)
    assert ask(client) == NotSent("HOST_UNREACHABLE", "it refused the connection")
    client.close()


def test_past_the_deadline_nothing_leaves() -> None:
    with peer(canned(200, b"{}")) as server:
        client = client_of(server.port)
        ask(client)
        answer = ask(client, seconds=-0.001)
        client.close()
    assert isinstance(answer, NotSent)
    assert len(server.requests) == 1


class StoppedClock(RecordingClock):
    """A worker that is suspended once its connection is established."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def monotonic(self) -> float:
        self.looks -= 1
        return 0.0 if self.looks >= 0 else 1_000.0


@pytest.mark.parametrize("looks", range(1, 5))
def test_a_worker_that_slept_past_its_deadline_sends_nothing_at_whatever_step_it_slept(looks: int) -> None:
    with peer(canned(200, b"{}")) as server:
        client = GuardedClient(
            Origin("127.0.0.1", server.port, test=True), {"Api-Token": Secret(KEY)}, StoppedClock(looks)
        )
        answer = client.request("POST", "/", deadline=5.0, content=b"{}")
        client.close()
    if looks < 4:
        assert isinstance(answer, NotSent)
        assert server.requests == []
    else:
        assert isinstance(answer, MaybeSent)  # the head was sent, the rest was not


def test_a_lost_reply_may_have_been_sent() -> None:
    with peer(lambda _line: None) as server:
        assert answer_of(server) == MaybeSent("HOST_NO_ANSWER", "the answer broke off or is not HTTP")


def test_a_reset_in_the_middle_of_the_request_may_have_been_sent() -> None:
    def cut(line: Line) -> None:
        line.connection.recv(1_000)
        line.reset()

    with peer(cut, reads=False) as server:
        assert isinstance(answer_of(server, content=b"x" * 20_000_000), MaybeSent)


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 O", b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"batchId":"b', b"garbage\r\n\r\n"],
)
def test_a_reset_in_the_middle_of_the_reply_may_have_been_sent(start: bytes) -> None:
    def cut(line: Line) -> None:
        line.connection.sendall(start)
        line.reset()

    with peer(cut) as server:
        assert isinstance(answer_of(server), MaybeSent)


def drips(line: Line) -> None:
    line.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not line.stopped.wait(0.01):
        line.connection.sendall(b" ")


def silent(line: Line) -> None:
    line.hold()


@pytest.mark.parametrize("answer", [drips, silent])
def test_the_deadline_wins_over_a_peer_that_takes_its_time(answer: Callable[[Line], None]) -> None:
    with peer(answer) as server:
        begun = time.monotonic()
        got = answer_of(server, seconds=0.3)
        assert time.monotonic() - begun < 2
    assert got == MaybeSent("HOST_NO_ANSWER", "it did not answer in time")


def test_a_server_that_refuses_early_is_heard() -> None:
    def early(line: Line) -> None:
        line.connection.recv(1_000)
        line.reply(413, b"", "Connection: close")
        line.connection.shutdown(socket.SHUT_WR)
        while line.connection.recv(1 << 20):
            pass

    with peer(early, reads=False) as server:
        answer = answer_of(server, content=b"x" * 2_000_000)
    assert isinstance(answer, Reply)
    assert answer.status == 413


def test_an_endless_reply_is_read_to_the_cap_and_no_further() -> None:
    def endless(line: Line) -> None:
        line.connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            line.connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")

    with peer(endless) as server:
        answer = answer_of(server)
    assert isinstance(answer, Reply)
    assert (len(answer.body), answer.whole) == (REPLY_BYTES, False)


def test_a_gzip_bomb_is_unpacked_to_the_cap_and_no_further() -> None:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    with peer(canned(200, bomb, "Content-Encoding: gzip")) as server:
        answer = answer_of(server)
    assert isinstance(answer, Reply)
    assert (len(answer.body), answer.whole) == (REPLY_BYTES, False)


@pytest.mark.parametrize(
    ("body", "encoding", "expected"),
    [
        (gzip.compress(b'{"a":1}', mtime=0), "gzip", (b'{"a":1}', True)),
        (zlib.compress(b'{"a":1}'), "deflate", (b'{"a":1}', True)),
        (gzip.compress(b'{"a":1}', mtime=0)[:-9], "gzip", (b'{"a":1}', False)),
        (b"not packed", "gzip", (b"", False)),
        (b"whatever", "br", (b"", False)),
    ],
)
def test_a_packed_reply_is_unpacked_or_known_not_to_be_whole(
    body: bytes, encoding: str, expected: tuple[bytes, bool]
) -> None:
    with peer(canned(200, body, f"Content-Encoding: {encoding}")) as server:
        answer = answer_of(server)
    assert isinstance(answer, Reply)
    assert (answer.body, answer.whole) == expected


def test_a_kept_connection_that_the_server_closed_is_replaced() -> None:
    closed = Event()

    def once(line: Line) -> None:
        line.reply(200, b"{}")
        line.connection.close()
        closed.set()

    with peer(once) as server:
        client = client_of(server.port)
        assert isinstance(ask(client), Reply)
        assert closed.wait(5)
        assert isinstance(ask(client), Reply)
        client.close()
    assert server.hits == 2


def test_a_first_write_that_takes_nothing_is_certainly_not_sent() -> None:
    mine, theirs = socket.socketpair()
    theirs.close()
    exchange = Exchange(time.monotonic() + 5, RecordingClock())
    with mine, pytest.raises(Stale):
        Wire(mine).write(exchange, b"POST")
    assert not exchange.begun


def test_a_connection_that_takes_nothing_is_replaced_once_and_then_given_up() -> None:
    opened: list[socket.socket] = []

    class Broken(GuardedConnector):
        def connect(self, *_args: object, **_named: object) -> Wire:
            mine, theirs = socket.socketpair()
            theirs.close()
            opened.append(mine)
            return Wire(mine)

    client = client_of(9)
    client._connector = Broken(lambda _name, _port: [], is_public)
    answer = ask(client)
    client.close()
    assert answer == NotSent("HOST_UNREACHABLE", "it closed the connection before anything was sent")
    assert len(opened) == 2
