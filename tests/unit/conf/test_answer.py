"""What clients have not taken yet is bounded; those who take nothing give way to those who do."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest

from leleka.api.urls import api
from leleka.conf.server import answer
from leleka.conf.server.answer import Room
from leleka.conf.server.body_reader import Front, is_download
from leleka.core.clock import using
from leleka.web.routes import ROUTES
from tests.fakes.clock import VirtualClock

PIECE = b"a" * 1000
PIECES = 40
WITHIN = 10.0  # seconds until a hang fails the test


def application(environment: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:  # noqa: ARG001
    start("200 OK", [("content-type", "text/plain")])
    return (PIECE for _ in range(PIECES))


@dataclass
class Client:
    """Takes what it is given while ``reading`` is set."""

    reading: asyncio.Event = field(default_factory=asyncio.Event)
    size: int = 0

    async def ask(self, front: Front) -> None:
        coming = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            return coming.pop() if coming else await asyncio.Future()

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "http_version": "1.1"}
        await front({**scope, "scheme": "http", "headers": []}, receive, self._take)

    async def _take(self, message: Mapping[str, Any]) -> None:
        await self.reading.wait()
        self.size += len(message.get("body", b""))


class Broken(Client):
    async def _take(self, _: Mapping[str, Any]) -> None:
        raise RuntimeError


def test_who_takes_nothing_keeps_no_thread() -> None:
    front = Front(application, ThreadPoolExecutor(1), 5.0)

    async def ask() -> int:
        slow, quick = Client(), Client()
        waits = asyncio.ensure_future(slow.ask(front))
        await asyncio.sleep(0)
        quick.reading.set()
        await asyncio.wait_for(quick.ask(front), WITHIN)
        assert slow.size == 0
        slow.reading.set()
        await asyncio.wait_for(waits, WITHIN)
        return slow.size + quick.size

    assert asyncio.run(ask()) == 2 * PIECES * len(PIECE)


def test_who_takes_nothing_gives_way_where_there_is_no_room() -> None:
    clock, made = VirtualClock(1_000.0), Event()

    def telling(environment: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        yield from application(environment, start)
        made.set()

    front = Front(telling, ThreadPoolExecutor(2), 5.0, room=Room(PIECES * len(PIECE)))

    async def ask() -> tuple[int, int]:
        stalled, quick = Client(), Client()
        waits = asyncio.ensure_future(stalled.ask(front))
        await asyncio.to_thread(made.wait, WITHIN)
        clock.sleep(60)
        quick.reading.set()
        await asyncio.wait_for(quick.ask(front), WITHIN)
        await asyncio.wait_for(waits, WITHIN)
        return stalled.size, quick.size

    with using(clock):
        assert asyncio.run(ask()) == (0, PIECES * len(PIECE))


def test_a_thread_that_gave_up_ends_what_it_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its client hangs up in the end, or is told nothing more; its place is free."""
    monkeypatch.setattr(answer, "_KEPT_WITHIN", 0.0)
    front = Front(application, ThreadPoolExecutor(2), 5.0, room=Room(PIECES * len(PIECE)))

    async def ask() -> int:
        stalled = Client()
        await asyncio.wait_for(stalled.ask(front), WITHIN)
        return stalled.size

    assert asyncio.run(ask()) == 0


def test_a_connection_that_breaks_while_it_is_written_to_ends_the_answer() -> None:
    front = Front(application, ThreadPoolExecutor(2), 5.0)

    async def ask() -> None:
        await asyncio.wait_for(Broken().ask(front), WITHIN)

    asyncio.run(ask())


def test_the_downloads_are_known_by_their_paths() -> None:
    paths = [
        *(f"/{route.path}" for route in ROUTES if "download" in route.path),
        *(path for path in api.get_openapi_schema()["paths"] if path.endswith(".csv")),
    ]
    assert len(paths) >= 3
    assert all(map(is_download, paths))


@pytest.mark.parametrize("size", [1, 10 * PIECES * len(PIECE)])
def test_a_piece_that_is_larger_than_the_room_is_handed_over(size: int) -> None:
    front = Front(application, ThreadPoolExecutor(2), 5.0, room=Room(size))

    async def ask() -> int:
        quick = Client()
        quick.reading.set()
        await asyncio.wait_for(quick.ask(front), WITHIN)
        return quick.size

    assert asyncio.run(ask()) == PIECES * len(PIECE)
