"""The invariants, checked from outside: from what was sent, what arrived and what the ledger says."""

import json
from typing import TYPE_CHECKING

from leleka.core.ports.destination import Body
from tests.simulation.far import Violation
from tests.simulation.shelf import Shelf
from tests.simulation.warehouse import Entry, fingerprint

if TYPE_CHECKING:
    from tests.simulation.worker import Worker
    from tests.simulation.world import World

_CANCEL_SEEN = 2.0


class Oracle:
    """Raises ``Violation``; the first word of it is the promise."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.canceled: dict[str, float] = {}
        self.unsubscribed: dict[str, float] = {}
        self.suppressed: dict[str, float] = {}
        self.planned_at: dict[str, float] = {}
        self.known: dict[str, set[str]] = {}  # by run: who had unsubscribed before it was planned
        self.members_at: dict[str, int] = {}
        self.pointers: dict[str, str] = {}  # by export: its ledger as last seen
        self.confirmed: dict[str, set[str]] = {}  # by export: who was ever in its ledger as a member

    def unsubscribe(self, address: str) -> None:
        """Somebody unsubscribes on the remote side."""
        person = self._world.far.people.get(address)
        if person is not None and person.lists.get("7") == "active":
            person.lists["7"] = "unsubscribed"
            self.unsubscribed[address] = self._world.clock.monotonic()

    def sign_up(self, address: str) -> None:
        """Somebody fills in the form of the list, which asks to confirm it; or does confirm."""
        lists = self._world.far.person(address).lists
        lists["7"] = {None: "never_confirmed", "never_confirmed": "active"}.get(
            lists.get("7"), lists.get("7", "")
        )

    def suppress(self, address: str) -> None:
        """Somebody asks us never to send anything again."""
        self._world.office.suppress(address)
        self._world.far.suppressed_here.add(address)
        self.suppressed.setdefault(address, self._world.clock.monotonic())

    def planning(self, worker: "Worker") -> None:
        cache = worker.cache  # of who unsubscribes later the import itself takes care
        since = cache.began_at() if isinstance(cache, Shelf) else self._world.clock.monotonic()
        self.known[worker.run] = {one for one, at in self.unsubscribed.items() if at <= since}
        self._world.far.unconfirmed_before[worker.run] = self._world.far.never_confirmed()
        self.members_at[worker.run] = len(self._world.warehouses[worker.export.name].people)

    def departure(self, worker: "Worker", number: int, body: Body) -> None:
        """A POST is about to be sent."""
        world, run, now = self._world, worker.run, self._world.clock.monotonic()
        world.far.seen.posts += 1
        self._unconfirmed(run, body)
        fields = {worker.export.field, worker.export.leavers.field}
        rows = json.loads(body.content)["contacts"]
        if any(not fields.issuperset(row["values"]) for row in rows):
            raise Violation(f"I-22 {run} does not do what it was asked for: {rows[0]['values']}")
        if world.office.fence(run) != worker.fence:
            if world.wall.forward_at >= worker.written_at:
                return  # a lease that a wall clock ended early: one more copy, with the same bytes
            raise Violation(f"I-12 a replaced owner sends batch {number} of {run}")
        if run in world.office.finished():
            raise Violation(f"I-13 batch {number} of {run} leaves after its end")
        if not world.office.attempt(run, number, body.sha256):
            raise Violation(f"I-4 batch {number} of {run} leaves with nothing written ahead")
        since = max(self.canceled.get(run, now), worker.step_began)
        if run in self.canceled and worker.step_began > self.canceled[run] + _CANCEL_SEEN:
            raise Violation(f"I-14 batch {number} of {run} leaves {now - since:.0f} s after the cancel")
        for row in rows:
            address = row["address"]
            if address in self.known.get(run, set()) and row["action"] == "member":
                raise Violation(f"I-21 {address} had unsubscribed, and is sent again")
            if self.suppressed.get(address, now) < worker.step_began:
                raise Violation(f"I-20 {address} is suppressed, and is sent")

    def _unconfirmed(self, run: str, body: Body) -> None:
        known = self._world.far.unconfirmed_before.get(run, set()) & self._world.far.never_confirmed()
        sent = known & {row["address"] for row in json.loads(body.content)["contacts"]}
        if sent:
            raise Violation(f"I-27 {sorted(sent)} never confirmed, and are sent")

    def settled(self) -> None:
        """A ledger may have moved: whoever it calls delivered was seen completed (I-6), and nobody else is
        blamed.
        """
        for export in self._world.warehouses:
            self._moved(export)

    def _moved(self, export: str) -> None:
        world, warehouse = self._world, self._world.warehouses[export]
        pointer, known = world.office.ledger(export), self.pointers.get(export, "")
        self.pointers[export] = step = pointer
        if pointer == known:
            return
        while step != known:
            if not step:
                raise Violation(f"I-6 the ledger of {export} lost what was written to it before")
            self._delivered(export, step)
            step = warehouse.parents[step]
        entries = warehouse.ledgers.get(pointer, {})
        for address, entry in entries.items():
            if entry.refused and address not in world.far.poison | world.far.seen.failed:
                raise Violation(f"I-8 {address} is blamed for what others did")
        ever = self.confirmed.setdefault(export, set())
        ever.update(one for one, entry in entries.items() if entry.held and entry.member)

    def _delivered(self, export: str, ledger: str) -> None:
        seen = self._world.far.seen
        for row in self._world.warehouses[export].delivered[ledger]:
            address, content = row.due.address, (row.contact or b"").decode()
            if (address, content) not in seen.completed:
                raise Violation(f"I-6 {address} is called delivered, and nothing completed")
            if seen.landed.get((export, address)) != content and (export, address) not in seen.skipped:
                raise Violation(f"I-6 {address} is called delivered, and holds something else")

    def ledger(self, export: str) -> dict[str, Entry]:
        return self._world.warehouses[export].ledgers.get(self._world.office.ledger(export), {})

    def converged(self) -> bool:
        left_over = sum(one.left_over for one in self._world.warehouses.values())
        return not left_over and not self._world.office.waiting() and not self.missing()

    def missing(self) -> list[str]:
        """Return who should be on the remote side and is not, or not as they should be (I-1)."""
        return [one for export in self._world.exports for one in self._missing(export.name, export.field)]

    def _missing(self, export: str, field: str) -> list[str]:
        world = self._world
        warehouse = world.warehouses[export]
        ledger = self.ledger(export)
        found = []
        for address, values in warehouse.people.items():
            if address in self.unsubscribed or address in self.suppressed or address in world.far.poison:
                continue
            if (export, address) in world.far.seen.skipped or ledger.get(
                address, Entry()
            ).refused == fingerprint(field, values):
                continue
            if address in world.far.never_confirmed():
                continue
            person = world.far.people.get(address)
            held = (person.values.get(field), person.lists.get("7")) if person else None
            if held != (values[0], "active"):
                found.append(f"{address} {values[0]} {held}")
        return found + self._unmarked(export, ledger)

    def _unmarked(self, export: str, ledger: dict[str, Entry]) -> list[str]:
        world = self._world
        marking = [one for one in world.exports if one.name == export and one.leavers.field]
        left = self.confirmed.get(export, set()) - set(world.warehouses[export].people) if marking else set()
        left -= set(self.unsubscribed) | set(self.suppressed) | world.far.poison | world.far.never_confirmed()
        return [
            f"{address} left and is not marked"
            for address in sorted(left)
            if (export, address) not in world.far.seen.skipped
            if world.far.people[address].values.get("field:1") != "no"
            and ledger.get(address, Entry()).refused != "left"
        ]

    def check_end(self) -> None:
        """At the end everybody is where they should be, whatever was confirmed late."""
        if missing := self.missing():
            raise Violation(f"I-1 {missing}")
