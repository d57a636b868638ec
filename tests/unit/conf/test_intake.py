"""A large body is read only for whoever may bring it, goes to disk, and has bounds of its own."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from leleka.api.urls import api
from leleka.conf.server.body_reader import REFUSED, Front
from leleka.errors import LelekaError
from leleka.services.uploads.contracts import RECEPTION, Grant, Reception, is_large
from leleka.web.routes import ROUTES

PIECE = b"x" * 300_000
PATH = "/api/v1/sources/uploads"


@dataclass
class Application:
    """Grants what it is told to, and tells what it was called with."""

    folder: Path
    grants: bool = True
    most: int = 10**9
    reserve: int = 0
    calls: list[str] = field(default_factory=list)
    got: bytes = b""
    failed: LelekaError | None = None

    def __call__(self, environment: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        reception: Reception = environment[RECEPTION]
        status = "200 OK"
        if REFUSED in environment:
            status = f"{environment[REFUSED].value} refused"
        elif not self.grants:
            status = "403 Forbidden"
        elif reception.failed is not None:
            self.failed, status = reception.failed, "422 no"
        elif reception.received is not None:
            self.got = reception.received.read_bytes()
        else:
            reception.grant = Grant(self.folder / "body", self.most, self.reserve)
            status = "202 Accepted"
        self.calls.append(status[:3])
        start(status, [("content-type", "text/plain")])
        return [b"said"]


@dataclass
class Client:
    """Sends pieces; after them it ends, hangs or goes away."""

    pieces: list[bytes]
    then: str = "end"
    asked: int = 0  # how often somebody read from it
    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)

    async def receive(self) -> dict[str, Any]:
        self.asked += 1
        if self.pieces:
            more = len(self.pieces) > 1 or self.then != "end"
            return {"type": "http.request", "body": self.pieces.pop(0), "more_body": more}
        if self.then == "leave":
            return {"type": "http.disconnect"}
        return await asyncio.Future[dict[str, Any]]()

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])

    def upload(self, application: Application, *, seconds: float = 5.0, length: int | None = None) -> None:
        told = [] if length is None else [(b"content-length", str(length).encode())]
        scope = {
            "type": "http", "method": "POST", "path": PATH, "query_string": b"", "http_version": "1.1",
            "scheme": "http", "headers": told,
        }  # fmt: skip
        front = Front(application, ThreadPoolExecutor(1), seconds)
        asyncio.run(front(scope, self.receive, self.send))


def test_a_body_larger_than_a_form_goes_to_disk_and_comes_whole(tmp_path: Path) -> None:
    application, client = Application(tmp_path), Client([PIECE] * 20)
    client.upload(application)
    assert application.calls == ["202", "200"]
    assert application.got == PIECE * 20
    assert client.status == 200
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_read_of_somebody_who_may_not(tmp_path: Path) -> None:
    application, client = Application(tmp_path, grants=False), Client([PIECE])
    client.upload(application)
    assert (application.calls, client.status) == (["403"], 403)
    assert client.asked == 0
    assert client.headers[b"connection"] == b"close"


def test_what_is_too_large_is_broken_off_and_removed(tmp_path: Path) -> None:
    application, client = Application(tmp_path, most=1_000_000), Client([PIECE] * 1000)
    client.upload(application)
    assert application.failed is not None
    assert application.failed.code == "UPLOAD_TOO_LARGE"
    assert client.asked < 10
    assert client.headers[b"connection"] == b"close"
    assert list(tmp_path.iterdir()) == []


def test_the_last_of_the_disk_is_not_used(tmp_path: Path) -> None:
    application, client = Application(tmp_path, reserve=2**62), Client([PIECE] * 10)
    client.upload(application)
    assert application.failed is not None
    assert application.failed.code == "UPLOAD_NO_ROOM"
    assert list(tmp_path.iterdir()) == []


def test_who_goes_away_leaves_nothing(tmp_path: Path) -> None:
    application, client = Application(tmp_path), Client([PIECE, PIECE], then="leave")
    client.upload(application)
    assert (application.calls, client.status) == (["202", "400"], 400)
    assert list(tmp_path.iterdir()) == []


def test_who_sends_too_slowly_is_broken_off(tmp_path: Path) -> None:
    application, client = Application(tmp_path), Client([b"a little"], then="hang")
    client.upload(application, seconds=0.2)
    assert (application.calls, client.status) == (["202", "408"], 408)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("route", [one for one in ROUTES if one.name in {"source_upload", "source_file"}])
def test_the_pages_that_take_files_may_bring_large_bodies(route: Any) -> None:
    assert is_large("POST", f"/{route.path}".replace("<int:number>", "7"))


def test_so_do_the_operations_that_take_files_and_no_other() -> None:
    taking = {
        (method, path)
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method, operation in operations.items()
        if "application/octet-stream" in operation.get("requestBody", {}).get("content", {})
    }
    large = {
        (method, path)
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
        if is_large(method.upper(), path.replace("{number}", "7"))
    }
    assert taking == large
    assert len(taking) == 2
