"""The model destination: an account with a queue, limits and faults. It reports what no client may
ever do.
"""

import heapq
import itertools
import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - the class, for seeded generators
from typing import Any

from leleka.core.outcomes import (
    Accepted,
    Cause,
    Ending,
    Outcome,
    Pending,
    Refused,
    RefusedRow,
    Settled,
    Unknown,
)
from leleka.core.ports.destination import Body, Suppressed, SuppressionReason
from tests.fakes.clock import VirtualClock
from tests.fakes.destination import FakeDestination, subscribe
from tests.simulation.weather import Shape, Weather

_KNOWN_AFTER = 1.0  # for so long an accepted batch is unknown when polled
STRAYS = 0.85  # seconds by which imports may arrive late, whatever is known of the account: then all is as documented
STRICT_FOR = 500.0  # seconds after a refusal in which there is no other
_SEEN_LATE = 400.0  # for so long the queue may not show what it was given
Row = dict[str, Any]


class Violation(Exception):
    """A promise was broken; the first word names it."""


@dataclass
class Flight:
    """A request between its first byte and its arrival. ``order`` has one number per row: of its content."""

    run: str
    batch: int
    export: str
    rows: list[Row]
    texts: dict[str, str]  # by address
    order: list[int] = field(default_factory=list)
    left_at: float = 0.0


@dataclass
class Import:
    """An accepted request in the queue."""

    id: str
    flight: Flight
    accepted_at: float
    visible_at: float
    ending: Ending = Ending.COMPLETED
    forgotten: bool = False
    done: bool = False
    failures: tuple[str, ...] = ()


@dataclass
class Seen:
    """What the oracle remembers."""

    copies: dict[tuple[str, int], int] = field(default_factory=dict)
    hashes: dict[tuple[str, int], str] = field(default_factory=dict)
    last: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    applied: dict[tuple[str, str], int] = field(default_factory=dict)
    completed: set[tuple[str, str]] = field(default_factory=set)
    landed: dict[tuple[str, str], str] = field(default_factory=dict)
    skipped: set[tuple[str, str]] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    posts: int = 0
    imports: dict[bool, deque[tuple[float, float]]] = field(
        default_factory=lambda: {True: deque(), False: deque()}
    )  # when each arrived, and by how much it strayed
    told_at: float = float(
        "-inf"
    )  # when somebody who lives was last told that there were too many in a minute


def text_of(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False)


