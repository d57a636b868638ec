"""The small pool that talks to the destination. It sends and polls; it decides and writes nothing."""

import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol, Self

from leleka.core.outcomes import Accepted, Outcome, Pending, Settled
from leleka.core.ports.destination import Body, Destination

# Where replies take three seconds, all that an account permits is under way: some 3.6 requests leave in a second.
SENDS_IN_FLIGHT: Final = 6
POLLS_IN_FLIGHT: Final = 6


@dataclass(frozen=True, slots=True)
class Sent:
    number: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Polled:
    number: int
    found: Pending | Settled


@dataclass(frozen=True, slots=True)
class Broke:
    """The destination's code raised an exception: a bug, which the owning thread raises again."""

    error: BaseException


Finished = Sent | Polled | Broke


class Senders(Protocol):
    """Requests in flight. The state machine lets time pass only in ``finished``."""

    def send(self, number: int, body: Body, deadline: float) -> None: ...
    def poll(self, number: int, accepted: Accepted) -> None: ...

    def finished(self, patience: float) -> Sequence[Finished]:
        """Return what came back, waiting at most ``patience`` seconds for the first of it."""
        ...


class ThreadSenders:
    """The real pool; ``with`` waits for what is in flight."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._pool = ThreadPoolExecutor(SENDS_IN_FLIGHT + POLLS_IN_FLIGHT, thread_name_prefix="sender")
        self._done: queue.SimpleQueue[Finished] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()

    def wait(self) -> None:
        """Wait for what is in flight; nothing is sent any more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def send(self, number: int, body: Body, deadline: float) -> None:
        def work() -> Finished:
            return Sent(number, self._destination.send(body, deadline))

        self._pool.submit(self._guarded, work)

    def poll(self, number: int, accepted: Accepted) -> None:
        def work() -> Finished:
            return Polled(number, self._destination.poll(accepted))

        self._pool.submit(self._guarded, work)

    def finished(self, patience: float) -> Sequence[Finished]:
        try:
            came = [self._done.get(timeout=max(patience, 0.0))]
        except queue.Empty:
            return ()
        while not self._done.empty():
            came.append(self._done.get())
        return came

    def _guarded(self, work: "Work") -> None:
        try:
            self._done.put(work())
        except BaseException as error:  # noqa: BLE001 - it goes to the thread that owns the run
            self._done.put(Broke(error))


class Work(Protocol):
    def __call__(self) -> Finished: ...
