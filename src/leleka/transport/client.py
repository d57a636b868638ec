"""HTTP for destinations: guarded against the host, the network, and itself.

    Reply       a reply came, whatever it says
    NotSent     certainly nothing was sent: the same request may go again
    MaybeSent   at least one byte may have been sent and no complete reply came: the outcome is unknown

There are no redirects (the key would be carried to another host), no proxies or netrc from the
environment, no cookies, and one retry: a kept connection that refused the very first byte is replaced once.
"""

import re
import ssl
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlencode

import h11

from leleka.core.ports.clock import Clock
from leleka.core.secret import Secret
from leleka.transport.http11 import Connections, Headers, NotHTTP
from leleka.transport.ip_policy import (
    AddressPolicy,
    Resolver,
    is_public,
    is_public_or_loopback,
    system_resolver,
)
from leleka.transport.socket import Broke, Exchange, GuardedConnector, OutOfTime, Stale, Unreached, Wire

REPLY_BYTES: Final = 2 * 1024 * 1024
_HTTP: Final = 80
_HTTPS: Final = 443
_IN_PATHS: Final = "/%!$&'()*+,;=:@~"  # what a path may hold beside letters, digits, and "-._"
_NO_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HEADERS: Final = (
    (b"Accept", b"application/json"),
    (b"Accept-Encoding", b"gzip"),
    (b"Connection", b"keep-alive"),
    (b"User-Agent", b"leleka"),
)
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Origin:
    """The host that requests go to. Only ``test`` hosts, named by the operator, use plain http and may be
    loopback.
    """

    name: str
    port: int
    test: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply. ``whole`` is False if the body was cut at the size limit or could not be decompressed."""

    status: int
    content_type: str
    retry_after: str | None
    request_id: str
    body: bytes = field(repr=False)
    whole: bool = True
    rate_limit: str = ""  # RateLimit-Limit: requests in a second

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - by HTTP


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly nothing was sent. ``final`` if trying again does not help."""

    code: str
    reason: str

    @property
    def final(self) -> bool:
        return self.code in {"HOST_PRIVATE_ADDRESS", "TLS_REFUSED"}


@dataclass(frozen=True, slots=True)
class MaybeSent:
    """Something may have been sent, and no complete reply came."""

    code: str
    reason: str


Answer = Reply | NotSent | MaybeSent


