"""Large bodies: the application is asked first, then the body goes to disk as it comes, within its own bounds.

Nobody may fill the disk or hold a connection who could not save a source: the view is called without the body at
first, with everything before it (session or token, permission, CSRF), and says by a grant that it may be read.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from leleka.conf.server.answer import Receive, Wsgi
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, Unavailable
from leleka.services.uploads.contracts import Grant, Reception

_AT_ONCE: Final = 4  # uploads of one process
_LEAST: Final = 16 * 1024  # bytes a second: slower, and it is broken off
_PIECE: Final = 2**20  # bytes that are written at once
_PRIVATE: Final = 0o600
_COME_AGAIN: Final = 30.0  # seconds


class BrokenOffError(Exception):
    """The body did not come to its end."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status
        super().__init__(status.phrase)


@dataclass(frozen=True, slots=True)
class Said:
    """A response that was made before anything was read; called again it is the same."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def __call__(self, _: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start(self.status, self.headers)
        return [self.body]


def ask(application: Wsgi, environment: dict[str, Any]) -> Said:
    """Call the application before the body is read."""
    head: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:  # noqa: ARG001
        head[:] = [status, headers]

    answer = application(environment, start)
    try:
        body = b"".join(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()
    return Said(head[0], head[1], body)


@dataclass(frozen=True)
class Intake:
    """Writes bodies to disk. A slow client costs a coroutine; writing has a thread of its own."""

    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    disk: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "upload"))

    async def take(self, reception: Reception, receive: Receive, seconds: float) -> None:
        """Write the body where it was granted. Raises ``BrokenOffError``; what else goes wrong the reception says."""
        grant = reception.grant
        if grant is None:
            return
        if self.places.locked():
            reception.failed = Unavailable("UPLOADS_BUSY", retry_after=_COME_AGAIN)
            return
        async with self.places:
            try:
                await self._write(grant, receive, seconds)
                reception.received = grant.path
            except LelekaError as error:
                reception.failed = error
            except TimeoutError:
                raise BrokenOffError(HTTPStatus.REQUEST_TIMEOUT) from None

    async def _write(self, grant: Grant, receive: Receive, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        descriptor = os.open(grant.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            async with asyncio.timeout(seconds) as limit:
                size, window, held, more = 0, 0, bytearray(), True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise BrokenOffError(HTTPStatus.BAD_REQUEST)
                    held += message.get("body", b"")
                    more, come = message.get("more_body", False), len(message.get("body", b""))
                    size, window = size + come, window + come
                    if size > grant.most:
                        raise InvalidInput("UPLOAD_TOO_LARGE", most=grant.most)
                    if window >= _LEAST * seconds:
                        window = 0
                        limit.reschedule(loop.time() + seconds)
                    if len(held) >= _PIECE or not more:
                        began = loop.time()
                        await loop.run_in_executor(self.disk, _put, file.write, bytes(held), grant)
                        held.clear()
                        # What our disk takes is not the client's time.
                        limit.reschedule((limit.when() or began) + loop.time() - began)


def _put(write: Callable[[bytes], Any], piece: bytes, grant: Grant) -> None:
    folder = grant.path.parent
    if shutil.disk_usage(folder).free - len(piece) < grant.reserve:
        raise NeedsAttention("UPLOAD_NO_ROOM")
    try:
        write(piece)
    except OSError as error:
        raise NeedsAttention("UPLOAD_NO_ROOM") from error
