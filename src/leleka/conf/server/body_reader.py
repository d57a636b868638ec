"""In front of Django: a request's body is read here, within limits of time and size, before it gets a thread.

The server behind the socket waits for a body as long as somebody pretends to send one (decision 0022). Here a
slow client costs a coroutine and no thread; what does not arrive completely is never passed on.
"""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import structlog

from leleka.conf.settings import LARGEST_BODY
from leleka.core.clock import current_clock

log = structlog.get_logger(__name__)
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

CAME: Final = "leleka.came"  # in a request's environment: when it came, by the monotonic clock
REFUSED: Final = "leleka.refused"  # in a request's environment: the status it is to be answered with, unread
_TAKEN_WITHIN: Final = 60.0  # seconds for a client to take a piece of the answer
_LENGTH, _ENCODING, _TYPE = b"content-length", b"transfer-encoding", b"content-type"


class _RefusedError(Exception):
    """The request was not read to its end."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status
        super().__init__(status.phrase)


def probe_threads() -> dict[str, ThreadPoolExecutor]:
    """Return a thread for each probe: whether it is alive must not wait for whether it is ready."""
    return {path: ThreadPoolExecutor(1, f"probe {path}") for path in ("/healthz", "/readyz")}


@dataclass(frozen=True)
class Front:
    """An ASGI application that passes complete requests to a WSGI application, on its own threads."""

    application: Wsgi
    threads: ThreadPoolExecutor
    seconds: float  # for the whole body
    largest: int = LARGEST_BODY
    probes: Mapping[str, ThreadPoolExecutor] = field(default_factory=dict)  # for these paths, others

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        environment = _environment(scope) | {CAME: current_clock().monotonic()}
        try:
            async with asyncio.timeout(self.seconds):
                body = await self._body(scope, receive)
        except TimeoutError:
            environment[REFUSED], body = HTTPStatus.REQUEST_TIMEOUT, b""
        except _RefusedError as error:
            environment[REFUSED], body = error.status, b""
        environment["wsgi.input"] = io.BytesIO(body)
        environment["CONTENT_LENGTH"] = str(len(body))
        loop = asyncio.get_running_loop()
        answer = _Answer(send, loop, closing=REFUSED in environment)
        watch = loop.create_task(answer.watch(receive)) if REFUSED not in environment else None
        try:
            threads = self.probes.get(scope["path"], self.threads)
            await loop.run_in_executor(threads, answer.give, self.application, environment)
        finally:
            if watch:
                watch.cancel()

    async def _body(self, scope: Mapping[str, Any], receive: Receive) -> bytes:
        headers = dict(scope["headers"])
        told = headers.get(_LENGTH, b"0")
        if told.isdigit() and int(told) > self.largest:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                # Aborted, or not chunked as announced: half a form must not be accepted as a complete one.
                raise _RefusedError(HTTPStatus.BAD_REQUEST)
            parts.append(message.get("body", b""))
            size, more = size + len(parts[-1]), message.get("more_body", False)
            if size > self.largest:
                raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return b"".join(parts)


class _NotTakenError(Exception):
    """The client does not accept the response, or has disconnected."""


class _Answer:
    """One response on its way from a thread to the event loop, piece by piece."""

    def __init__(self, send: Send, loop: asyncio.AbstractEventLoop, *, closing: bool) -> None:
        self._send = send
        self._loop = loop
        self._closing = closing
        self._head: Message = {}
        self._gone = False

    async def watch(self, receive: Receive) -> None:
        """Record that the client has disconnected: no more of a response is produced that nobody reads."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone = True

    def give(self, application: Wsgi, environment: dict[str, Any]) -> None:
        """Call the application and send its response; in every case the application is told that it has
        ended.
        """
        answer = application(environment, self._start)
        try:
            pieces = iter(answer)
            first = next(pieces, b"")
            self._tell(self._head)
            self._tell({"type": "http.response.body", "body": first, "more_body": True})
            for piece in pieces:
                self._tell({"type": "http.response.body", "body": piece, "more_body": True})
            self._tell({"type": "http.response.body", "body": b"", "more_body": False})
        except _NotTakenError:
            log.info("an answer was not taken")  # never its path, which may contain a one-time link
        finally:
            if close := getattr(answer, "close", None):
                close()

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:  # noqa: ARG002
        told = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        if self._closing:  # the rest of its body is still to come
            told.append((b"connection", b"close"))
        self._head = {"type": "http.response.start", "status": int(status[:3]), "headers": told}

    def _tell(self, message: Message) -> None:
        if self._gone:
            raise _NotTakenError
        sent = asyncio.run_coroutine_threadsafe(_sent(self._send, message), self._loop)
        try:
            sent.result(_TAKEN_WITHIN)
        except TimeoutError:
            sent.cancel()
            raise _NotTakenError from None


async def _sent(send: Send, message: Message) -> None:
    await send(message)


def _environment(scope: Mapping[str, Any]) -> dict[str, Any]:
    """Return what WSGI says of a request, without its body. A header with an underscore could pass for
    another.
    """
    host, port = scope.get("server") or ("", "")
    environment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": str((scope.get("client") or ("",))[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if name in {_LENGTH, _ENCODING} or b"_" in name:
            continue
        called = name.decode("latin-1").upper().replace("-", "_")
        called = called if name == _TYPE else f"HTTP_{called}"
        text, joined = value.decode("latin-1"), "; " if name == b"cookie" else ","
        environment[called] = f"{environment[called]}{joined}{text}" if called in environment else text
    return environment
