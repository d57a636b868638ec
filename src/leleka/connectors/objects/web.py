"""Files of web servers, over the guarded transport.

Not through the library for buckets: it takes no file whose length the server does not say beforehand, as of an export
that is made on demand, and where it is redirected it tells the next server the whole URL it came from, with a signature
that stands in it.
"""

import socket
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar
from urllib.parse import unquote, urljoin

from leleka.connectors.objects import faults, globs, urls
from leleka.connectors.objects.place import Body, Found, Tick, awaited
from leleka.connectors.objects.settings import WebSettings
from leleka.connectors.objects.urls import ObjectUrl
from leleka.core.clock import SystemClock
from leleka.core.configuration import Network
from leleka.errors import InvalidInput, LelekaError, NeedsAttention, TryLater
from leleka.transport.client import secure_context
from leleka.transport.guarding_proxy import Refusal
from leleka.transport.http11 import Connection, Headers, NotHTTP
from leleka.transport.ip_policy import Resolver
from leleka.transport.socket import Broke, Exchange, GuardedConnector, OutOfTime, Stale, Unreached, Wire
from leleka.transport.source_hosts import is_named, may_reach

T = TypeVar("T")
_MOST_REDIRECTS: Final = 5
_ANSWER_SECONDS: Final = 300.0  # an export may be made only when it is asked for
_SILENCE_SECONDS: Final = 30.0
_CHUNK: Final = 1024 * 1024
_FIRST_WORDS: Final = 8 * 1024  # bytes of an answer that is no file
_SETTLED: Final = timedelta(seconds=60)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    connection: Connection
    exchange: Exchange


