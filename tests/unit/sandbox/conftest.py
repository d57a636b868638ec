"""An account under a clock that only moves when a test moves it."""

from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from leleka.sandbox.account import Account
from leleka.sandbox.behaviour import Behaviour, Fault
from leleka.sandbox.gateway import Gateway
from leleka.sandbox.messages import Reply, Request

KEY = "test-key-7f3a"
IMPORT = "/api/3/import/bulk_import"


class VirtualClock:
    def __init__(self) -> None:
        self.moment = 1_800_000_000.0

    def now(self) -> float:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += seconds


@dataclass
class Sandbox:
    account: Account
    clock: VirtualClock

    def ask(self, method: str, target: str, body: object = None, key: str = KEY) -> Reply:
        """One request; a second passes first, so that the request limit is out of the way."""
        self.clock.advance(1)
        return self.at_once(method, target, body, key)

    def at_once(
        self, method: str, target: str, body: object = None, key: str = KEY, host: str | None = None
    ) -> Reply:
        raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        headers = {"Api-Token": key} if host is None else {"Api-Token": key, "Host": host}
        return Gateway(self.account).answer(Request.of(method, target, headers, raw))

    def read(self, target: str) -> Any:
        return parsed(self.ask("GET", target))

    def send(self, *rows: dict[str, object]) -> Reply:
        return self.ask("POST", IMPORT, {"contacts": list(rows)})

    def imported(self, *rows: dict[str, object]) -> dict[str, Any]:
        """Sends, waits until the queue is empty, and returns the result."""
        reply = self.send(*rows)
        assert reply.status == 200, reply.body
        self.clock.advance(60)
        info: dict[str, Any] = self.read(f"/api/3/import/info?batchId={parsed(reply)['batchId']}")
        return info

    def control(self, path: str, body: object = None) -> Any:
        reply = self.at_once("GET" if body is None else "POST", f"/_sandbox/{path}", body, key="")
        assert reply.status == 200, reply.body
        return parsed(reply)

    def contact(self, email: str) -> Any:
        return self.control(f"contacts?email={email}")

    def behave(self, **switches: object) -> None:
        self.control("behaviour", switches)

    def rules_broken(self) -> dict[str, int]:
        counts: dict[str, int] = self.control("state")["violation_counts"]
        return counts


def parsed(reply: Reply) -> Any:
    return orjson.loads(reply.body)


def people(count: int, first: int = 0) -> list[dict[str, object]]:
    return [{"email": f"p{number}@example.com"} for number in range(first, first + count)]


def on_list(email: str, list_id: int = 1, **more: object) -> dict[str, object]:
    return {"email": email, "subscribe": [{"listid": list_id}], **more}


def build(behaviour: Behaviour | None = None, speed: float | None = 1.0) -> Sandbox:
    clock = VirtualClock()
    account = Account(KEY, clock, behaviour, speed)
    account.seed(("Newsletter", "Second"), ("Segment", "Value"))
    return Sandbox(account, clock)


def faulty(*faults: Fault) -> Sandbox:
    return build(Behaviour(faults=faults))


@pytest.fixture
def sandbox() -> Sandbox:
    return build()
