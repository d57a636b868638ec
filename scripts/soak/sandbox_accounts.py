"""The remote side: accounts used by nothing else, each a sandbox behind a faulty proxy.

There are several because the request slots, the lane and the quarantine left behind by dead processes belong
to the account: the attack continues on the others.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from threading import Thread
from typing import Any

from scripts.soak.network_faults import Weather
from scripts.soak.proxy import FaultProxy

from leleka.sandbox.contacts import Status
from leleka.sandbox.server import Options, SandboxServer, build_server

KEY = "soak-key-0123456789abcdef"
LISTS = ("First", "Last")
_TICK = 0.1  # seconds between two checks of the import queue while nothing is requested


@dataclass(frozen=True)
class FarSide:
    """One account, as the soak test sees it: its contents, and what passed through its proxy."""

    number: int
    server: SandboxServer
    proxy: FaultProxy

    @property
    def host(self) -> str:
        """The address at which Leleka finds it."""
        return f"127.0.0.1:{self.proxy.port}"

    def body(self, sha256: str) -> str:
        """Identify one import's content among those of all accounts."""
        return f"{self.number}/{sha256}"

    def held(self, number: int) -> dict[str, str]:
        """Address -> first name of a list's active contacts."""
        with self.server.lock:
            found = self.server.account.contacts.on_list(number, Status.ACTIVE)
            return {contact.email: contact.first_name for contact in found}

    def violations(self) -> list[dict[str, Any]]:
        with self.server.lock:
            return [
                {"account": self.number, **asdict(found)} for found in self.server.account.judge.violations
            ]

    def accepted(self) -> int:
        """Count the imports that the sandbox reports as accepted."""
        with self.server.lock:
            return self.server.account.queue.accepted

    def settled(self) -> bool:
        """Return whether its import queue is empty."""
        with self.server.lock:
            self.server.account.tick()
            return not self.server.account.queue.open()


@contextmanager
def far_sides(count: int, speed: float, weather: Weather, seed: int) -> Iterator[Sequence[FarSide]]:
    """Serve so many accounts for the duration of the block."""
    with ExitStack() as stack:
        yield [stack.enter_context(_serving(number, speed, weather, seed)) for number in range(1, count + 1)]


@contextmanager
def _serving(number: int, speed: float, weather: Weather, seed: int) -> Iterator[FarSide]:
    options = Options(key=KEY, speed=speed, lists=LISTS, seed=seed + number)
    with build_server(options) as server:
        thread = Thread(target=server.serve_forever, args=(_TICK,), name=f"sandbox {number}", daemon=True)
        thread.start()
        try:
            with FaultProxy(server.port, weather, seed * 1_000 + number).serving() as proxy:
                yield FarSide(number, server, proxy)
        finally:
            server.shutdown()
            thread.join()
