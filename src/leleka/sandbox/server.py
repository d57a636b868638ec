"""The sandbox over HTTP/1.1 on loopback: a thread per connection, the account behind one lock."""

import ipaddress
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread

from leleka.sandbox import wire
from leleka.sandbox.account import Account
from leleka.sandbox.behaviour import Behaviour
from leleka.sandbox.fault_draws import Random
from leleka.sandbox.gateway import Gateway
from leleka.sandbox.messages import Reply, Request, Wire, message
from leleka.sandbox.timing import Clock, SteadyClock

_LARGEST_BODY = 64 << 20
_SLOW_PAUSE = 10.0


@dataclass(frozen=True, slots=True)
class Options:
    host: str = "127.0.0.1"  # must be loopback
    port: int = 0  # 0 picks a free one
    key: str = field(default="sandbox-key", repr=False)
    speed: float | None = 1.0  # of the sandbox's time; None removes limits and delays
    lists: tuple[str, ...] = ("Newsletter",)  # numbered from 1
    fields: tuple[str, ...] = ()  # custom fields of type text, numbered from 1
    behaviour: Behaviour = field(default_factory=Behaviour)
    seed: int = 0  # of everything random


class SandboxServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, options: Options, clock: Clock) -> None:
        address = ipaddress.ip_address("127.0.0.1" if options.host == "localhost" else options.host)
        if not address.is_loopback:
            msg = f"the sandbox listens on loopback only, not on {address}"
            raise ValueError(msg)
        self.address_family = socket.AF_INET6 if address.version == 6 else socket.AF_INET  # noqa: PLR2004 - IPv6
        self.closing = Event()
        self.lock = Lock()
        self.account = Account(options.key, clock, options.behaviour, options.speed, Random(options.seed))
        self.account.seed(options.lists, options.fields)
        self.gateway = Gateway(self.account)
        super().__init__((str(address), options.port), _Connection)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def host(self) -> str:
        return str(self.server_address[0])

    @property
    def url(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{shown}:{self.port}"

    def service_actions(self) -> None:
        """Keeps the import queue moving between requests, so that a late request does not wait for
        all of it.
        """
        with self.lock:
            self.account.tick()

    def server_close(self) -> None:
        self.closing.set()
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that disconnects is ignored; anything else is shown."""
        if not isinstance(_current_error(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Connection(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        request = Request.of(self.command, self.path, dict(self.headers.items()))
        with self.server.lock:
            strays = self.server.gateway.strays(request)
        if strays:
            self.server.closing.wait(self.server.account.timing.real(strays))
        with self.server.lock:
            early = self.server.gateway.opening(request)
        length = self._length()
        if early is not None:
            self.rfile.read(min(length // 2, 1024))
            self._break(early)
            return
        if length < 0 or length > _LARGEST_BODY:
            self.close_connection = True
            self._send(message(411 if length < 0 else 413, "Content-Length is missing or too large."))
            return
        body = self.rfile.read(length)
        request = Request(request.method, request.path, request.query, request.headers, body)
        with self.server.lock:
            reply = self.server.gateway.work(request)
        if reply.delay:
            self.server.closing.wait(self.server.account.timing.real(reply.delay))
        if reply.wire is Wire.PLAIN:
            self._send(reply)
        else:
            self._break(reply)

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _length(self) -> int:
        """-1 for a body without a stated length."""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return -1
        length = self.headers.get("Content-Length", "0")
        return int(length) if length.isascii() and length.isdigit() else -1

    def _send(self, reply: Reply) -> None:
        if reply.stream is not None:
            self._stream(reply, reply.stream)
            return
        extra = (("Connection", "close"),) if self.close_connection else ()
        self.connection.sendall(wire.head(reply, len(reply.body), extra) + reply.body)

    def _stream(self, reply: Reply, stream: Iterator[bytes]) -> None:
        self.connection.sendall(wire.head(reply, None))
        while True:
            # a piece at a time under the lock: imports continue while a million contacts are read
            with self.server.lock:
                piece = next(stream, b"")
            self.connection.sendall(wire.chunk(piece))
            if not piece:
                return

    def _break(self, reply: Reply) -> None:
        self.close_connection = True
        if reply.wire is Wire.RESET:
            wire.reset(self.connection)
        else:
            wire.act_out(
                self.connection, reply, self.server.closing, self.server.account.timing.real(_SLOW_PAUSE)
            )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
        """Silent: /_sandbox/requests is the log, without query values."""


def _current_error() -> BaseException | None:
    return sys.exc_info()[1]


def build_server(options: Options | None = None, clock: Clock | None = None) -> SandboxServer:
    """Bound and listening, not yet serving: call `serve_forever` and, at the end, `server_close`."""
    return SandboxServer(options or Options(), clock or SteadyClock())


def serve(options: Options, announce: Callable[[SandboxServer], None]) -> None:
    """Serves until interrupted; `announce` is called once it can be reached."""
    with build_server(options) as server:
        announce(server)
        server.serve_forever()


@contextmanager
def running(options: Options | None = None, clock: Clock | None = None) -> Iterator[SandboxServer]:
    """Serves in a thread for the duration of the block."""
    server = build_server(options, clock)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="sandbox", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
