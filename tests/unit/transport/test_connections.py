"""Targets of requests, and connections that are kept and shared."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest

from leleka.transport.client import GuardedClient, NotSent, Origin, Reply
from tests.fakes.peer import Line, canned, peer
from tests.unit.destinations.activecampaign.support import RecordingClock, ask, client_of


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [
        ("/info", {"batchId": "x/y?&=#%é+ ~'"}, "/info?batchId=x%2Fy%3F%26%3D%23%25%C3%A9%2B+~%27"),
        (
            "/api/3/contacts",
            {"orders[id]": "ASC", "limit": "1"},
            "/api/3/contacts?orders%5Bid%5D=ASC&limit=1",
        ),
        ("/hook/a b/é/%41?#/100%", {}, "/hook/a%20b/%C3%A9/%41%3F%23/100%25"),
        ("/!$&'()*+,;=:@-._~[]", {}, "/!$&'()*+,;=:@-._~%5B%5D"),
        ("", {}, "/"),
        ("/a\r\nX: y", {}, "/a%0D%0AX:%20y"),
    ],
)
def test_a_target_is_quoted(path: str, query: dict[str, str], target: str) -> None:
    with peer(canned(200, b"{}")) as server:
        client = client_of(server.port)
        assert isinstance(client.request("GET", path, deadline=time.monotonic() + 5, query=query), Reply)
        client.close()
    assert server.requests[0].split(b" ")[1] == target.encode()


def test_a_kept_connection_is_used_again_until_its_time_is_over() -> None:
    class Later(RecordingClock):
        def monotonic(self) -> float:
            return super().monotonic() + self.ahead

        ahead = 0.0

    with peer(canned(200, b"{}")) as server:
        clock = Later()
        client = GuardedClient(
            Origin("localhost", server.port, test=True), {}, clock, resolver=lambda *_: ["127.0.0.1"]
        )
        for ahead, connections in ((0.0, 1), (14.0, 1), (30.0, 2)):
            clock.ahead = ahead
            assert isinstance(client.request("GET", "/", deadline=clock.monotonic() + 5), Reply)
            assert server.hits == connections
        client.close()


def test_no_more_connections_are_open_than_there_are_places() -> None:
    """Whoever finds none waits until its time is over; nothing was sent."""
    places = 12
    waiting, begun = Event(), Semaphore(0)

    def slow(line: Line) -> None:
        begun.release()
        waiting.wait(10)
        line.reply(200, b"{}")

    with peer(slow) as server, ThreadPoolExecutor(places) as pool:
        client = client_of(server.port)
        slow_ones = [pool.submit(ask, client) for _ in range(places)]
        for _ in range(places):
            assert begun.acquire(timeout=10)
        late = client.request("GET", "/", deadline=time.monotonic() + 0.1)
        waiting.set()
        assert all(isinstance(one.result(), Reply) for one in slow_ones)
        client.close()
    assert late == NotSent("HOST_NO_ANSWER", "it did not answer in time")


def test_what_comes_after_a_reply_is_not_taken_for_the_next_one() -> None:
    """A second reply that nobody asked for would be another request's: a batch confirmed that is not done."""
    one = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"

    def twice(line: Line) -> bool:
        line.connection.sendall(one + b"A" + one + b"B")
        return True

    with peer(twice) as server:
        client = client_of(server.port)
        found = [client.request("GET", "/", deadline=time.monotonic() + 5) for _ in range(2)]
        client.close()
    assert [reply.body for reply in found if isinstance(reply, Reply)] == [b"A", b"A"]
