"""What outlives the workers: runs, attempts, the account. This one keeps them in memory."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.plan import Selection
from leleka.core.ports.outbox import MAX_LEASE_SECONDS, Batch, BatchStatus, Outbox
from leleka.engine.run_spec import RunSpec
from tests.fakes.outbox import MemoryOutbox, MemoryStore, StoredRun

if TYPE_CHECKING:
    from tests.simulation.worker import Export, Worker
    from tests.simulation.world import World

LEASE = 60.0
IN_FLIGHT = 20.0  # a third of the lease, as in production
SETTLED = 600.0
LONGEST = 24 * 3600.0
SHARE = 0.9
TABLE = Table("profiles", (Column("id", ColumnType.TEXT), Column("name", ColumnType.TEXT)), "id")
_OPEN = frozenset({BatchStatus.SENDING, BatchStatus.UNKNOWN, BatchStatus.ACCEPTED})


class Office(Protocol):
    """Where a world keeps its runs; one for each layer."""

    def new_run(self, name: str, export: "Export") -> None: ...
    def reconfigure(self, export: "Export") -> None: ...
    def order(self, worker: "Worker") -> RunSpec: ...
    def settle_late(self, worker: "Worker") -> None: ...
    def ledger(self, export: str) -> str: ...
    def release(self, name: str, fence: int) -> None: ...
    def claim(self, name: str, *, previous_is_dead: bool) -> tuple[int, Outbox] | None: ...
    def fence(self, name: str) -> int: ...
    def finished(self) -> set[str]: ...
    def ended(self, name: str) -> None: ...
    def wrote(self, name: str, batches: Sequence[Batch]) -> None: ...
    def attempt(self, name: str, number: int, sha256: str) -> bool: ...
    def waiting(self, but: str = "") -> set[str]: ...
    def cancel(self, name: str) -> None: ...
    def suppress(self, address: str) -> None: ...
    def suppressed(self) -> set[str]: ...


class MemoryOffice:
    """The office over ``MemoryStore``, with the waiting room of ``services.exports.open_sends`` told again."""

    def __init__(self, world: "World") -> None:
        self.clock = world.clock
        self.far = world.far
        self.warehouses = world.warehouses
        self.store = MemoryStore()
        self.written: dict[tuple[str, int, int], float] = {}
        self.lifted: set[tuple[str, int, int]] = set()
        self.over: set[str] = set()

    def new_run(self, name: str, export: "Export") -> None:
        self.store.add_run(name, export.name)

    def reconfigure(self, export: "Export") -> None:
        """A run here keeps the export as it was."""

    def order(self, worker: "Worker") -> RunSpec:
        export = worker.export
        selection = Selection(
            export.name, "", TABLE, "", (), export.matching, export.leavers, worker.outbox.ledger()
        )
        return RunSpec(selection, "7", False, 1_000_000, SHARE, worker.waiting, (), LEASE)

    def settle_late(self, worker: "Worker") -> None:
        """Late confirmations are a service's, over a database."""

    def ledger(self, export: str) -> str:
        return self.store.ledgers.get(export, "")

    def release(self, name: str, fence: int) -> None:
        """Here a process ends by dying."""

    def claim(self, name: str, *, previous_is_dead: bool) -> tuple[int, Outbox] | None:
        run = self.store.runs[name]
        if run.finished or (run.lease_until > self.clock.now() and not previous_is_dead):
            return None
        outbox = MemoryOutbox(self.store, name, self.clock, LEASE)
        return run.fence, outbox

    def fence(self, name: str) -> int:
        return self.store.runs[name].fence

    def finished(self) -> set[str]:
        return self.over

    def ended(self, name: str) -> None:
        if self.store.runs[name].finished:
            self.over.add(name)

    def wrote(self, name: str, batches: Sequence[Batch]) -> None:
        now = self.clock.now()
        self.written.update({(name, batch.number, batch.tries): now for batch in batches})

    def attempt(self, name: str, number: int, sha256: str) -> bool:
        """Return whether the latest attempt of a batch is recorded and without an outcome."""
        found = [one for one in self.store.runs[name].attempts if one.batch == number]
        return bool(found) and (found[-1].sha256, found[-1].outcome) == (sha256, "")

    def waiting(self, but: str = "") -> set[str]:
        self._lift()
        since = self.clock.now() - LONGEST
        found: set[str] = set()
        for run in self.store.runs.values():
            if run.name != but:
                batches = [one for one in run.batches.values() if self._waits(run, one, since)]
                found.update(self._addresses(run, batches))
        return found

    def _waits(self, run: StoredRun, batch: Batch, since: float) -> bool:
        tries = [one for one in run.attempts if one.batch == batch.number]
        young = [one for one in tries if self.written[run.name, one.batch, one.number] > since]
        doubted = [one for one in young if one.outcome in {"", "unknown"}]
        open_ = batch.status in _OPEN and (young or not run.finished)
        return bool(open_) or any((run.name, one.batch, one.number) not in self.lifted for one in doubted)

    def _addresses(self, run: StoredRun, batches: Iterable[Batch]) -> Iterable[str]:
        for batch in batches:
            for _, address in self.warehouses[run.export].addresses(run.plan, batch.spans):
                yield address

    def _lift(self) -> None:
        now = self.clock.now()
        before = now - (LEASE + IN_FLIGHT + SETTLED)
        doubted = {
            key
            for run in self.store.runs.values()
            for one in run.attempts
            if one.outcome == "unknown"
            if not before <= self.written[key := (run.name, one.batch, one.number)] <= now + MAX_LEASE_SECONDS
        }
        if doubted - self.lifted and self.far.queue_empty():
            self.lifted |= doubted

    def cancel(self, name: str) -> None:
        self.store.runs[name].cancel_requested = True

    def suppress(self, address: str) -> None:
        self.store.suppressed.add(address)

    def suppressed(self) -> set[str]:
        return set(self.store.suppressed)
