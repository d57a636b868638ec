"""The network layer below HTTP: name resolution, address checks, connecting; when the first byte is sent.

Every wait ends at the deadline of the exchange it belongs to, so that a peer which sends a byte at a time
gains nothing.
"""

import select
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.transport.ip_policy import Address, AddressPolicy, Resolver

_AT_ONCE: Final = 16 * 1024  # bytes: one record of TLS
_CONNECT_SECONDS: Final = 10.0  # per address, so that a dead one leaves time for the next


class Unreached(Exception):
    """No connection was established: certainly nothing was sent."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class OutOfTime(Exception):
    """The deadline of the exchange passed."""


class Broke(Exception):
    """The connection broke in the middle of an exchange."""


class CannotWrite(Broke):
    """It takes no more bytes; it may still have something to read."""


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


class Wire:
    """A connected socket, plain or TLS."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def read(self, exchange: Exchange, most: int) -> bytes:
        self._socket.settimeout(exchange.remaining())
        try:
            return self._socket.recv(most)
        except TimeoutError:
            raise OutOfTime from None
        except OSError as error:
            raise Broke(type(error).__name__) from None

    def write(self, exchange: Exchange, data: bytes) -> None:
        view = memoryview(data)
        while view:
            # The last check before bytes are sent: a worker that was suspended past its deadline stops here.
            self._socket.settimeout(exchange.remaining())
            try:
                # Over TLS a call that fails may have sent some of what it was given: so it is given little.
                taken = self._socket.send(view[:_AT_ONCE])
            except TimeoutError:
                exchange.begun = True
                raise OutOfTime from None
            except OSError as error:
                if not exchange.begun:
                    raise Stale from None
                raise CannotWrite(type(error).__name__) from None
            exchange.begun = True
            view = view[taken:]

    def take(self) -> socket.socket:
        """Return the socket to somebody who relays bytes, and sets the limits of that himself."""
        return self._socket

    def close(self) -> None:
        self._socket.close()

    def is_readable(self) -> bool:
        """Return whether an idle connection has something to read, which can only be its closing."""
        return _is_readable(self._socket)

    def start_tls(self, exchange: Exchange, context: ssl.SSLContext, name: str) -> None:
        """Raises ``Unreached``; the connection is closed then."""
        plain = self._socket
        try:
            plain.settimeout(exchange.remaining())
            secured = context.wrap_socket(plain, server_hostname=name, do_handshake_on_connect=False)
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
        except BaseException:
            self.close()
            raise


def _is_readable(connected: socket.socket) -> bool:
    if connected.fileno() < 0:
        return True
    watch = select.poll()  # not select(): that fails from descriptor 1,024 on
    watch.register(connected, select.POLLIN)
    return bool(watch.poll(0))


class GuardedConnector:
    """Connects to checked addresses only."""

    def __init__(self, resolver: Resolver, policy: AddressPolicy) -> None:
        self._resolver = resolver
        self._policy = policy

    def connect(self, exchange: Exchange, host: str, port: int) -> Wire:
        """Raises ``Unreached``."""
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
