"""The network layer below the HTTP library: name resolution, address checks, connecting; when the first byte
is sent.

Every wait ends at the deadline of the exchange it belongs to, so that a peer which sends a byte at a time
gains nothing. A context variable carries the exchange: the library passes streams only a timeout per call.
"""

import select
import socket
import ssl
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final

import httpcore2

from leleka.core.ports.clock import Clock
from leleka.transport.ip_policy import Address, AddressPolicy, Resolver

_CONNECT_SECONDS: Final = 10.0  # per address, so that a dead one leaves time for the next


class Unreached(Exception):
    """No connection was established: certainly nothing was sent."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class OutOfTime(Exception):
    """The deadline of the exchange passed."""


class Stale(Exception):
    """The connection turned out to be closed at the very first write, which accepted no byte."""


@dataclass(slots=True)
class Exchange:
    """One request and its reply. ``begun`` is True from the first byte that may have been sent."""

    deadline: float
    clock: Clock
    begun: bool = False

    def remaining(self) -> float:
        left = self.deadline - self.clock.monotonic()
        if left <= 0:
            raise OutOfTime
        return left


current_exchange: ContextVar[Exchange] = ContextVar("current_exchange")


class Wire(httpcore2.NetworkStream):
    """A connected socket, plain or TLS."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the exchange's counts
        self._socket.settimeout(current_exchange.get().remaining())
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError:
            raise OutOfTime from None
        except OSError as error:
            raise httpcore2.ReadError(type(error).__name__) from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the exchange's counts
        exchange = current_exchange.get()
        view = memoryview(buffer)
        while view:
            # The last check before bytes are sent: a worker that was suspended past its deadline stops here.
            self._socket.settimeout(exchange.remaining())
            try:
                taken = self._socket.send(view)
            except TimeoutError:
                exchange.begun = True
                raise OutOfTime from None
            except OSError as error:
                if not exchange.begun:
                    raise Stale from None
                # The library continues with reading: a server may refuse early (413) and close.
                raise httpcore2.WriteError(type(error).__name__) from None
            exchange.begun = True
            view = view[taken:]

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the exchange's counts
    ) -> httpcore2.NetworkStream:
        plain = self._socket
        try:
            plain.settimeout(current_exchange.get().remaining())
            secured = ssl_context.wrap_socket(
                plain, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            self._socket = secured
            secured.do_handshake()
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise Unreached(
                "TLS_REFUSED", f"its certificate is not valid for this host: {error.verify_message}"
            ) from None
        except TimeoutError:
            self.close()
            raise Unreached("HOST_NO_ANSWER", "it did not finish the TLS handshake in time") from None
        except ssl.SSLError as error:
            self.close()
            reason = (error.reason or "unknown").replace("_", " ").lower()
            raise Unreached("TLS_REFUSED", f"no secure connection could be agreed on: {reason}") from None
        except OSError:
            self.close()
            raise Unreached("HOST_NO_ANSWER", "it closed the connection during the TLS handshake") from None
        return self

    def get_extra_info(self, info: str) -> Any:
        match info:
            case "ssl_object":
                return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
            case "is_readable":
                return _is_readable(self._socket)
            case "socket":
                return self._socket
            case _:
                return None


def _is_readable(connected: socket.socket) -> bool:
    """Return whether an idle connection has something to read, which can only be its closing."""
    if connected.fileno() < 0:
        return True
    watch = select.poll()  # not select(): that fails from descriptor 1,024 on
    watch.register(connected, select.POLLIN)
    return bool(watch.poll(0))


class GuardedBackend(httpcore2.NetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, resolver: Resolver, policy: AddressPolicy) -> None:
        self._resolver = resolver
        self._policy = policy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the exchange's counts
        local_address: str | None = None,  # noqa: ARG002 - never bound
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002 - none are asked for
    ) -> httpcore2.NetworkStream:
        exchange = current_exchange.get()
        addresses = self._checked(_resolve(self._resolver, host, port, exchange))
        failure = Unreached("HOST_UNREACHABLE", "no address answered")
        for address in addresses:
            try:
                return Wire(_connect(address, port, min(exchange.remaining(), _CONNECT_SECONDS)))
            except OSError as error:
                failure = Unreached("HOST_UNREACHABLE", _why_unreachable(error))
        raise failure

    def _checked(self, answers: Sequence[str]) -> list[Address]:
        """Accept all addresses or none: a single private address among them is a sign of DNS rebinding."""
        try:
            addresses = [ip_address(answer) for answer in answers]
        except ValueError:
            addresses = []
        if not addresses:
            raise Unreached("HOST_NOT_FOUND", "the name has no address")
        if not all(self._policy(address) for address in addresses):
            raise _private()
        return addresses


def _private() -> Unreached:
    return Unreached(
        "HOST_PRIVATE_ADDRESS", "its name leads to an address that is not on the public internet"
    )


def _resolve(resolver: Resolver, name: str, port: int, exchange: Exchange) -> Sequence[str]:
    """Resolve in a separate thread: the system's resolver has no timeout and cannot be interrupted."""
    answers: SimpleQueue[Sequence[str] | None] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(name, port))
        except (OSError, UnicodeError):
            answers.put(None)

    Thread(target=ask, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=exchange.remaining())
    except Empty:
        raise Unreached("HOST_NOT_FOUND", "looking up its name took too long") from None
    if answer is None:
        raise Unreached("HOST_NOT_FOUND", "its name could not be looked up")
    return answer


def _connect(address: Address, port: int, seconds: float) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 - IP version 4
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((str(address), port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _compare_ends(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection


def _compare_ends(connection: socket.socket, address: Address) -> None:
    peer = ip_address(connection.getpeername()[0])
    mine = ip_address(connection.getsockname()[0])
    # If both ends are equal, it is one of this machine's own addresses, which may well be a public one.
    if peer != address or (mine == peer and not peer.is_loopback):
        raise _private()


def _why_unreachable(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "it refused the connection"
    return "there is no route to it from this machine"
