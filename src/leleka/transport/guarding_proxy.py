"""A proxy on loopback for a library that connects by itself: everything goes through here, and is judged here.

It is a thread of the process that reads, takes nobody's requests but that process's (they carry a token), and ends with
it. A host is looked up once, each of its addresses is judged, and the connection goes to exactly the address that was
judged. What is redirected elsewhere comes as another request, and is judged again. Encrypted connections pass through
as they are: the library checks the certificate. Plain http is for hosts that the operator named, and for reading alone.
"""

import re
import secrets
import socket
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from leleka.core.clock import SystemClock
from leleka.core.configuration import Network
from leleka.transport.ip_policy import Resolver, system_resolver
from leleka.transport.socket import Exchange, GuardedConnector, OutOfTime, Unreached
from leleka.transport.source_hosts import is_named, may_reach

_HEAD_BYTES: Final = 64 * 1024
_AT_ONCE: Final = 256 * 1024
_HEAD_SECONDS: Final = 10.0
_REACH_SECONDS: Final = 20.0  # to look a name up and to connect
_USER: Final = "leleka"
_HTTP: Final = 80
_LAST_PORT: Final = 65_535
_AUTHORITY: Final = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")
_HOP: Final = frozenset({"proxy-authorization", "proxy-connection", "connection", "keep-alive"})
_READING: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A connection that was not made. ``code`` is that of ``Unreached``, or PLAIN_HTTP, or REDIRECTED."""

    code: str
    host: str  # with its port


class _Refused(Exception):
    def __init__(self, status: str, refusal: Refusal | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whom to connect to, and what to tell them first; nothing where the client speaks for itself."""

    host: str
    port: int
    head: bytes = b""


class GuardingProxy:
    """``with GuardingProxy(network) as proxy``: ``proxy.url`` is what the library is told, user and token included."""

    def __init__(self, network: Network, resolver: Resolver = system_resolver) -> None:
        self._network = network
        self._resolver = resolver
        self._token = secrets.token_urlsafe(24)
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._closed = False
        self._refusals: list[Refusal] = []
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._server.getsockname()[1])
        Thread(target=self._accept, name="guarding-proxy", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://{_USER}:{self._token}@127.0.0.1:{self.port}"

    def take_refusals(self) -> list[Refusal]:
        """Return what was refused, or could not be reached, since this was asked last."""
        with self._lock:
            taken, self._refusals = self._refusals, []
        return taken

    def close(self) -> None:
        """End every connection at once, and take no more."""
        with self._lock:
            self._closed = True
            still_open = list(self._open)
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for connection in still_open:
            _shut(connection)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(client,), name="guarded", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            if not self._keep(client):
                return
            try:
                self._pass_on(client)
            except _Refused as refused:
                if refused.refusal:
                    with self._lock:
                        self._refusals.append(refused.refusal)
                with suppress(OSError):
                    client.sendall(f"HTTP/1.1 {refused.status}\r\nContent-Length: 0\r\n\r\n".encode())
            except OSError:
                return  # one of the two ends is gone, and the other notices
            finally:
                self._let_go(client)

    def _pass_on(self, client: socket.socket) -> None:
        head, rest = _read_head(client)
        asked = self._asked(head)
        far = self._reach(asked)
        with far:
            if not self._keep(far):
                return
            try:
                if asked.head:
                    far.sendall(asked.head + rest)
                else:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    far.sendall(rest)
                _relay(client, far)
            finally:
                self._let_go(far)

    def _asked(self, head: str) -> _Asked:
        first, *lines = head.split("\r\n")
        method, _, target = first.removesuffix(" HTTP/1.1").partition(" ")
        headers = list(_headers(lines))
        given = next((value for name, value in headers if name == "proxy-authorization"), "")
        wanted = "Basic " + b64encode(f"{_USER}:{self._token}".encode()).decode()
        if not secrets.compare_digest(given.encode(), wanted.encode()):
            # Where a plain request is redirected to another host, the library leaves the token out.
            host = urlsplit(target).netloc if target.startswith("http://") else ""
            raise _Refused("407 Proxy Authentication Required", Refusal("REDIRECTED", host) if host else None)
        if method == "CONNECT":
            return _Asked(*_authority(target))
        return self._plain(
            method, target, [f"{name}: {value}" for name, value in headers if name not in _HOP]
        )

    def _plain(self, method: str, url: str, headers: Sequence[str]) -> _Asked:
        parts = urlsplit(url)
        if parts.scheme != "http" or "@" in parts.netloc or method not in _READING:
            raise _Refused("400 Bad Request")
        named = parts.netloc if _AUTHORITY.fullmatch(parts.netloc) else f"{parts.netloc}:{_HTTP}"
        host, port = _authority(named)
        if not is_named(host, port, self._network):
            raise _Refused("403 Forbidden", Refusal("PLAIN_HTTP", named))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # One request a connection: whatever comes next is judged again.
        head = "\r\n".join([f"{method} {target} HTTP/1.1", *headers, "Connection: close", "", ""])
        return _Asked(host, port, head.encode("latin-1"))

    def _reach(self, asked: _Asked) -> socket.socket:
        host, port = asked.host, asked.port
        named = is_named(host, port, self._network)
        connector = GuardedConnector(self._resolver, lambda address: may_reach(address, named=named))
        clock = SystemClock()
        exchange = Exchange(clock.monotonic() + _REACH_SECONDS, clock)
        try:
            return connector.connect(exchange, host.strip("[]"), port).take()
        except Unreached as unreached:
            raise _Refused("403 Forbidden", Refusal(unreached.code, f"{host}:{port}")) from None
        except OutOfTime:
            raise _Refused("504 Gateway Timeout", Refusal("HOST_NO_ANSWER", f"{host}:{port}")) from None

    def _keep(self, connection: socket.socket) -> bool:
        with self._lock:
            if not self._closed:
                self._open.add(connection)
            return not self._closed

    def _let_go(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)


def _read_head(client: socket.socket) -> tuple[str, bytes]:
    """Return the head of a request, and what came after it. Raises ``OSError`` where none comes in time."""
    clock = SystemClock()
    until = clock.monotonic() + _HEAD_SECONDS
    read = b""
    while b"\r\n\r\n" not in read:
        client.settimeout(max(until - clock.monotonic(), 0.001))
        chunk = client.recv(_HEAD_BYTES)
        read += chunk
        if not chunk or len(read) > _HEAD_BYTES:
            raise _Refused("400 Bad Request")
    head, _, rest = read.partition(b"\r\n\r\n")
    return head.decode("latin-1"), rest


def _headers(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _, value = line.partition(":")
        yield name.strip().lower(), value.strip()


def _authority(text: str) -> tuple[str, int]:
    found = _AUTHORITY.fullmatch(text)
    if found is None or not 0 < int(found["port"]) <= _LAST_PORT:
        raise _Refused("400 Bad Request")
    return found["host"].lower(), int(found["port"])


def _relay(client: socket.socket, far: socket.socket) -> None:
    """Carry bytes both ways until one of the two ends."""
    for connection in (client, far):
        connection.settimeout(None)
    upward = Thread(target=_pump, args=(client, far), name="guarded-up", daemon=True)
    upward.start()
    _pump(far, client)
    _shut(client)
    _shut(far)
    upward.join()


def _pump(origin: socket.socket, target: socket.socket) -> None:
    buffer = bytearray(_AT_ONCE)
    view = memoryview(buffer)
    with suppress(OSError):
        while size := origin.recv_into(buffer):
            target.sendall(view[:size])
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