class WebServer:
    """A ``Place``: one file of a web server. A new connection is made for each request."""

    def __init__(self, url: ObjectUrl, settings: WebSettings, network: Network, resolver: Resolver) -> None:
        self._url = url
        self._settings = settings
        self._network = network
        self._resolver = resolver
        self._clock = SystemClock()
        if settings.is_secret and settings.host.lower() != url.place:
            raise InvalidInput("STORAGE_OTHER_HOST", where=url.shown, host=settings.host or "–")
        if settings.is_secret and url.scheme == "http" and settings.unencrypted != "allow":
            raise InvalidInput("STORAGE_PLAIN_SECRETS", where=url.shown)

    def find(self, pattern: str, tick: Tick, most: int) -> list[Found]:  # noqa: ARG002 - it is always one
        """Ask with HEAD. A server that does not take that, or a URL that is signed for GET alone, says nothing yet."""
        if globs.has_magic(pattern):
            raise InvalidInput("STORAGE_URL_INVALID.pattern", where=self._url.shown)
        headers: Mapping[str, str] = {}
        try:
            with self._asked("HEAD", tick) as answer:
                headers = answer.headers if answer.status == _OK else {}
        except TryLater as error:
            if error.code != "STORAGE_BROKEN_OFF":
                raise
        return [
            Found(
                unquote(pattern),
                self._url.shown,
                _size(headers),
                _tag(headers),
                headers.get("last-modified", ""),
                _modified(headers),
            )
        ]

    @contextmanager
    def read(self, found: Found, tick: Tick) -> Iterator[Body]:
        with self._asked("GET", tick) as answer:
            chunks = self._chunks(answer, tick)
            if answer.status != _OK:
                raise self._refused(answer.status, chunks)
            headers = answer.headers
            if not {"content-length", "transfer-encoding"} & headers.keys():
                raise NeedsAttention("STORAGE_ANSWER.endless", where=found.shown)
            coding = headers.get("content-encoding", "").strip().lower()
            seen = headers.get("last-modified", "")
            yield Body(chunks, _size(headers), coding, _tag(headers), seen, _modified(headers))

    @contextmanager
    def _asked(self, method: str, tick: Tick) -> Iterator[_Answer]:
        """Ask, and go on where the server points to: each hop is judged like the first."""
        url = self._url
        for _ in range(_MOST_REDIRECTS + 1):
            with self._one(method, url, tick) as answer:
                location = answer.headers.get("location", "")
                if answer.status not in _REDIRECTS or not location:
                    yield answer
                    return
                url = _pointed_to(url, location)
        raise NeedsAttention("STORAGE_REDIRECTS", where=self._url.shown, most=_MOST_REDIRECTS)

    @contextmanager
    def _one(self, method: str, url: ObjectUrl, tick: Tick) -> Iterator[_Answer]:
        exchange = Exchange(self._clock.monotonic() + _ANSWER_SECONDS, self._clock)
        origin = urls.origin(f"{url.scheme}://{url.place}")
        # The operator named a host for who asks for it, not for whoever points there.
        is_own = origin.host == urls.origin(f"{self._url.scheme}://{self._url.place}").host
        named = is_own and is_named(origin.host, origin.port, self._network)
        if origin.scheme == "http" and not named:
            raise faults.of_refusal(Refusal("PLAIN_HTTP", f"{origin.host}:{origin.port}"), self._url.shown)
        connector = GuardedConnector(self._resolver, lambda address: may_reach(address, named=named))
        name = origin.host.strip("[]")
        wire = self._awaited(lambda: connector.connect(exchange, name, origin.port), tick)
        try:
            if origin.scheme == "https":
                self._awaited(lambda: wire.start_tls(exchange, self._tls(), name), tick)
            connection = Connection(wire)
            target, headers = self._request(url)
            head = self._awaited(lambda: connection.send(exchange, method, target, headers, None), tick)
            said = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            yield _Answer(head.status_code, said, connection, exchange)
        finally:
            _end(wire)

    def _request(self, url: ObjectUrl) -> tuple[bytes, Headers]:
        """Return what is asked for. The credentials go to the server of the connection alone, and never unencrypted
        where it was asked with encryption.
        """
        own = (url.scheme, url.place) == (self._url.scheme, self._url.place)
        settings = self._settings
        headers = [
            ("Host", url.place),
            ("User-Agent", "leleka"),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
        ]
        headers.append(("Connection", "close"))
        if own and settings.token.reveal():
            headers.append(("Authorization", f"Bearer {settings.token.reveal()}"))
        elif own and (settings.user or settings.password.reveal()):
            pair = b64encode(f"{settings.user}:{settings.password.reveal()}".encode()).decode()
            headers.append(("Authorization", f"Basic {pair}"))
        target = urls.target(url, settings.signature.reveal() if url == self._url else "")
        return target.encode("ascii"), [(name.encode(), value.encode()) for name, value in headers]

    def _tls(self) -> ssl.SSLContext:
        context = secure_context()
        if self._settings.certificates:
            try:
                context.load_verify_locations(cadata=self._settings.certificates)
            except ssl.SSLError:
                raise NeedsAttention("STORAGE_CERTIFICATE_INVALID", where=self._url.shown) from None
        context.set_alpn_protocols(["http/1.1"])
        return context

    def _chunks(self, answer: _Answer, tick: Tick) -> Iterator[bytes]:
        chunks = answer.connection.body(answer.exchange)

        def next_chunk() -> bytes:
            read = bytearray()
            while len(read) < _CHUNK:
                answer.exchange.deadline = self._clock.monotonic() + _SILENCE_SECONDS
                more = next(chunks, None)
                if more is None:
                    break
                read += more
            return bytes(read)

        while chunk := self._awaited(next_chunk, tick):
            yield chunk

    def _refused(self, status: int, chunks: Iterator[bytes]) -> LelekaError:
        """Return what an answer means that is no file; those of buckets say why in their first words."""
        said = b""
        with suppress(TryLater):
            while len(said) < _FIRST_WORDS and (chunk := next(chunks, b"")):
                said += chunk
        told = f"status code: {status} {said[:_FIRST_WORDS].decode('utf-8', 'replace')}"
        return faults.translated(ValueError(told), self._url.shown)

    def _awaited(self, call: Callable[[], T], tick: Tick) -> T:
        where = self._url.shown
        try:
            return awaited(call, tick)
        except Unreached as unreached:
            raise faults.of_refusal(Refusal(unreached.code, self._url.place), where) from None
        except (OutOfTime, Broke, Stale, NotHTTP):
            raise TryLater("STORAGE_BROKEN_OFF", where=where) from None


def _pointed_to(url: ObjectUrl, location: str) -> ObjectUrl:
    """Raises ``InvalidInput`` where it is no URL of the web."""
    found = urls.parse_any(urljoin(f"{url.scheme}://{url.place}{urls.target(url)}", location))
    if found.scheme not in urls.WEB:
        raise InvalidInput("STORAGE_URL_INVALID", where=found.shown)
    return found


def _end(wire: Wire) -> None:
    with suppress(OSError):
        wire.take().shutdown(socket.SHUT_RDWR)  # whoever still waits for it need not any more
    wire.close()


def _modified(headers: Mapping[str, str]) -> datetime | None:
    """Return when a file was last written, as its server says; None where it says nothing that is a time."""
    try:
        at = parsedate_to_datetime(headers.get("last-modified", ""))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _size(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _tag(headers: Mapping[str, str]) -> str:
    """Return the tag where it is certain: not one that calls itself weak, nor one of a file that was just written, as
    many servers make it of the size and the second.
    """
    tag = headers.get("etag", "")
    if not tag or tag.startswith("W/"):
        return ""
    try:
        written = parsedate_to_datetime(headers["last-modified"]) if "last-modified" in headers else None
        now = parsedate_to_datetime(headers["date"])
        return "" if written is not None and now - written < _SETTLED else tag
    except (KeyError, TypeError, ValueError):
        return ""