def secure_context() -> ssl.SSLContext:
    """Return a context with the system's trusted certificates, host name checks, and TLS 1.2 or newer."""
    # Loaded late: it takes a tenth of a second, and only the certificates it trusts are wanted.
    from httpx2 import create_ssl_context  # noqa: PLC0415

    context = create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class GuardedClient:
    """The connections to one account; any number of threads may call ``request``.

    ``headers`` are secret: nothing prints them.
    """

    def __init__(
        self,
        origin: Origin,
        headers: Mapping[str, Secret],
        clock: Clock,
        *,
        resolver: Resolver = system_resolver,
        policy: AddressPolicy | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        allowed = policy or (is_public_or_loopback if origin.test else is_public)
        self._secret_headers = dict(headers)
        self._origin = origin
        self._clock = clock
        self._connector = GuardedConnector(resolver, allowed)
        self._tls = tls or (None if origin.test else secure_context())
        if self._tls is not None:
            self._tls.set_alpn_protocols(["http/1.1"])
        self._connections = Connections(self._connect)
        self._headers = [(b"Host", _host(origin, tls=self._tls is not None)), *_HEADERS]

    def request(
        self,
        method: str,
        path: str,
        *,
        deadline: float,
        query: Mapping[str, str] = _NOTHING,
        content: bytes | None = None,
    ) -> Answer:
        """Make one request. It ends by ``deadline``, a monotonic time; after it no byte is sent any more."""
        target = _quoted(path) + (f"?{urlencode(query)}" if query else "")
        request = _Request(method, target.encode("ascii"), content)
        answer = self._once(request, deadline)
        if answer is None:
            answer = self._once(request, deadline)
        return answer or NotSent("HOST_UNREACHABLE", "it closed the connection before anything was sent")

    def replace(self, header: str, value: Secret) -> None:
        """Send another value from the next request on; requests in flight keep the old one."""
        self._secret_headers[header] = value

    def close(self) -> None:
        self._connections.close()

    def _connect(self, exchange: Exchange) -> Wire:
        wire = self._connector.connect(exchange, self._origin.name, self._origin.port)
        if self._tls is not None:
            wire.start_tls(exchange, self._tls, self._origin.name)
        return wire

    def _once(self, request: "_Request", deadline: float) -> Answer | None:
        """Return None if a kept connection was found closed and certainly accepted nothing."""
        exchange = Exchange(deadline, self._clock)
        headers = [*self._headers, *request.headers()]
        headers += [(name.encode(), value.reveal().encode()) for name, value in self._secret_headers.items()]
        try:
            with self._connections.borrowed(exchange) as connection:
                head = connection.send(exchange, request.method, request.target, headers, request.content)
                return _read(head, connection.body(exchange))
        except Unreached as unreached:
            return NotSent(unreached.code, unreached.sentence)
        except Stale:
            return None
        except OutOfTime:
            return _lost(exchange, "it did not answer in time")
        except Broke:
            return _lost(exchange, "the connection broke")
        except NotHTTP:
            return _lost(exchange, "the answer broke off or is not HTTP")


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: bytes
    content: bytes | None = field(repr=False)

    def headers(self) -> Headers:
        """Return those that tell of the content."""
        if self.content is None:
            return []
        size = str(len(self.content)).encode()
        return [(b"Content-Length", size), (b"Content-Type", b"application/json")]


def _quoted(path: str) -> str:
    """Return a path as a request names it; what is quoted in it already stays as it is."""
    return _NO_ESCAPE.sub("%25", quote(path, safe=_IN_PATHS)) or "/"


def _host(origin: Origin, *, tls: bool) -> bytes:
    name = f"[{origin.name}]" if ":" in origin.name else origin.name
    is_usual = origin.port == (_HTTPS if tls else _HTTP)
    return (name if is_usual else f"{name}:{origin.port}").encode("ascii")


def _lost(exchange: Exchange, reason: str) -> NotSent | MaybeSent:
    kind = MaybeSent if exchange.begun else NotSent
    return kind("HOST_NO_ANSWER", reason)


def _read(head: h11.Response, chunks: Iterable[bytes]) -> Reply:
    headers: dict[bytes, str] = {}
    for name, value in head.headers:
        told = value.decode("latin-1")
        headers[name] = f"{headers[name]}, {told}" if name in headers else told
    body, whole = _collect(chunks, headers.get(b"content-encoding", ""))
    return Reply(
        status=head.status_code,
        content_type=_plain(headers.get(b"content-type", "").partition(";")[0], 60),
        retry_after=headers.get(b"retry-after"),
        request_id=_plain(headers.get(b"x-request-id", ""), 64),
        body=body,
        whole=whole,
        rate_limit=_plain(headers.get(b"ratelimit-limit", ""), 20),
    )


def _plain(text: str, length: int) -> str:
    """Keep only harmless characters in a message: a header can hold anything the remote side wrote."""
    kept = "".join(character for character in text if character.isascii() and character.isprintable())
    return kept.strip()[:length]


def _collect(chunks: Iterable[bytes], encoding: str) -> tuple[bytes, bool]:
    """Read and decompress at most ``REPLY_BYTES``; a compressed body is not decompressed beyond
    that either.
    """
    encoding = encoding.strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        return b"", False
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding not in {"", "identity"} else None
    body = bytearray()
    received = 0
    for chunk in chunks:
        received += len(chunk)
        room = REPLY_BYTES + 1 - len(body)
        try:
            body += unpack.decompress(chunk, room) if unpack else chunk[:room]
        except zlib.error:
            return b"", False
        if max(len(body), received) > REPLY_BYTES:
            return bytes(body[:REPLY_BYTES]), False
    return bytes(body), unpack is None or unpack.eof or not received
