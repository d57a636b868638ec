"""`tap-activecampaign` 1.3.1 from PyPI reads the account; its schemas are strict, and what they refuse ends it.

It takes https and public addresses alone, so it is let out through a proxy, which its HTTP library knows of.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leleka.sandbox.server import Options, SandboxServer, running
from tests.clients.conftest import KEY, Seen
from tests.clients.outgoing_proxy import ADDRESS, outgoing_proxy
from tests.clients.talking import FOLDER
from tests.unit.sandbox.conftest import VirtualClock

FULL = (
    "accounts",
    "bounce_logs",
    "contact_lists",
    "contact_tags",
    "groups",
    "lists",
    "tags",
    "users",
    "webhooks",
)
VALUES = ("contact_custom_fields", "contact_custom_field_rels", "contact_custom_field_values")
EMPTY = ("automations", "campaigns", "email_activities", "messages", "scores", "segments")


class Tap:
    """The command, with a catalog in which some streams are selected."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self.log = ""
        self._environment = {"PATH": os.environ["PATH"], **environment}
        settings = {
            "api_url": f"https://{ADDRESS}",
            "api_token": KEY,
            "start_date": "2020-01-01T00:00:00Z",
            "user_agent": "tests",
        }
        self._config = self._written("config", settings)

    def read(self, *streams: str, state: object = None) -> tuple[dict[str, list[Any]], Any]:
        """Return the records of each stream, and the last state."""
        catalog = json.loads(self._run("--discover"))
        for stream in catalog["streams"]:
            for entry in stream["metadata"]:
                if not entry["breadcrumb"]:
                    entry["metadata"]["selected"] = stream["stream"] in streams
        words = ["--catalog", self._written("catalog", catalog)]
        if state is not None:
            words += ["--state", self._written("state", state)]
        messages = [json.loads(line) for line in self._run(*words).splitlines()]
        states = [one["value"] for one in messages if one["type"] == "STATE"]
        found: dict[str, list[Any]] = {stream: [] for stream in streams}
        for one in messages:
            if one["type"] == "RECORD":
                found[one["stream"]].append(one["record"])
        return found, states[-1]

    def _written(self, name: str, content: object) -> str:
        path = self._folder / f"{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)

    def _run(self, *words: str) -> str:
        program = Path(os.environ[FOLDER]) / "tap" / "bin" / "tap-activecampaign"
        done = subprocess.run(
            [program, "--config", self._config, *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        self.log = done.stderr
        return done.stdout


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def server(clock: VirtualClock) -> Iterator[SandboxServer]:
    with running(Options(key=KEY, speed=None, lists=("News",), fields=("Segment",)), clock) as started:
        yield started


@pytest.fixture
def tap(server: SandboxServer, tmp_path: Path) -> Iterator[Tap]:
    with outgoing_proxy(server.port, tmp_path) as environment:
        yield Tap(tmp_path, environment)


def test_the_whole_account_is_read(tap: Tap, server: SandboxServer) -> None:
    seen = Seen(server)
    on_list: list[dict[str, object]] = [
        {"email": f"p{number}@example.com", "subscribe": [{"listid": 1}]} for number in range(250)
    ]
    _imported(seen, *on_list)
    more = {"tags": ["VIP"], "fields": [{"id": 1, "value": "gold"}], "customer_acct_name": "Acme"}
    _imported(seen, {"email": "p0@example.com", **more}, {"email": "p1@example.com"})
    seen.control("bounce", {"email": "p2@example.com", "list": 1})
    found, _ = tap.read("contacts", *FULL, *VALUES, *EMPTY)
    assert [one["email"] for one in found["contacts"]] == [f"p{number}@example.com" for number in range(250)]
    assert [one["name"] for one in found["lists"]] == ["News"]
    places = [(one["contact"], one["status"]) for one in found["contact_lists"]]
    assert places[:4] == [(1, 1), (2, 1), (3, 3), (4, 1)]
    assert len(places) == 250
    assert [one["value"] for one in found["contact_custom_field_values"]] == ["gold"]
    assert [(one["id"], one["tag"]) for one in found["tags"]] == [(1, "VIP")]
    assert [(one["contact"], one["tag"]) for one in found["contact_tags"]] == [(1, 1)]
    assert [one["email"] for one in found["bounce_logs"]] == ["p2@example.com"]
    assert [one["name"] for one in found["accounts"]] == ["Acme"]
    assert {stream: found[stream] for stream in EMPTY} == {stream: [] for stream in EMPTY}
    assert seen.refusals() == {}


def test_the_next_reading_is_of_what_has_changed_since(
    tap: Tap, server: SandboxServer, clock: VirtualClock
) -> None:
    seen = Seen(server)
    _imported(seen, {"email": "a@example.com"}, {"email": "b@example.com"})
    first, state = tap.read("contacts")
    assert [one["email"] for one in first["contacts"]] == ["a@example.com", "b@example.com"]
    clock.advance(3600)
    _imported(seen, {"email": "b@example.com", "phone": "1"}, {"email": "c@example.com"})
    second, _ = tap.read("contacts", state=state)
    assert [one["email"] for one in second["contacts"]] == ["b@example.com", "c@example.com"]
    # it leaves out by itself what has not changed: that it was not sent is in its log alone
    assert "Synced Stream: contacts, page: 1, 0 to 2 of total records: 2" in tap.log


def _imported(seen: Seen, *rows: dict[str, object]) -> None:
    reply = seen.request("POST", "/api/3/import/bulk_import", {"contacts": rows})
    assert reply["queued_contacts"] == len(rows)
