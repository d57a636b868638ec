"""In front of Django: a request's body is read here, within limits of time and size, before it gets a thread.

The server behind the socket waits for a body as long as somebody pretends to send one (decision 0022). Here a
slow client costs a coroutine and no thread; what does not arrive completely is never passed on.
"""

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from leleka.conf.server.answer import Answer, Receive, Room, Send, Wsgi
from leleka.conf.server.intake import BrokenOffError, Intake, ask
from leleka.conf.settings import LARGEST_BODY
from leleka.core.clock import current_clock
from leleka.services.uploads.contracts import RECEPTION, Reception, is_large

CAME: Final = "leleka.came"  # in a request's environment: when it came, by the monotonic clock
REFUSED: Final = "leleka.refused"  # in a request's environment: the status it is to be answered with, unread
_DOWNLOADS: Final = 3  # at once: each keeps a thread for as long as its client takes
_DOWNLOAD: Final = (".csv", "/download")  # how the paths of the API's and of the pages' downloads end
_LENGTH, _ENCODING, _TYPE = b"content-length", b"transfer-encoding", b"content-type"


class _RefusedError(Exception):
    """The request was not read to its end."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status
        super().__init__(status.phrase)


def is_download(path: str) -> bool:
    """Return whether a path is that of a file whose size has no bound."""
    return path.endswith(_DOWNLOAD)


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
    room: Room = field(default_factory=Room)
    downloads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_DOWNLOADS))
    uploads: Intake = field(default_factory=Intake)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        environment = _environment(scope) | {CAME: current_clock().monotonic()}
        if is_large(scope["method"], scope["path"]):
            await self._upload(environment, scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.seconds):
                body = await self._body(scope, receive)
        except TimeoutError:
            environment[REFUSED], body = HTTPStatus.REQUEST_TIMEOUT, b""
        except _RefusedError as error:
            environment[REFUSED], body = error.status, b""
        environment["wsgi.input"] = io.BytesIO(body)
        environment["CONTENT_LENGTH"] = str(len(body))
        async with self._place(environment):
            await self._respond(environment, receive, send, self.application)

    async def _upload(
        self, environment: dict[str, Any], scope: Mapping[str, Any], receive: Receive, send: Send
    ) -> None:
        """Ask the application whether the body may come, and let it come; the application answers in the end."""
        told = dict(scope["headers"]).get(_LENGTH, b"")
        reception = Reception(int(told) if told.isdigit() else None)
        environment |= {RECEPTION: reception, "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}
        loop = asyncio.get_running_loop()
        said = await loop.run_in_executor(self.threads, ask, self.application, dict(environment))
        if reception.grant is None:
            await self._respond(environment, receive, send, said)
            return
        try:
            await self.uploads.take(reception, receive, self.seconds)
        except BrokenOffError as error:
            environment[REFUSED] = error.status
        try:
            await self._respond(environment, receive, send, self.application)
        finally:
            reception.grant.path.unlink(missing_ok=True)

    @asynccontextmanager
    async def _place(self, environment: dict[str, Any]) -> AsyncIterator[None]:
        """Keep threads for others than those who download."""
        if not is_download(environment["PATH_INFO"]):
            yield
        elif self.downloads.locked():
            environment[REFUSED] = HTTPStatus.SERVICE_UNAVAILABLE
            yield
        else:
            async with self.downloads:
                yield

    async def _respond(
        self, environment: dict[str, Any], receive: Receive, send: Send, application: Wsgi
    ) -> None:
        loop = asyncio.get_running_loop()
        reception = environment.get(RECEPTION)
        unread = REFUSED in environment or (reception is not None and reception.received is None)
        answer = Answer(send, self.room, closing=unread)
        watch = None if unread else loop.create_task(answer.watch(receive))
        try:
            threads = self.probes.get(environment["PATH_INFO"], self.threads)
            await loop.run_in_executor(threads, answer.make, application, environment)
            await answer.taken()
        finally:
            answer.end()
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
