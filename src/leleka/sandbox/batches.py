"""The import queue: a batch is waiting, claimed, active, then completed, failed or interrupted."""

import zlib
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Literal
from uuid import UUID

import orjson

from leleka.sandbox.behaviour import Behaviour
from leleka.sandbox.bulk_upsert import Outcome
from leleka.sandbox.fault_draws import Draws, Random
from leleka.sandbox.timing import Timing, day
from leleka.sandbox.validation import Import, Row

Ending = Literal["completed", "failed", "interrupted"]
WEEK = 7 * 86_400.0


@dataclass(slots=True, eq=False)
class Batch:
    id: str
    number: int
    size: int
    accepted: float
    claimed: float
    active: float
    done: float
    packed: bytes = field(repr=False)  # the body, compressed: a million waiting contacts must fit in memory
    exclude_automations: bool
    at_hand: list[Row] | None = field(repr=False)  # only if the batch is worked on at once
    ending: Ending = "completed"
    twice: bool = False
    forgotten: bool = False
    finished: bool = False
    success: "array[int]" = field(default_factory=lambda: array("I"), repr=False)
    failure: list[str] = field(default_factory=list, repr=False)

    def rows(self) -> list[Row]:
        if self.at_hand is not None:
            return self.at_hand
        payload = orjson.loads(zlib.decompress(self.packed))
        rows: list[Row] = payload["contacts"]
        return rows


class ImportQueue:
    """Calls `work` with the rows of a batch when the batch is due."""

    def __init__(
        self, timing: Timing, random: Random, work: Callable[[list[Row], float], list[Outcome]]
    ) -> None:
        self._timing = timing
        self._random = random
        self._work = work
        self._batches: dict[str, Batch] = {}
        self._due: list[tuple[float, int, Batch]] = []
        self._ended: deque[Batch] = deque()
        self._busy_until = 0.0
        self._held_since: float | None = None
        self.finished: list[Batch] = []  # since the account last checked
        self.accepted = 0
        self.queued_contacts = 0
        self.with_automations = 0  # batches that would have triggered automations for their contacts

    def accept(self, batch: Import, behaviour: Behaviour, draws: Draws) -> Batch:
        now = self._timing.now()
        delay = self._timing.delay
        claimed = now + delay(behaviour.claim_seconds)
        active = max(claimed + delay(behaviour.start_seconds), self._busy_until)
        done = active + delay(len(batch.rows) / behaviour.contacts_per_second)
        self._busy_until = done
        done += delay(self._random.uniform(0, behaviour.completion_spread_seconds))
        late = draws.batch("batch_late")
        if late is not None:
            done += delay(float(late.value or 3600))
        self.accepted += 1
        self.queued_contacts += len(batch.rows)
        self.with_automations += not batch.exclude_automations
        queued = Batch(
            str(UUID(int=self._random.getrandbits(128), version=4)),
            self.accepted,
            len(batch.rows),
            now,
            claimed,
            active,
            done,
            b"" if done <= now else zlib.compress(batch.body, 1),
            batch.exclude_automations,
            batch.rows if done <= now else None,
        )
        if draws.batch("batch_failed"):
            queued.ending = "failed"
        elif draws.batch("batch_interrupted"):
            queued.ending = "interrupted"
        queued.twice = draws.batch("batch_twice") is not None
        queued.forgotten = draws.batch("batch_forgotten") is not None
        self._batches[queued.id] = queued
        heappush(self._due, (done, queued.number, queued))
        return queued

    def advance(self, behaviour: Behaviour) -> None:
        """Processes everything that is due by now; nothing while the queue is held."""
        now = self._timing.now()
        if behaviour.queue_held:
            self._held_since = now if self._held_since is None else self._held_since
            return
        if self._held_since is not None:
            self._postpone(now - self._held_since)
            self._held_since = None
        while self._due and self._due[0][0] <= now:
            done, _, batch = heappop(self._due)
            self._finish(batch, done)
        while self._ended and self._ended[0].done <= now - behaviour.retention_seconds:
            del self._batches[self._ended.popleft().id]

    def find(self, batch_id: str) -> Batch | None:
        batch = self._batches.get(batch_id)
        return None if batch is None or batch.forgotten else batch

    def status(self, batch: Batch, behaviour: Behaviour) -> str | bool:
        now = self._timing.now() if self._held_since is None else self._held_since
        if now < batch.accepted + self._timing.delay(behaviour.false_seconds):
            return False
        if batch.finished:
            return batch.ending
        if now < batch.claimed:
            return "waiting"
        return "claimed" if now < batch.active else "active"

    def open(self) -> int:
        return len(self._due)

    def outstanding(self) -> dict[str, tuple[int, int]]:
        """Batches and contacts by day of arrival."""
        return _by_day([(batch.accepted, batch.size) for _, _, batch in self._due])

    def recently_completed(self) -> dict[str, tuple[int, int]]:
        since = self._timing.now() - WEEK
        return _by_day([(batch.done, batch.size) for batch in self._ended if batch.done >= since])

    def latest(self, count: int) -> list[Batch]:
        return list(self._batches.values())[-count:]

    def _finish(self, batch: Batch, now: float) -> None:
        outcomes: list[Outcome] = []
        again = False
        if batch.ending != "failed":
            rows = batch.rows()
            worked = rows[: len(rows) // 2] if batch.ending == "interrupted" else rows
            outcomes = self._work(worked, now)
            again, batch.twice = batch.twice, False
        if not batch.finished:
            batch.finished = True
            batch.done = now
            batch.success.extend(
                one.contact.id for one in outcomes if one.listed and one.contact and not one.refused
            )
            batch.failure.extend(one.email for one in outcomes if one.listed and one.refused)
            self._ended.append(batch)
        if again:
            heappush(self._due, (now + self._timing.delay(60), batch.number, batch))
        else:
            batch.packed, batch.at_hand = b"", None
        self.finished.append(batch)

    def _postpone(self, seconds: float) -> None:
        self._busy_until += seconds
        for _, _, batch in self._due:
            batch.claimed += seconds
            batch.active += seconds
        self._due = [(due + seconds, number, batch) for due, number, batch in self._due]


def _by_day(batches: list[tuple[float, int]]) -> dict[str, tuple[int, int]]:
    days: dict[str, tuple[int, int]] = {}
    for moment, size in batches:
        count, contacts = days.get(day(moment), (0, 0))
        days[day(moment)] = (count + 1, contacts + size)
    return days
