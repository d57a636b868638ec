"""Between Leleka and the sandbox: keeps the body of every import, and loses or withholds answers on demand."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Final, Literal, cast
from urllib.parse import parse_qs, urlencode, urlsplit

# A withheld answer, with or without the import behind it, comes only after the client has gone.
Fate = Literal["answered", "lost", "withheld", "swallowed"]
_IMPORT: Final = "/api/3/import/bulk_import"
_INFO: Final = "/api/3/import/info"
_PATIENCE: Final = 60.0  # seconds
_DROPPED: Final = frozenset({"connection", "host", "keep-alive", "transfer-encoding", "content-length"})


@dataclass(frozen=True)
class Import:
    """One import request. ``batch`` is the id under which the sandbox accepted it, "" where it did not."""

    body: bytes
    status: int
    batch: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(contact["email"] for contact in json.loads(self.body)["contacts"])


@dataclass
class Traffic:
    """What passed, and what is to become of what comes. Any thread may look.

    ``fates`` are those of the next different bodies, in the order in which each first comes; a body keeps its fate.
    ``known_as`` translates ids of batches: this account may know a batch under another id than the client does.
    """

    imports: list[Import] = field(default_factory=list)
    known_as: Mapping[str, str] = field(default_factory=dict)
    over: Event = field(default_factory=Event)
    withheld: int = 0
    _fates: list[Fate] = field(default_factory=list)
    _given: dict[bytes, Fate] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def decide(self, *fates: Fate) -> None:
        with self._lock:
            self._fates, self._given = list(fates), {}

    def fate_of(self, body: bytes) -> Fate:
        with self._lock:
            if body not in self._given:
                self._given[body] = self._fates.pop(0) if self._fates else "answered"
            return self._given[body]

    def keep(self, one: Import) -> None:
        with self._lock:
            self.imports.append(one)

    def withhold(self) -> None:
        with self._lock:
            self.withheld += 1
        self.over.wait(_PATIENCE)


class _Proxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], upstream: str, traffic: Traffic) -> None:
        super().__init__(address, _Handler)
        self.upstream = upstream
        self.traffic = traffic

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is killed is the purpose of this."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _proxy(self) -> _Proxy:
        return cast("_Proxy", self.server)

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        is_import = self.command == "POST" and urlsplit(self.path).path == _IMPORT
        fate = self._proxy.traffic.fate_of(body) if is_import else "answered"
        if fate == "swallowed":
            self._proxy.traffic.withhold()
            self.close_connection = True
            return
        with self._forwarded(body) as reply:
            answer = reply.read()
        if is_import:
            self._proxy.traffic.keep(Import(body, reply.status, _batch(answer)))
        if fate == "withheld":
            self._proxy.traffic.withhold()
        if fate == "answered":
            self._answer(reply, answer)
        else:
            self.close_connection = True

    @contextmanager
    def _forwarded(self, body: bytes) -> Iterator[HTTPResponse]:
        line = HTTPConnection(self._proxy.upstream, timeout=_PATIENCE)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _DROPPED}
        try:
            line.request(self.command, self._translated(), body=body or None, headers=headers)
            yield line.getresponse()
        finally:
            line.close()

    def _translated(self) -> str:
        parts = urlsplit(self.path)
        if parts.path != _INFO:
            return self.path
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = query.get("batchId", "")
        query["batchId"] = self._proxy.traffic.known_as.get(asked, asked)
        return f"{parts.path}?{urlencode(query)}"

    def _answer(self, reply: HTTPResponse, answer: bytes) -> None:
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in _DROPPED | {"date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
        """Silent."""


def _batch(answer: bytes) -> str:
    with suppress(ValueError, AttributeError):
        return str(json.loads(answer).get("batchId", ""))
    return ""


@contextmanager
def recording(host: str, upstream: str) -> Iterator[Traffic]:
    """Stand at ``host`` (host:port) before the sandbox at ``upstream`` for as long as the block lasts."""
    name, _, port = host.partition(":")
    traffic = Traffic()
    with _Proxy((name, int(port)), upstream, traffic) as proxy:
        thread = Thread(target=proxy.serve_forever, args=(0.05,), name="recording proxy", daemon=True)
        thread.start()
        try:
            yield traffic
        finally:
            traffic.over.set()
            proxy.shutdown()
            thread.join()


def replay(upstream: str, key: str, accepted: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    """Send the imports that an account once accepted to a new sandbox; return the new id of each old one."""
    found = {}
    for batch, body in accepted:
        line = HTTPConnection(upstream, timeout=_PATIENCE)
        headers = {"Api-Token": key, "Content-Type": "application/json"}
        line.request("POST", _IMPORT, body=body, headers=headers)
        reply = line.getresponse()
        answer = reply.read()
        line.close()
        found[batch] = _batch(answer)
        if not found[batch]:
            raise RuntimeError(f"the sandbox does not take import {batch} again: {answer!r}")
    return found
