"""Accounts that do not answer as they should, and six people who ask them at once."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import orjson

from tests.fakes.peer import Answer, Line, canned

_PAGE: Final = 100
_ENOUGH: Final = 30.0  # seconds
_PIECE: Final = b" " * 1024


@dataclass(frozen=True)
class Told:
    """A response, how many seconds it took, and for how many of them this end was given no processor."""

    status: int
    headers: dict[str, str]
    text: str
    seconds: float
    waited: float


def never(line: Line) -> bool:
    line.hold()
    return False


def trickling(line: Line) -> bool:
    """Announce much, and send a little of it now and then."""
    line.connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n"
    )
    while not line.stopped.wait(0.2):
        line.connection.sendall(_PIECE)
    return False


def pages_without_end() -> Answer:
    """Return whole pages of lists and fields, each with ids nobody has seen before."""
    began = iter(range(1, 10**9, _PAGE))

    def answer(line: Line) -> bool:
        first = next(began)
        rows = [{"id": str(number), "name": "x", "title": "x"} for number in range(first, first + _PAGE)]
        return line.reply(200, orjson.dumps({"lists": rows, "fields": rows, "user": {}}))

    return answer


FAR_SIDES: Final[dict[str, Callable[[], Answer]]] = {
    "Broken": lambda: canned(500, b"{}"),
    "Pausing": lambda: canned(429, b"{}", "Retry-After: 3600"),
    "Dead": lambda: never,
    "Trickling": lambda: trickling,
    "Endless": pages_without_end,
}


def timed(port: int, method: str, path: str, headers: dict[str, str], body: object = None) -> Told:
    """Ask, and take the time; ``body`` is sent as JSON unless it is bytes."""
    content = body if isinstance(body, bytes | None) else orjson.dumps(body)
    began, before = time.monotonic(), _waited()
    connection = HTTPConnection("127.0.0.1", port, timeout=_ENOUGH)
    try:
        connection.request(method, path, content, {"Content-Type": "application/json", **headers})
        reply = connection.getresponse()
        status, text = reply.status, reply.read().decode()
        found = {name.lower(): value for name, value in reply.getheaders()}
    except TimeoutError:
        status, text, found = HTTPStatus.GATEWAY_TIMEOUT, f"nothing in {_ENOUGH} s", {}
    finally:
        connection.close()
    return Told(status, found, text, time.monotonic() - began, _waited() - before)


def _waited() -> float:
    """Return the seconds for which this thread was ready and got no processor."""
    return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9


def at_once(asks: Sequence[Callable[[], Told]]) -> list[Told]:
    with ThreadPoolExecutor(len(asks)) as crowd:
        return [one.result() for one in [crowd.submit(ask) for ask in asks]]
