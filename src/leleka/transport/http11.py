"""HTTP/1.1 over a guarded wire, one request at a time, and the connections that are kept for the next one.

The rules of the protocol are those of h11: it says what the bytes of a request are, and what a reply is.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore, Lock
from typing import Final, TypeAlias

import h11

from leleka.transport.socket import CannotWrite, Exchange, OutOfTime, Wire

NotHTTP: TypeAlias = h11.ProtocolError
_CHUNK: Final = 64 * 1024
_LONGEST_HEAD: Final = 100 * 1024
_MOST: Final = 12  # connections: eight senders, the poller, and interactive requests
_KEPT_SECONDS: Final = 15.0  # short: a connection that the server is about to close makes an outcome unknown

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]


class Connection:
    """A connection and how far its request has come. ``NotHTTP`` is raised for what is no reply, or half of one."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
        self._kept_until = 0.0

    def send(
        self, exchange: Exchange, method: str, target: bytes, headers: Headers, content: bytes | None
    ) -> h11.Response:
        """Send a request, in one piece; return the head of the reply."""
        request = self._state.send(h11.Request(method=method, target=target, headers=list(headers))) or b""
        if content is not None:
            request += self._state.send(h11.Data(data=content)) or b""
        request += self._state.send(h11.EndOfMessage()) or b""
        with suppress(CannotWrite):  # a server may refuse early (413) and close: its reply is there to read
            self._wire.write(exchange, request)
        while not isinstance(event := self._next(exchange), h11.Response):
            pass  # only what is said in between, such as 100 Continue: anything else is no reply
        return event

    def body(self, exchange: Exchange) -> Iterator[bytes]:
        while isinstance(event := self._next(exchange), h11.Data):
            yield bytes(event.data)

    def keep(self, exchange: Exchange) -> bool:
        """Make ready for another request, or close: where a reply was not read to its end, or says so, or where more
        came than it, which would be taken for the next reply.
        """
        is_done = self._state.our_state is h11.DONE and self._state.their_state is h11.DONE
        if is_done and not self._state.trailing_data[0]:
            self._state.start_next_cycle()
            self._kept_until = exchange.clock.monotonic() + _KEPT_SECONDS
            return True
        self.close()
        return False

    def is_usable(self, exchange: Exchange) -> bool:
        """Return whether a kept connection may be used: what there is to read can only be its closing."""
        return exchange.clock.monotonic() <= self._kept_until and not self._wire.is_readable()

    def close(self) -> None:
        self._wire.close()

    def _next(self, exchange: Exchange) -> object:
        while (event := self._state.next_event()) is h11.NEED_DATA:
            self._state.receive_data(self._wire.read(exchange, _CHUNK))
        return event


class Connections:
    """The connections to one host; any number of threads may borrow one. ``connect`` opens another."""

    def __init__(self, connect: Callable[[Exchange], Wire]) -> None:
        self._connect = connect
        self._places = BoundedSemaphore(_MOST)
        self._lock = Lock()
        self._kept: list[Connection] = []  # the one that was used last is the next to be used
        self._closed = False

    @contextmanager
    def borrowed(self, exchange: Exchange) -> Iterator[Connection]:
        """Wait for a place until the exchange's time is over; raise what keeps a connection from being opened."""
        if not self._places.acquire(timeout=exchange.remaining()):
            raise OutOfTime
        try:
            connection = self._usable(exchange) or Connection(self._connect(exchange))
            try:
                yield connection
            finally:
                self._return(connection, exchange)
        finally:
            self._places.release()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            kept, self._kept = self._kept, []
        for one in kept:
            one.close()

    def _usable(self, exchange: Exchange) -> Connection | None:
        while True:
            with self._lock:
                if not self._kept:
                    return None
                connection = self._kept.pop()
            if connection.is_usable(exchange):
                self._drop_oldest(exchange)
                return connection
            connection.close()

    def _drop_oldest(self, exchange: Exchange) -> None:
        """Close the one that was not used for longest, when its time is over: it may never be asked for again."""
        with self._lock:
            oldest = self._kept.pop(0) if self._kept else None
        if oldest is None:
            return
        if oldest.is_usable(exchange):
            with self._lock:
                if not self._closed:
                    self._kept.insert(0, oldest)
                    return
        oldest.close()

    def _return(self, connection: Connection, exchange: Exchange) -> None:
        if not connection.keep(exchange):
            return
        with self._lock:
            if not self._closed:
                self._kept.append(connection)
                return
        connection.close()
