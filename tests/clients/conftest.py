"""A sandbox, and the clients as processes that are told what to do; without their folder nothing is collected."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from leleka.sandbox.messages import Request
from leleka.sandbox.server import Options, SandboxServer, running
from tests.clients.talking import FOLDER, Talking, talking

KEY = "clients-key-4b1c"
_HERE = Path(__file__).parent

if FOLDER not in os.environ:
    collect_ignore_glob = ["test_*.py"]


class Seen:
    """The account as the sandbox itself has it, past the client and past the API."""

    def __init__(self, server: SandboxServer) -> None:
        self.url = server.url
        self._server = server

    def control(self, path: str, body: object = None) -> Any:
        """Ask the sandbox's own pages."""
        return self.request("GET" if body is None else "POST", f"/_sandbox/{path}", body)

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Ask it as anybody may who has the key, past the client that is tested."""
        raw = b"" if body is None else orjson.dumps(body)
        request = Request.of(method, path, {"Api-Token": KEY}, raw)
        with self._server.lock:
            reply = self._server.gateway.answer(request)
        assert reply.status < 300, reply.body
        return orjson.loads(reply.body)

    def contact(self, email: str) -> Any:
        return self.control(f"contacts?email={quote(email)}")

    def gone(self, email: str) -> bool:
        return self._server.account.contacts.find(email) is None

    def rules_broken(self) -> Any:
        return self.control("state")["violation_counts"]

    def refusals(self) -> dict[str, dict[str, int]]:
        """Return what was answered with anything but success, by endpoint."""
        asked = self.control("state")["requests"]["by_endpoint"]
        refused = {
            endpoint: {status: count for status, count in answers.items() if not status.startswith("2")}
            for endpoint, answers in asked.items()
        }
        return {endpoint: answers for endpoint, answers in refused.items() if answers}

    @property
    def account(self) -> Any:
        return self._server.account


@pytest.fixture
def seen() -> Iterator[Seen]:
    """A fresh account with one list and one custom field."""
    with running(Options(key=KEY, speed=None, lists=("News", "Second"), fields=("Segment",))) as server:
        yield Seen(server)


@pytest.fixture
def python_client(seen: Seen) -> Iterator[Talking]:
    """`activecampaign-python`, in an interpreter of its own."""
    program = Path(os.environ[FOLDER]) / "python" / "bin" / "python"
    with talking([str(program), str(_HERE / "python_client.py"), seen.url, KEY]) as started:
        yield started


@pytest.fixture
def n8n(seen: Seen) -> Iterator[Talking]:
    """The node of `n8n-nodes-base`, in Node.js."""
    with talking(["node", str(_HERE / "n8n_node.cjs"), os.environ[FOLDER], seen.url, KEY]) as started:
        yield started
