"""The probes of the web server: whether it is alive does not wait for whether it is ready."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from leleka.conf.server.body_reader import Front, probe_threads
from leleka.services.monitoring import health
from tests.fakes.clock import VirtualClock

WITHIN = 5.0  # seconds until a hang fails the test


class Hanging:
    """An application whose /readyz waits for a database."""

    def __init__(self) -> None:
        self.begun, self.database = Event(), Event()

    def __call__(self, environment: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environment["PATH_INFO"] == "/readyz":
            self.begun.set()
            self.database.wait(WITHIN * 2)
        start("200 OK", [("content-type", "text/plain")])
        return [environment["PATH_INFO"].encode()]


async def asked(front: Front, path: str) -> bytes:
    told: list[Mapping[str, Any]] = []
    coming = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        return coming.pop() if coming else await asyncio.Future()

    async def send(message: Mapping[str, Any]) -> None:
        told.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "http_version": "1.1"}
    await front({**scope, "scheme": "http", "headers": []}, receive, send)
    return b"".join(one.get("body", b"") for one in told)


def test_a_database_that_hangs_does_not_make_the_process_look_dead() -> None:
    hanging = Hanging()
    front = Front(hanging, ThreadPoolExecutor(1), 5.0, probes=probe_threads())

    async def both() -> bytes:
        ready = asyncio.ensure_future(asked(front, "/readyz"))
        await asyncio.to_thread(hanging.begun.wait, WITHIN)
        try:
            return await asyncio.wait_for(asked(front, "/healthz"), WITHIN)
        finally:
            hanging.database.set()
            await ready

    assert asyncio.run(both()) == b"/healthz"


def test_who_came_while_an_answer_was_looked_for_shares_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, looked = VirtualClock(1_000.0), []

    def look(_: object) -> Mapping[str, bool]:
        looked.append(clock.monotonic())
        clock.sleep(30)
        return {"database": len(looked) > 1}

    monkeypatch.setattr(health, "ready", look)
    latest, came = health.Latest(), clock.monotonic()
    answers = [latest.ready(clock, came + late) for late in (0, 5, 10, 29)]
    assert (answers, len(looked)) == ([{"database": False}] * 4, 1)
    assert latest.ready(clock, clock.monotonic()) == {"database": True}
