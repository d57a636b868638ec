"""A response on its way: a thread makes it, and the event loop hands it over as fast as its client takes it.

A thread that waited for a client would answer nobody else meanwhile: eight downloads that nobody read stopped the web.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final

import structlog

from leleka.core.clock import current_clock

log = structlog.get_logger(__name__)
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_TAKEN_WITHIN: Final = 60.0  # seconds for a client to take a piece
_KEPT_WITHIN: Final = 2 * _TAKEN_WITHIN  # for an event loop that has ended never answers
_AHEAD: Final = 4 * 2**20  # bytes of one response that its client has not taken, before its thread waits
_ROOM: Final = 64 * 2**20  # bytes of all responses
_PIECE: Final = 32 * 1024  # bytes that are handed over at once
_STALLED: Final = 2.0  # seconds without taking anything, after which a client gives way to another
_LOOK_EVERY: Final = 0.5


class NotTakenError(Exception):
    """The client does not accept the response, or has disconnected."""


class Room:
    """Memory for what clients have not taken yet, of all responses of this process; used on the event loop alone."""

    def __init__(self, size: int = _ROOM) -> None:
        self._size = size
        self._answers: set[Answer] = set()
        self._moved = asyncio.Event()

    def enter(self, answer: "Answer") -> None:
        self._answers.add(answer)

    def leave(self, answer: "Answer") -> None:
        self._answers.discard(answer)
        self.moved()

    def moved(self) -> None:
        """Let those who wait for room look again."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def look_again(self) -> None:
        """Wait until something was taken, at most for a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_EVERY):
                await self._moved.wait()

    def has(self, size: int) -> bool:
        """Return whether so many bytes fit; where they do not, end the responses whose clients take nothing."""
        held = sum(one.held for one in self._answers)
        if not held or held + size <= self._size:
            return True
        for stalled in [one for one in self._answers if one.still > _STALLED]:
            stalled.end()
        return False


class Answer:
    """One response. ``make`` is for a thread, everything else for the event loop."""

    def __init__(self, send: Send, room: Room, *, closing: bool) -> None:
        self.held = 0  # bytes that the client has not taken
        self._send = send
        self._room = room
        self._closing = closing
        self._head: Message = {}
        self._untaken: deque[Message] = deque()
        self._news = asyncio.Event()
        self._took_at = current_clock().monotonic()
        self._gone = False
        room.enter(self)
        self._loop = asyncio.get_running_loop()
        self._handing = self._loop.create_task(self._hand_over())

    @property
    def still(self) -> float:
        """Return for how many seconds the client took nothing of what is there for it."""
        return current_clock().monotonic() - self._took_at if self._untaken else 0.0

    async def watch(self, receive: Receive) -> None:
        """See that the client has disconnected: no more of a response is produced that nobody reads."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self.end()

    def end(self) -> None:
        """Leave off. No last message is sent, so that the client cannot take what it has for the whole."""
        self._gone = True
        self._handing.cancel()
        self._room.leave(self)

    async def taken(self) -> None:
        """Wait until the client has all that was made, or takes no more."""
        await asyncio.wait({self._handing})

    async def _hand_over(self) -> None:
        try:
            more = True
            while more:
                message = await self._next()
                async with asyncio.timeout(_TAKEN_WITHIN):
                    await self._send(message)
                self._untaken.popleft()
                self.held -= _size(message)
                self._took_at = current_clock().monotonic()
                self._room.moved()
                more = message.get("more_body", True)
        except (TimeoutError, asyncio.CancelledError):
            log.info("an answer was not taken")  # never its path, which may contain a one-time link
            raise
        except Exception:
            log.exception("an answer could not be handed over")
        finally:
            self._gone = True
            self._room.leave(self)

    async def _next(self) -> Message:
        while not self._untaken:
            self._news.clear()
            await self._news.wait()
        return self._untaken[0]

    async def _take(self, *messages: Message) -> None:
        """Keep what was made for the client, as soon as there is room."""
        size = sum(map(_size, messages))
        while not self._gone and not (self._near(size) and self._room.has(size)):
            await self._room.look_again()
        if self._gone:
            raise NotTakenError
        if not self._untaken:
            self._took_at = current_clock().monotonic()
        self._untaken.extend(messages)
        self.held += size
        self._news.set()

    def _near(self, size: int) -> bool:
        return not self.held or self.held + size <= _AHEAD

    def make(self, application: Wsgi, environment: dict[str, Any]) -> None:
        """Call the application and keep its response for the client; in every case the application is told that it has
        ended.
        """
        answer = application(environment, self._start)
        try:
            pieces = iter(answer)
            first = next(pieces, b"")
            self._tell(self._head, *_bodies(first))
            for piece in pieces:
                self._tell(*_bodies(piece))
            self._tell({"type": "http.response.body", "body": b"", "more_body": False})
        except NotTakenError:
            with suppress(RuntimeError):  # of an event loop that has ended
                self._loop.call_soon_threadsafe(self.end)
        finally:
            if close := getattr(answer, "close", None):
                close()

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:  # noqa: ARG002
        told = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        if self._closing:  # the rest of its body is still to come
            told.append((b"connection", b"close"))
        self._head = {"type": "http.response.start", "status": int(status[:3]), "headers": told}

    def _tell(self, *messages: Message) -> None:
        kept = asyncio.run_coroutine_threadsafe(self._take(*messages), self._loop)
        try:
            kept.result(_KEPT_WITHIN)
        except TimeoutError:
            kept.cancel()
            raise NotTakenError from None


def _size(message: Message) -> int:
    return len(message.get("body", b""))


def _bodies(piece: bytes) -> list[Message]:
    """Return a piece in small ones: by these is told whether a client takes anything."""
    starts = range(0, len(piece), _PIECE)
    return [
        {"type": "http.response.body", "body": piece[start : start + _PIECE], "more_body": True}
        for start in starts
    ]
