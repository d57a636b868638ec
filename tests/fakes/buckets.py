"""An S3 that behaves as documented (moto's server), on loopback, with faults that a test puts before it."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

Answer = Callable[[Request], Response | None]
_SOMEBODY = "AWS4-HMAC-SHA256 Credential=AKIDOWNER/20270101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
_ERROR = '<?xml version="1.0"?><Error><Code>{code}</Code><Message>{said}</Message>{more}</Error>'


def error(status: int, code: str, said: str = "It says why.", more: str = "", **headers: str) -> Answer:
    """Return what answers every request with an error as S3 writes it; to HEAD without its words, as it does."""

    def answer(request: Request) -> Response:
        body = "" if request.method == "HEAD" else _ERROR.format(code=code, said=said, more=more)
        return Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    return answer


@dataclass
class Buckets:
    """The server. ``before`` is asked first; where it answers, the storage does not hear of the request."""

    port: int = 0
    before: Answer | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    _app: Any = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def reset(self) -> None:
        self.before = None
        self._client().post("/moto-api/reset")
        self.requests.clear()
        self.headers.clear()

    def put(self, bucket: str, key: str, content: bytes, **headers: str) -> None:
        client = self._client()
        client.put(f"/{bucket}")
        named = {"Authorization": _SOMEBODY} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        answer = client.put(f"/{bucket}/{key}", data=content, headers=named)
        assert answer.status_code == 200, answer.text

    def write_back(self, bucket: str, key: str, at: datetime) -> None:
        """Make an object one that was written at another time."""
        from moto.s3.models import s3_backends  # noqa: PLC0415 - seconds, for those who need it

        backend = s3_backends["123456789012"]["aws"]
        backend.buckets[bucket].keys[key].last_modified = at.replace(tzinfo=None)

    def read(self, method: str = "GET") -> Sequence[str]:
        """Return what was asked for with this method."""
        return [path for asked, path in self.requests if asked == method]

    def _client(self) -> Any:
        from werkzeug.test import Client  # noqa: PLC0415

        return Client(self._app)

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = Request(environ)
        self.requests.append((request.method, request.full_path.rstrip("?")))
        self.headers.append(dict(request.headers))
        answer = self.before(request) if self.before else None
        called: Iterable[bytes] = (answer or self._app)(environ, start)
        return called


@contextmanager
def buckets() -> Iterator[Buckets]:
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415 - it takes a second
        DomainDispatcherApplication,
        create_backend_app,
    )

    found = Buckets(_app=DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, found, threaded=True)
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
