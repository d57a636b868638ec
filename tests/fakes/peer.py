"""The other end of a connection, on loopback: it treats a client as a test asks."""

import re
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

Answer = Callable[["Line"], bool | None]
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)


class Line:
    """One accepted connection. ``request`` is the last whole request read from it."""

    def __init__(self, connection: socket.socket, stopped: Event) -> None:
        self.connection = connection
        self.stopped = stopped
        self.request = b""

    def read_request(self) -> bool:
        read = b""
        while b"\r\n\r\n" not in read:
            chunk = self.connection.recv(65_536)
            if not chunk:
                return False
            read += chunk
        head, _, body = read.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        while length and len(body) < int(length[1]):
            chunk = self.connection.recv(65_536)
            if not chunk:
                return False
            body += chunk
        self.request = head + b"\r\n\r\n" + body
        return True

    def reply(self, status: int, body: bytes, *headers: str, kind: str = "application/json") -> bool:
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
        self.connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        return True

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def hold(self) -> None:
        """Keep the connection open and send nothing until the test is over."""
        self.stopped.wait(20)


class Peer:
    """A server. ``answer`` is called with every request read, and returns True to keep the connection."""

    def __init__(self, answer: Answer, *, tls: ssl.SSLContext | None = None, reads: bool = True) -> None:
        self.answer = answer
        self.hits = 0
        self.requests: list[bytes] = []
        self._tls = tls
        self._reads = reads
        self._stopped = Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._threads = [Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        self._stopped.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.hits += 1
            thread = Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with suppress(OSError):
            if self._tls:
                try:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                except OSError:
                    connection.close()
                    raise
            line = Line(connection, self._stopped)
            with connection:
                while not self._reads or line.read_request():
                    self.requests.append(line.request)
                    if not self.answer(line):
                        return


@contextmanager
def peer(answer: Answer, *, tls: ssl.SSLContext | None = None, reads: bool = True) -> Iterator[Peer]:
    running = Peer(answer, tls=tls, reads=reads)
    try:
        yield running
    finally:
        running.close()


def canned(status: int, body: bytes, *headers: str, kind: str = "application/json") -> Answer:
    """Return the same reply to every request."""
    return lambda line: line.reply(status, body, *headers, kind=kind)
