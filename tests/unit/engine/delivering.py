"""A delivery over the fakes: everything is real except the remote side, the threads and the time."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.data_matching import DataMatching, Leavers, Line
from leleka.core.messages import NOTHING, Message
from leleka.core.outcomes import Accepted, Cause, Pending, Refused, RefusedRow, Settled
from leleka.core.outcomes import Outcome as Answered
from leleka.core.plan import Selection
from leleka.core.ports.destination import Body, Limits
from leleka.core.ports.outbox import Batch
from leleka.core.statuses import Ended
from leleka.engine.batch_packing import Packer
from leleka.engine.delivery import Delivery
from leleka.engine.delivery_ports import DeliveryPorts, Job
from leleka.engine.pre_send_check import NeverConfirmed, all_confirmed
from leleka.engine.rate_limit import ImportLimiter, TimeScale
from leleka.engine.verdicts import verdicts
from tests.fakes.clock import TICK, VirtualClock
from tests.fakes.destination import LIMITS, FakeDestination
from tests.fakes.outbox import MemoryOutbox, MemoryStore, StoredRun
from tests.fakes.senders import VirtualSenders
from tests.fakes.warehouse import MemoryWarehouse, Outcome

TABLE = Table("profiles", (Column("id", ColumnType.TEXT), Column("name", ColumnType.TEXT)), "id")
MATCHING = DataMatching("id", (Line("name", "first_name"),))


def people(count: int) -> dict[str, tuple[str | None, ...]]:
    return {f"p{number}@example.test": (f"Name {number}",) for number in range(count)}


class PickyDestination(FakeDestination):
    """Refuses whole requests for the addresses in ``poison``; names them counting from ``base``, None: not at all."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.poison: set[str] = set()
        self.base: int | None = None
        self.in_the_way: Callable[[], Answered | None] = lambda: None
        self.first_polls: list[Pending | Settled] = []  # what these polls say, whatever became of the batch

    def poll(self, accepted: Accepted) -> Pending | Settled:
        return self.first_polls.pop(0) if self.first_polls else super().poll(accepted)

    def send(self, body: Body, deadline: float) -> Answered:
        if (answer := self.in_the_way()) is not None:
            return answer
        contacts = json.loads(body.content)["contacts"]
        wrong = [index for index, one in enumerate(contacts) if one["address"] in self.poison]
        if not wrong:
            return super().send(body, deadline)
        self.sent.append(body)
        base = self.base
        rows = () if base is None else tuple(RefusedRow(index + base, "no such domain") for index in wrong)
        return Refused(Cause.INVALID, "the content was refused", rows)


@dataclass
class Scene:
    """One account, one export, and as many runs of it as the test makes."""

    clock: VirtualClock
    destination: PickyDestination
    warehouse: MemoryWarehouse
    store: MemoryStore
    limits: Limits = LIMITS
    time_scale: TimeScale = field(default_factory=TimeScale)
    share: float = 0.9
    lease_seconds: float = 60.0
    latency: Callable[[], float] = lambda: 0.2
    said: list[Message] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)  # whose send by another run is open
    never_confirmed: NeverConfirmed = all_confirmed
    senders: VirtualSenders = field(init=False)

    def __post_init__(self) -> None:
        self.new_process()

    def new_process(self) -> None:
        self.senders = VirtualSenders(self.destination, self.clock, self._wait)

    def _wait(self) -> float:
        return self.latency()

    def plan(self, name: str = "1") -> MemoryOutbox:
        """Make a run of the export, claim it and plan it."""
        self.store.add_run(name, "export")
        outbox = self.claim(name)
        ledger = outbox.ledger()
        selection = Selection("export", "", TABLE, "", (), MATCHING, Leavers(), ledger)
        packer = Packer(
            self.destination,
            self.limits,
            target="7",
            table=TABLE,
            matching=MATCHING,
            leavers=Leavers(),
            automations=False,
        )
        planned = self.warehouse.plan(selection, suppressed=(), waiting=(), pack=packer.pack)
        outbox.planned(planned, packer.batches(), needs_confirmation=NOTHING)
        return outbox

    def claim(self, name: str = "1") -> MemoryOutbox:
        return MemoryOutbox(self.store, name, self.clock, self.lease_seconds)

    def delivery(self, outbox: MemoryOutbox) -> Delivery:
        state = outbox.load()
        tools = DeliveryPorts(
            outbox=outbox,
            warehouse=self.warehouse,
            destination=self.destination,
            senders=self.senders,
            clock=self.clock,
            time_scale=self.time_scale,
            pace=ImportLimiter(self.limits, self.time_scale, self.clock, share=self.share),
            stage=self.said.append,
            progress=lambda batches: None,  # noqa: ARG005
            waiting=lambda: self.waiting,
            never_confirmed=self.never_confirmed,
        )
        return Delivery(Job(state.plan, automations=False, seconds_in_flight=30.0), tools, state.batches)

    def settle(self, outbox: MemoryOutbox, delivery: Delivery, name: str = "1") -> None:
        before = outbox.ledger()
        settled = self.warehouse.settle(
            self.run_of(name).plan,
            name=name,
            ledger=before,
            leavers=Leavers(),
            verdicts=tuple(verdicts(delivery.batches.values())),
        )
        assert settled.counts.accounted() == settled.counts.selected
        outbox.finish(settled, before=before, error=delivery.error, canceled=delivery.canceled)

    def deliver(self, name: str = "1") -> Delivery:
        """Plan, deliver and settle a run."""
        outbox = self.plan(name)
        delivery = self.delivery(outbox)
        delivery.run()
        self.settle(outbox, delivery, name)
        return delivery

    def run_of(self, name: str = "1") -> StoredRun:
        return self.store.runs[name]

    def batches(self, name: str = "1") -> Sequence[Batch]:
        return tuple(self.run_of(name).batches.values())

    def ended(self) -> dict[str, Outcome]:
        return self.warehouse.outcomes

    def counted(self) -> dict[tuple[Ended, str], int]:
        found: dict[tuple[Ended, str], int] = {}
        for outcome in self.ended().values():
            key = outcome.ended, outcome.code
            found[key] = found.get(key, 0) + 1
        return found

    def arrived(self) -> dict[str, str]:
        """Return who is on the list on the remote side, with the first name held there."""
        return {
            address: person.values["first_name"]
            for address, person in self.destination.people.items()
            if person.lists.get("7") == "active"
        }


def scene(count: int, *, rows: int = 250) -> Scene:
    clock = VirtualClock(tick=TICK)
    return Scene(
        clock,
        PickyDestination(clock),
        MemoryWarehouse(people(count)),
        MemoryStore(),
        limits=replace(LIMITS, rows=rows),
    )


def names(count: int) -> dict[str, str]:
    """Return what ``arrived`` returns when all of ``people(count)`` did."""
    return {f"p{number}@example.test": f"Name {number}" for number in range(count)}
