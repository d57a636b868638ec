"""HTTP for destinations: guarded against the host, the network, and itself.

    Reply       a reply came, whatever it says
    NotSent     certainly nothing was sent: the same request may go again
    MaybeSent   at least one byte may have been sent and no complete reply came: the outcome is unknown

There are no redirects (the library would carry the key to another host), no proxies or netrc from the
environment, no cookies, and one retry: a kept connection that refused the very first byte is replaced once.
"""

import http.cookiejar
import ssl
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import httpcore2
import httpx2

from leleka.core.ports.clock import Clock
from leleka.core.secret import Secret
from leleka.transport.ip_policy import (
    AddressPolicy,
    Resolver,
    is_public,
    is_public_or_loopback,
    system_resolver,
)
from leleka.transport.socket import Exchange, GuardedBackend, OutOfTime, Stale, Unreached, current_exchange

REPLY_BYTES: Final = 2 * 1024 * 1024
_KEPT_SECONDS: Final = 15.0  # short: a connection that the server is about to close makes an outcome unknown
_CONNECTIONS: Final = 12  # eight senders, the poller, and interactive requests
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
    context = httpx2.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class GuardedClient:
    """The connections to one account; any number of threads may call ``request``.

    ``headers`` are added below the library's own objects, so that none of them can print a key.
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
        self._client = httpx2.Client(
            transport=_Transport(
                GuardedBackend(resolver, allowed),
                tls or (None if origin.test else secure_context()),
                self._secret_headers,
            ),
            follow_redirects=False,
            trust_env=False,
            cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[])),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "leleka"},
        )

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
        url = httpx2.URL(
            scheme="http" if self._origin.test else "https",
            host=self._origin.name,
            port=self._origin.port,
            path=path,
            params=query or None,
        )
        kind = {} if content is None else {"Content-Type": "application/json"}
        request = self._client.build_request(method, url, content=content, headers=kind)
        answer = self._once(request, deadline)
        if answer is None:
            answer = self._once(request, deadline)
        return answer or NotSent("HOST_UNREACHABLE", "it closed the connection before anything was sent")

    def replace(self, header: str, value: Secret) -> None:
        """Send another value from the next request on; requests in flight keep the old one."""
        self._secret_headers[header] = value

    def close(self) -> None:
        self._client.close()

    def _once(self, request: httpx2.Request, deadline: float) -> Answer | None:
        """Return None if a kept connection was found closed and certainly accepted nothing."""
        exchange = Exchange(deadline, self._clock)
        token = current_exchange.set(exchange)
        try:
            request.extensions["timeout"] = httpx2.Timeout(exchange.remaining()).as_dict()
            return _read(self._client.send(request, stream=True))
        except Unreached as unreached:
            return NotSent(unreached.code, unreached.sentence)
        except Stale:
            return None
        except (OutOfTime, httpcore2.TimeoutException):
            return _lost(exchange, "it did not answer in time")
        except (httpcore2.NetworkError, httpx2.StreamError):
            return _lost(exchange, "the connection broke")
        except httpcore2.ProtocolError:
            return _lost(exchange, "the answer broke off or is not HTTP")
        finally:
            current_exchange.reset(token)


def _lost(exchange: Exchange, reason: str) -> NotSent | MaybeSent:
    kind = MaybeSent if exchange.begun else NotSent
    return kind("HOST_NO_ANSWER", reason)


def _read(response: httpx2.Response) -> Reply:
    try:
        body, whole = _collect(response.iter_raw(), response.headers.get("content-encoding", ""))
    finally:
        response.close()
    return Reply(
        status=response.status_code,
        content_type=_plain(response.headers.get("content-type", "").partition(";")[0], 60),
        retry_after=response.headers.get("retry-after"),
        request_id=_plain(response.headers.get("x-request-id", ""), 64),
        body=body,
        whole=whole,
        rate_limit=_plain(response.headers.get("ratelimit-limit", ""), 20),
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


class _Transport(httpx2.BaseTransport):
    """The library's own transport cannot be given a network backend."""

    def __init__(
        self, backend: httpcore2.NetworkBackend, tls: ssl.SSLContext | None, headers: Mapping[str, Secret]
    ) -> None:
        self._secret_headers = headers
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls,
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=backend,
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        secret = [(name.encode(), value.reveal().encode()) for name, value in self._secret_headers.items()]
        response = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=[*request.headers.raw, *secret],
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            status_code=response.status, headers=response.headers, stream=_Stream(response), extensions={}
        )

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