class Far(FakeDestination):
    """Renders as the fake one does; accepts, queues and applies imports in virtual time."""

    def __init__(self, clock: VirtualClock, shape: Shape, chance: Random) -> None:
        super().__init__(clock)
        self.time = clock
        self.shape = shape
        self.weather: Weather = shape.weather
        self.chance = chance
        self.seen = Seen()
        self.poison: set[str] = set()
        self.allowed: set[str] = set()
        self.suppressed_here: set[str] = set()
        self.unconfirmed_before: dict[
            str, set[str]
        ] = {}  # by run: who had yet to confirm when it was planned
        self.airborne: list[Flight] = []
        self.queue: dict[str, Import] = {}
        self.open: dict[str, Import] = {}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count(1)
        self._last_ready = 0.0

    def suppressed(self, target: str, after: int = 0) -> Iterable[Suppressed]:
        yield from super().suppressed(target, after)
        for address in sorted(self.suppressed_here):
            yield Suppressed(address, SuppressionReason.SUPPRESSED, 0)

    def never_confirmed(self, target: str = "7") -> set[str]:
        """Return who signed up to the list and has yet to confirm."""
        return {one for one, person in self.people.items() if person.lists.get(target) == "never_confirmed"}

    def next_event(self) -> float:
        return self._events[0][0] if self._events else float("inf")

    def at(self, when: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._count), what))

    def advance(self) -> None:
        """Do what is due by now."""
        while self._events and self._events[0][0] <= self.time.monotonic():
            heapq.heappop(self._events)[2]()

    def depart(self, run: str, batch: int, export: str, body: Body) -> Flight:
        """The first byte is sent: check it against the requests in flight."""
        rows: list[Row] = json.loads(body.content)["contacts"]
        if self.seen.hashes.setdefault((run, batch), body.sha256) != body.sha256:
            raise Violation(f"I-3 batch {batch} of run {run} left with other bytes")
        if not 1 <= len(rows) <= self.shape.rows:
            raise Violation(f"I-22 a request of {len(rows)} rows")
        under_way = [*self.airborne, *(one.flight for one in self.open.values())]
        texts = {row["address"]: text_of(row) for row in rows}
        flight = Flight(run, batch, export, rows, texts, left_at=self.time.monotonic())
        for row in rows:
            address = row["address"]
            content = flight.texts[address]
            if any(one.texts.get(address, content) != content for one in under_way):
                raise Violation(f"I-5 {address} is in flight twice with different contents")
            if not set(row["values"]) <= self.allowed:
                raise Violation(f"I-22 {sorted(row['values'])} holds a field nobody matched")
            last, number = self.seen.last.get((export, address), ("", 0))
            number += last != content
            self.seen.last[export, address] = content, number
            flight.order.append(number)
        self.airborne.append(flight)
        return flight

    def gone(self, flight: Flight) -> None:
        self.airborne = [one for one in self.airborne if one is not flight]

    def arrive(self, flight: Flight) -> Outcome:
        """The whole request has arrived: return the reply, whether or not it gets through."""
        self.gone(flight)
        limited = self._limited(flight)
        if (refusal := self._mood()) is not None:
            return refusal
        if limited:
            return Refused(Cause.IMPORT_LIMIT, "Rate limit exceeded.")
        wrong = [index for index, row in enumerate(flight.rows) if row["address"] in self.poison]
        if wrong:
            base = self.weather.base
            named = (
                () if base is None else tuple(RefusedRow(index + base, "no such domain") for index in wrong)
            )
            return Refused(Cause.INVALID, "the content was refused", named)
        return Accepted(self._accept(flight))

    def _mood(self) -> Outcome | None:
        weather, chance = self.weather, self.chance
        if chance.random() < weather.throttled:
            return Refused(Cause.THROTTLED, "slower", retry_after=chance.choice([None, 0.0, 1.0, 30.0]))
        if chance.random() < weather.unavailable:
            return Unknown("503", throttled=True, retry_after=chance.choice([None, 5.0]))
        if chance.random() < weather.forbidden:
            return Refused(Cause.FORBIDDEN, "403")
        return None

    def _limited(self, flight: Flight) -> bool:
        """Count, check (I-18), and return whether the true limit, which may be lower, is exceeded."""
        now, shape, single = self.time.monotonic(), self.shape, len(flight.rows) == 1
        window = self.seen.imports[single]
        while window and window[0][0] <= now - 60.0:
            window.popleft()
        window.append((now, now - flight.left_at))
        allowed = shape.single_per_minute if single else shape.per_minute
        if len(window) > allowed:
            strayed = max(strays for _, strays in window)
            told = all(at - strays > self.seen.told_at for at, strays in window)
            if strayed < STRAYS or (told and now < self.seen.told_at + STRICT_FOR):
                raise Violation(
                    f"I-18 {len(window)} imports within a minute, which strayed by {strayed:.1f} s at most"
                )
            return True
        return not single and len(window) > shape.true_per_minute

    def reaches(self, outcome: Outcome) -> None:
        """A reply is there; whoever dies, or sees its clock set, may forget it all the same."""
        weather = self.weather
        forgets = weather.crash or weather.pause or weather.database or weather.clock
        if isinstance(outcome, Refused) and outcome.cause is Cause.IMPORT_LIMIT and not forgets:
            self.seen.told_at = self.time.monotonic()

    def _accept(self, flight: Flight) -> str:
        key = flight.run, flight.batch
        copies = self.seen.copies[key] = self.seen.copies.get(key, 0) + 1
        if copies > 12:
            raise Violation(f"I-3 batch {flight.batch} of run {flight.run} was accepted {copies} times")
        weather, chance, now = self.weather, self.chance, self.time.monotonic()
        delay = chance.uniform(0.0, weather.delay)
        ready = now + delay
        if not weather.reorder:
            ready = self._last_ready = max(ready, self._last_ready)
        late = chance.uniform(0.0, _SEEN_LATE) if chance.random() < weather.seen_late else 0.0
        one = Import(f"batch-{next(self._count)}", flight, now, now + late)
        draw = chance.random()
        if draw < weather.failed:
            one.ending = Ending.FAILED
        elif draw < weather.failed + weather.interrupted:
            one.ending = Ending.INTERRUPTED
        one.forgotten = chance.random() < weather.forgotten
        self.queue[one.id] = self.open[one.id] = one
        self.at(ready, lambda: self._process(one))
        return one.id

    def _process(self, one: Import) -> None:
        one.done = True
        del self.open[one.id]
        rows = list(zip(one.flight.rows, one.flight.order, strict=True))
        if one.ending is Ending.FAILED:
            return
        if one.ending is Ending.INTERRUPTED:
            rows = rows[: self.chance.randrange(len(rows) + 1)]
        failures = []
        for row, order in rows:
            if self.chance.random() < self.weather.row_failed:
                failures.append(row["address"])
            elif self.chance.random() < self.weather.row_skipped:
                self.seen.skipped.add((one.flight.export, row["address"]))
            else:
                self._write(one.flight, row, order)
            if one.ending is Ending.COMPLETED and row["address"] not in failures:
                self.seen.completed.add((row["address"], one.flight.texts[row["address"]]))
        one.failures = tuple(failures)
        self.seen.failed.update(failures)

    def _write(self, flight: Flight, row: Row, order: int) -> None:
        key = flight.export, row["address"]
        if self.seen.applied.get(key, 0) > order:
            raise Violation(f"I-5 an old copy of {row['address']} lands on a newer one")
        self.seen.applied[key] = order
        self.seen.landed[key] = flight.texts[row["address"]]
        self.seen.skipped.discard(key)
        person = self.person(row["address"])
        person.values.update(row["values"])
        if row["action"] == "member":
            known = row["address"] in self.unconfirmed_before.get(flight.run, ())
            if known and person.lists.get(row["target"]) == "never_confirmed":
                raise Violation(f"I-27 {row['address']} never confirmed, and is subscribed")
            subscribe(person, row["target"])

    def poll(self, accepted: Accepted) -> Pending | Settled:
        one = self.queue[accepted.batch_id]
        young = self.time.monotonic() < one.accepted_at + _KNOWN_AFTER
        if one.forgotten or young:
            return Pending("false", known=False)
        if self.chance.random() < self.weather.throttled / 4:
            return Pending("429", throttled=True, retry_after=1.0)
        return Settled(one.ending, one.failures) if one.done else Pending("active")

    def contact_count(self) -> int | None:
        return None  # nothing asks during a run

    def queue_empty(self) -> bool:
        self.advance()
        now = self.time.monotonic()
        return not any(one.visible_at <= now for one in self.open.values())
