"""What the tests of this package share."""

import time
from collections.abc import Callable, Sequence

from leleka.core.configuration import Network
from leleka.core.outcomes import Outcome
from leleka.core.ports.destination import Action, Change
from leleka.core.secret import Secret
from leleka.destinations.activecampaign.destination import ActiveCampaign
from leleka.destinations.activecampaign.hosts import normalise_host
from leleka.transport.client import Answer, GuardedClient, Origin
from tests.fakes.peer import Peer

KEY = "CANARY-0123456789abcdef0123456789abcdef"
NOW = 1_800_000_000.0

Resolver = Callable[[str, int], Sequence[str]]


class RecordingClock:
    """Deadlines are real, because sockets wait in real time; sleeping is only recorded."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def account_at(port: int, clock: RecordingClock, key: str = KEY) -> ActiveCampaign:
    text = f"127.0.0.1:{port}"
    host = normalise_host(text, Network(test_hosts=frozenset({text})))
    return ActiveCampaign(host, GuardedClient(host.origin, {"Api-Token": Secret(key)}, clock), clock)


def member(address: str = "ada@example.test", **values: str) -> Change:
    return Change(address, "7", Action.MEMBER, tuple(values.items()))


def send_one(server: Peer, seconds: float = 5.0) -> Outcome:
    clock = RecordingClock()
    account = account_at(server.port, clock)
    try:
        body = account.assemble([account.render(member(), automations=False)], automations=False)
        return account.send(body, clock.monotonic() + seconds)
    finally:
        account.close()


def client_of(port: int, *, resolver: Resolver | None = None, test: bool = True) -> GuardedClient:
    origin = Origin("localhost", port, test)
    return GuardedClient(
        origin,
        {"Api-Token": Secret(KEY)},
        RecordingClock(),
        resolver=resolver or (lambda _name, _port: ["127.0.0.1"]),
    )


def ask(client: GuardedClient, seconds: float = 5.0, content: bytes | None = b"{}") -> Answer:
    return client.request("POST", "/api/3/x", deadline=time.monotonic() + seconds, content=content)
