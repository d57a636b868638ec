"""Delivery: the step machine of one run.

One thread owns it and every write. Each step records what came back, asks after accepted batches, and sends
what is due. Between any two steps the process may die: everything it needs to go on is in the outbox.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from leleka.core.outbox import FINAL, Batch, BatchStatus, Outbox
from leleka.core.outcomes import Accepted
from leleka.core.planning import Span, Warehouse
from leleka.core.ports import Body, Clock, Destination
from leleka.engine.answers import Answers
from leleka.engine.pace import ImportPace, Tempo
from leleka.engine.senders import POLLS_IN_FLIGHT, SENDS_IN_FLIGHT, Broke, Polled, Senders, Sent

_FIRST_POLL: Final = 2.0
_SLOWEST_POLL: Final = 60.0
_POLL_GROWTH: Final = 1.6
_IDLE: Final = 0.5  # the longest a step waits, so that a cancel is seen within two seconds (I-14)
_PATIENCE: Final = 1800.0  # without any news of the accepted batches, the run ends and says so
_LEAST_PATIENCE: Final = 10.0
_READ_AHEAD: Final = 5_000  # rows of the plan read at a time


@dataclass(frozen=True, slots=True)
class Job:
    """What a delivery works on."""

    plan: str
    automations: bool
    seconds_in_flight: float


@dataclass(frozen=True, slots=True)
class Tools:
    """What a delivery works with."""

    outbox: Outbox
    warehouse: Warehouse
    destination: Destination
    senders: Senders
    clock: Clock
    tempo: Tempo
    pace: ImportPace
    progress: Callable[[Mapping[int, Batch]], None]


class Delivery:
    """Brings every batch of a plan to its end, or as far as it can get."""

    def __init__(self, job: Job, tools: Tools, batches: Iterable[Batch]) -> None:
        self._job = job
        self._tools = tools
        self.batches = {batch.number: batch for batch in batches}
        planned = sum(batch.parent is None for batch in self.batches.values())
        self._answers = Answers(tools.tempo, tools.clock, tools.pace, self._sequence, planned)
        self._due: list[tuple[float, int]] = []
        self._polls: list[tuple[float, int]] = []
        self._sending: set[int] = set()
        self._polling: set[int] = set()
        self._contacts: dict[int, bytes] = {}
        self._news_at = tools.clock.monotonic()
        self._lane_released = False
        self.canceled = False
        for batch in self.batches.values():
            self._queue(batch)

    @property
    def error(self) -> Exception | None:
        """What made the delivery stop before its end."""
        return self._answers.fatal

    def run(self) -> None:
        """Step until nothing is left to do."""
        while not self.done():
            self.step()

    def done(self) -> bool:
        """Tell whether another step would change anything."""
        if self._sending or self._polling:
            return False
        if self._stopped():
            return True
        if self._due:
            return False
        quiet = self._tools.clock.monotonic() - self._news_at
        return not self._polls or quiet > max(self._tools.tempo.wait(_PATIENCE), _LEAST_PATIENCE)

    def step(self) -> None:
        """Record what came back, poll, send; waits for news where there is nothing else to do."""
        self.canceled = self._tools.outbox.keep_alive() or self.canceled
        for came in self._tools.senders.finished(self._until_next()):
            self._take(came)
        if not self._stopped():
            self._poll_due()
            self._send_due()
        self._release_lane_after_the_last_post()
        self._tools.progress(self.batches)

    def _stopped(self) -> bool:
        return self.canceled or self._answers.fatal is not None

    def _queue(self, batch: Batch) -> None:
        if batch.status in {BatchStatus.PLANNED, BatchStatus.UNKNOWN, BatchStatus.SENDING}:
            heapq.heappush(self._due, (batch.not_before, batch.number))
        elif batch.status is BatchStatus.ACCEPTED:
            heapq.heappush(self._polls, (self._poll_at(batch), batch.number))

    def _poll_at(self, batch: Batch) -> float:
        delay = min(_FIRST_POLL * _POLL_GROWTH**batch.polls, _SLOWEST_POLL)
        return max(
            batch.accepted_at, self._tools.clock.now() if batch.polls else 0.0
        ) + self._tools.tempo.wait(delay)

    def _take(self, came: Sent | Polled | Broke) -> None:
        if isinstance(came, Broke):
            raise came.error
        self._news_at = self._tools.clock.monotonic() if isinstance(came, Sent) else self._news_at
        batch = self.batches[came.number]
        if isinstance(came, Sent):
            self._sending.discard(came.number)
            row_base = self._tools.outbox.account().row_base if batch.rows else None
            answer = self._answers.to_send(batch, came.outcome, row_base, self._next_number())
            self._tools.outbox.answered(answer.batch, came.outcome, answer.children)
        else:
            self._polling.discard(came.number)
            answer = self._answers.to_poll(batch, came.found, self._next_number())
            self._tools.outbox.polled(answer.batch, answer.children)
            if answer.batch.status in FINAL:
                self._news_at = self._tools.clock.monotonic()
        if answer.pause:
            self._tools.outbox.pause(self._tools.clock.now() + answer.pause, answer.reason)
        if answer.row_base is not None:
            self._tools.outbox.learn_row_base(answer.row_base)
        for changed in (answer.batch, *answer.children):
            self.batches[changed.number] = changed
            self._queue(changed)

    def _next_number(self) -> int:
        return max(self.batches) + 1

    def _poll_due(self) -> None:
        now = self._tools.clock.now()
        while self._polls and self._polls[0][0] <= now and len(self._polling) < POLLS_IN_FLIGHT:
            _, number = heapq.heappop(self._polls)
            batch = self.batches[number]
            if batch.status is BatchStatus.ACCEPTED:
                self._polling.add(number)
                self._tools.senders.poll(number, Accepted(batch.remote_id))

    def _send_due(self) -> None:
        account = self._tools.outbox.account()
        now = self._tools.clock.now()
        if max(account.next_send_at, account.paused_until) > now:
            return
        ready: list[tuple[Batch, Body]] = []
        at = now
        while self._due and self._due[0][0] <= now and len(self._sending) + len(ready) < SENDS_IN_FLIGHT:
            batch = self.batches[heapq.heappop(self._due)[1]]
            body = self._body(batch)
            ready.append((replace(batch, tries=batch.tries + 1, sha256=body.sha256), body))
            interval = self._tools.pace.interval(batch.rows)
            at += interval
            if interval:
                break
        if ready:
            self._send(ready, next_send_at=at)

    def _send(self, ready: Sequence[tuple[Batch, Body]], *, next_send_at: float) -> None:
        """Write ahead, then POST; a lease too short for the reply means that nothing is begun."""
        outbox, seconds = self._tools.outbox, self._job.seconds_in_flight
        written = [replace(batch, status=BatchStatus.SENDING) for batch, _ in ready]
        outbox.write_ahead(written, next_send_at=next_send_at)
        deadline = self._tools.clock.monotonic() + min(seconds, outbox.lease_left())
        for batch, (_, body) in zip(written, ready, strict=True):
            self.batches[batch.number] = batch
            self._sending.add(batch.number)
            self._tools.senders.send(batch.number, body, deadline)

    def _body(self, batch: Batch) -> Body:
        contacts = [self._contact(seq) for span in batch.spans for seq in range(span.first, span.last + 1)]
        body = self._tools.destination.assemble(contacts, automations=self._job.automations)
        if batch.sha256 and batch.sha256 != body.sha256:
            raise RuntimeError(f"batch {batch.number} would be sent again with other bytes")
        return body

    def _contact(self, seq: int) -> bytes:
        """Batches go out in order, so the plan is read ahead in long pieces, and few are kept."""
        if seq not in self._contacts:
            if len(self._contacts) > 2 * _READ_AHEAD:
                self._contacts.clear()
            self._contacts.update(
                self._tools.warehouse.contacts(self._job.plan, Span(seq, seq + _READ_AHEAD - 1))
            )
        return self._contacts[seq]

    def _sequence(self, addresses: Sequence[str], spans: Sequence[Span]) -> dict[str, int]:
        return dict(self._tools.warehouse.sequence(self._job.plan, addresses, spans))

    def _release_lane_after_the_last_post(self) -> None:
        if self._lane_released or self._sending or (self._due and not self._stopped()):
            return
        self._tools.outbox.release_lane()
        self._lane_released = True

    def _until_next(self) -> float:
        now = self._tools.clock.now()
        waits = [_IDLE]
        if not self._stopped():
            if self._due and len(self._sending) < SENDS_IN_FLIGHT:
                account = self._tools.outbox.account()
                waits.append(max(account.next_send_at, account.paused_until, self._due[0][0]) - now)
            if self._polls and len(self._polling) < POLLS_IN_FLIGHT:
                waits.append(self._polls[0][0] - now)
        return max(min(waits), 0.0)
