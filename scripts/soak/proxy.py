"""A small faulty TCP proxy: it delays, drops replies, resets, half-closes, and is unavailable for a while.

It is between Leleka and the sandbox and knows of HTTP only where a message ends. What a client had sent
before it was killed is still forwarded, as a network would.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random  # noqa: TID251 - the class, for seeded generators
from threading import Event, Lock, Thread
from time import monotonic

from scripts.soak.http_message import Message, read
from scripts.soak.journal import Journal
from scripts.soak.network_faults import CALM, Fate, Journey, Weather, drawn

_LOOPBACK = "127.0.0.1"
_LOOK = 0.1  # seconds between two checks whether the proxy is to end or to refuse
_ON_ITS_WAY = 0.01  # seconds
_PATIENCE = 120.0  # seconds for which a connection may be idle, or the sandbox may take to reply
_LINGER_ZERO = struct.pack("ii", 1, 0)


class FaultProxy:
    """Listens on its own port from the start; ``serving`` lets connections through."""

    def __init__(self, upstream: int, weather: Weather, seed: int) -> None:
        self.journal = Journal()
        self.weather = weather
        self._upstream = upstream
        self._seed = seed
        self._requests = 0
        self._lock = Lock()
        self._closing = Event()
        self._refusing_until = 0.0
        self._listener = _listen(0)
        self.port = int(self._listener.getsockname()[1])

    @contextmanager
    def serving(self) -> Iterator["FaultProxy"]:
        """Serve in threads for the duration of the block."""
        thread = Thread(target=self._accept, name=f"proxy {self.port}", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._closing.set()
            thread.join()
            self._listener.close()

    def calm(self) -> None:
        """Let everything through from now on."""
        self.weather = CALM

    def _accept(self) -> None:
        while not self._closing.is_set():
            away = self._refusing_until - monotonic()
            if away > 0:
                self._listener.close()  # new connections are refused now
                self._closing.wait(away)
                self._listener = _listen(self.port)
            with suppress(TimeoutError):
                client, _ = self._listener.accept()
                Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(_PATIENCE)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with client, suppress(OSError), socket.create_connection((_LOOPBACK, self._upstream)) as upstream:
            upstream.settimeout(_PATIENCE)
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (request := read(client)) is not None and self._exchange(client, upstream, request):
                if self._refusing_until > monotonic():
                    return

    def _exchange(self, client: socket.socket, upstream: socket.socket, request: Message) -> bool:
        """Pass on one request and its reply; return whether the connection stays open."""
        journey = self._journey(request.first_line)
        noted = self.journal.begin(request)
        answered = False
        try:
            self._closing.wait(journey.there)
            if journey.fate is Fate.CUT_REQUEST or not request.whole:
                _forward_half(client, upstream, request, reset=request.whole)
                return False
            reply = _ask(upstream, request)
            if noted is not None:
                self.journal.judge(noted, reply)
            if reply is None:
                return False
            self._closing.wait(journey.back)
            self._refuse(journey.refused_for)
            answered = self._hand_back(client, reply, journey.fate)
            return answered
        finally:
            if noted is not None:
                self.journal.end(noted, answered=answered)

    def _journey(self, line: str) -> Journey:
        """The n-th request of an account has the same fate in every run with the same seed."""
        with self._lock:
            self._requests += 1
            chance = Random(f"{self._seed}/{self._requests}")  # noqa: S311 - it has to be repeatable
        journey = drawn(self.weather, chance, line)
        if journey.fate is not Fate.PLAIN:
            self.journal.trouble(journey.fate)
        if journey.there or journey.back:
            self.journal.trouble("delayed")
        return journey

    def _refuse(self, seconds: float) -> None:
        if seconds:
            self.journal.trouble("refused_for_a_while")
            self._refusing_until = monotonic() + seconds

    def _hand_back(self, client: socket.socket, reply: Message, fate: Fate) -> bool:
        """Return the reply to the client, or the part that the fate allows; return whether it got
        everything.
        """
        half = reply.content[: len(reply.content) // 2]
        match fate:
            case Fate.LOST:
                _reset(client)
            case Fate.CLOSED:
                client.close()
            case Fate.WITHHELD:
                self._until_it_gives_up(client)
            case Fate.CUT_REPLY:
                client.sendall(half)
                self._closing.wait(_ON_ITS_WAY)  # a reset at once would overtake it
                _reset(client)
            case Fate.HALF_CLOSED:
                client.sendall(half)
                client.shutdown(socket.SHUT_WR)
                self._until_it_gives_up(client)
            case _:
                client.sendall(reply.content)
                return True
        return False

    def _until_it_gives_up(self, client: socket.socket) -> None:
        client.settimeout(_LOOK)
        while not self._closing.is_set():
            with suppress(TimeoutError):
                client.recv(1)
                return


def _listen(port: int) -> socket.socket:
    listener = socket.create_server((_LOOPBACK, port), backlog=64)
    listener.settimeout(_LOOK)
    return listener


def _ask(upstream: socket.socket, request: Message) -> Message | None:
    upstream.sendall(request.content)
    return read(upstream)


def _forward_half(client: socket.socket, upstream: socket.socket, request: Message, *, reset: bool) -> None:
    """Forward what a killed client sent, or half of a complete request, and close both sides."""
    content = request.content
    upstream.sendall(content[: len(request.head) + len(request.body) // 2] if reset else content)
    if reset:
        _reset(upstream)
        _reset(client)


def _reset(connection: socket.socket) -> None:
    """Closing with a linger of zero makes the kernel send RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    connection.close()
