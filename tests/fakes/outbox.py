"""The outbox in memory. It passes the contract suite that the real one passes.

A ``MemoryStore`` is what outlives a process: a second ``MemoryOutbox`` over it goes on where the first one died.
``die_at`` counts moments, one before and one after each write, and ends the process at one of them.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from leleka.core.messages import NOTHING, Message
from leleka.core.outcomes import Accepted, Outcome, Refused
from leleka.core.plan import Planned, SettledRun
from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import (
    AccountState,
    Batch,
    BatchStatus,
    LaneLost,
    LeaseLost,
    RunCanceled,
    RunState,
    clamp_future,
)


class ProcessDied(BaseException):
    """The process ended here. Nothing may catch it but the test."""


@dataclass
class Attempt:
    """One POST as it was recorded; no outcome means that the outcome is unknown."""

    batch: int
    number: int
    fence: int
    sha256: str
    outcome: str = ""


@dataclass
class StoredRun:
    name: str
    export: str
    fence: int = 0
    lease_until: float = 0.0
    plan: str = ""
    confirmation: Message = NOTHING
    batches: dict[int, Batch] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    cancel_requested: bool = False
    finished: bool = False
    settled: SettledRun | None = None
    error: Exception | None = None
    canceled: bool = False


class MemoryStore:
    """One account, its runs and its exports' ledgers."""

    def __init__(self) -> None:
        self.runs: dict[str, StoredRun] = {}
        self.account = AccountState()
        self.lane = ""
        self.ledgers: dict[str, str] = {}
        self.suppressed: set[str] = set()
        self.die_at = 0
        self.moments = 0

    def add_run(self, name: str, export: str) -> None:
        self.runs[name] = StoredRun(name, export)

    def moment(self) -> None:
        self.moments += 1
        if self.moments == self.die_at:
            raise ProcessDied


class MemoryOutbox:
    """``core.ports.outbox.Outbox``; making one claims the run."""

    def __init__(self, store: MemoryStore, name: str, clock: Clock, lease_seconds: float = 60.0) -> None:
        self._store = store
        self._run = store.runs[name]
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._run.fence += 1
        self._fence = self._run.fence
        self._within = False  # a transaction of ``together``
        self._renew()

    def load(self) -> RunState:
        with self._writing():
            run = self._run
            for attempt in run.attempts:
                attempt.outcome = attempt.outcome or "unknown"
            for batch in run.batches.values():
                if batch.status is BatchStatus.SENDING:
                    self._put(replace(batch, status=BatchStatus.UNKNOWN, doubts=batch.doubts + 1))
        return RunState(run.plan, tuple(run.batches[number] for number in sorted(run.batches)))

    def keep_alive(self) -> bool:
        self._check()
        if self.lease_left() < self._lease_seconds * 2 / 3:
            self._renew()
        return self._run.cancel_requested

    def lease_left(self) -> float:
        return self._lease_end - self._clock.monotonic()

    def planned(self, planned: Planned, batches: Sequence[Batch], *, needs_confirmation: Message) -> None:
        with self._writing():
            self._run.plan = planned.reference
            self._run.confirmation = needs_confirmation
            self._put(*batches)

    def take_lane(self) -> Message:
        with self._writing():
            held = self._store.runs.get(self._store.lane)
            mine = held is None or held is self._run
            if held and not mine and not held.finished and held.lease_until >= self._clock.now():
                return Message("QUEUED_BEHIND", run=held.name, name=held.export)
            self._store.lane = self._run.name
        return NOTHING

    def release_lane(self) -> None:
        with self._writing():
            self._leave_lane()

    def account(self) -> AccountState:
        return self._store.account

    def pause(self, until: float, reason: str) -> None:
        with self._writing():
            if until > clamp_future(self._store.account.paused_until, self._clock.now()):
                self._account(paused_until=until, pause_reason=reason)

    def learn_row_base(self, base: int) -> None:
        with self._writing():
            self._store.account = replace(self._store.account, row_base=base)

    def write_ahead(self, batches: Sequence[Batch], *, next_send_at: float) -> None:
        with self._writing():
            if self._store.lane != self._run.name:
                raise LaneLost
            self._store.account = replace(self._store.account, next_send_at=next_send_at)
            self._put(*batches)
            self._run.attempts += [
                Attempt(batch.number, batch.tries, self._fence, batch.sha256) for batch in batches
            ]

    @contextmanager
    def together(self) -> Iterator[None]:
        run, store = self._run, self._store
        before = dict(run.batches), list(run.attempts), store.account
        outcomes = [one.outcome for one in run.attempts]
        with self._writing():
            self._within = True
            try:
                yield
            except BaseException:
                run.batches, run.attempts, store.account = before
                for one, outcome in zip(run.attempts, outcomes, strict=True):
                    one.outcome = outcome
                raise
            finally:
                self._within = False

    def answered(self, batch: Batch, outcome: Outcome, children: Sequence[Batch] = ()) -> None:
        with self._writing():
            refused = "refused" if isinstance(outcome, Refused) else "unknown"
            self._settle(batch, "accepted" if isinstance(outcome, Accepted) else refused)
            self._put(batch, *children)

    def polled(self, batch: Batch, children: Sequence[Batch] = ()) -> None:
        with self._writing():
            if batch.status is BatchStatus.UNKNOWN or batch.code == "NO_ANSWER":
                self._settle(batch, "unknown")
            self._put(batch, *children)

    def anybody_suppressed(self) -> bool:
        return bool(self._store.suppressed)

    def suppressed_among(self, addresses: Sequence[str]) -> AbstractSet[str]:
        return self._store.suppressed.intersection(addresses)

    def ledger(self) -> str | None:
        return self._store.ledgers.get(self._run.export)

    def finish(
        self, settled: SettledRun, *, before: str | None, error: Exception | None, canceled: bool
    ) -> None:
        with self._writing():
            if settled.ledger:
                if self.ledger() != before:
                    raise LeaseLost
                self._store.ledgers[self._run.export] = settled.ledger
            self._run.settled, self._run.error, self._run.canceled = settled, error, canceled
            self._run.finished = True
            self._leave_lane()

    def fail(self, error: Exception) -> None:
        with self._writing():
            self._run.canceled = isinstance(error, RunCanceled)
            self._run.error = None if self._run.canceled else error
            self._run.finished = True
            self._leave_lane()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._store.moment()
        if self._within:
            yield
            return
        self._check()
        self._renew()
        yield
        self._store.moment()

    def _check(self) -> None:
        if self._run.fence != self._fence or self._run.finished:
            raise LeaseLost

    def _renew(self) -> None:
        self._lease_end = self._clock.monotonic() + self._lease_seconds
        self._run.lease_until = self._clock.now() + self._lease_seconds

    def _leave_lane(self) -> None:
        if self._store.lane == self._run.name:
            self._store.lane = ""

    def _account(self, *, paused_until: float, pause_reason: str) -> None:
        account = self._store.account
        self._store.account = replace(account, paused_until=paused_until, pause_reason=pause_reason)

    def _put(self, *batches: Batch) -> None:
        self._run.batches.update((batch.number, batch) for batch in batches)

    def _settle(self, batch: Batch, outcome: str) -> None:
        for attempt in reversed(self._run.attempts):
            if (attempt.batch, attempt.number) == (batch.number, batch.tries):
                attempt.outcome = outcome
                break
