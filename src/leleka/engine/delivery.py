"""Delivery: the state machine of one run.

One thread owns it and every write. Each step records what came back, polls accepted batches, and sends what
is due. Between any two steps the process may die: everything it needs to continue is in the outbox.
"""

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from leleka.core.outcomes import Accepted, Settled
from leleka.core.plan import Span
from leleka.core.ports.destination import Body
from leleka.core.ports.outbox import (
    FINAL,
    AccountState,
    Batch,
    BatchStatus,
    LaneLost,
    RunCanceled,
    clamp_future,
)
from leleka.engine.batch_transitions import BatchTransitions, Transition, spent_on
from leleka.engine.delivery_lane import Lane
from leleka.engine.delivery_ports import DeliveryPorts, Job
from leleka.engine.poll_rhythm import PollQueue, PollRhythm
from leleka.engine.pre_send_check import PreSendCheck, Screened
from leleka.engine.request_bodies import Bodies
from leleka.engine.sender_pool import POLLS_IN_FLIGHT, SENDS_IN_FLIGHT, Broke, Finished, Polled, Sent

_CAUGHT_UP: Final = 0.3  # seconds by which a step may be late without the imports after it being late, too
_IDLE: Final = 0.5  # the longest a step waits, so that a cancellation is noticed within two seconds (I-14)


class Delivery:
    """Brings every batch of a plan to its end, or as far as possible."""

    def __init__(self, job: Job, tools: DeliveryPorts, batches: Iterable[Batch]) -> None:
        self._job = job
        self._tools = tools
        self._outbox = tools.outbox
        self._clock = tools.clock
        self.batches = {batch.number: batch for batch in batches}
        self._next_number = max(self.batches, default=0) + 1
        spent = spent_on(self.batches)
        self._answers = BatchTransitions(tools.time_scale, tools.clock, tools.pace, self._sequence, spent)
        self._bodies = Bodies(tools.warehouse, tools.destination, job.plan, automations=job.automations)
        late = tools.waiting, tools.never_confirmed
        self._screen = PreSendCheck(
            tools.outbox, tools.warehouse, job.plan, *late, on_exclusion_list=tools.on_exclusion_list
        )
        self._lane = Lane(tools.outbox, tools.clock, tools.stage, self._look_again)
        self._account = AccountState()  # as last read
        self._paced_until = (
            0.0  # by our own clock, which nobody sets: the account's moment is wall-clock time
        )
        self._due: list[tuple[float, int]] = []
        self._sending: dict[int, float] = {}  # since when, by our own clock
        self._polling: set[int] = set()
        self._rhythm = PollRhythm(tools.time_scale, tools.clock)
        self._polls = PollQueue(self._rhythm)
        self._news_at = tools.clock.monotonic() - self._rhythm.quiet_before(self.batches.values())
        self.canceled = False
        for batch in self.batches.values():
            self._queue(batch)

    @property
    def error(self) -> Exception | None:
        """The error that stopped the delivery before its end."""
        return self._answers.fatal

    def run(self) -> None:
        """Step until nothing is left to do."""
        while not self.done():
            self.step()

    def leave(self) -> None:
        """Record what has come back by now: another process continues from there."""
        self._record(self._tools.senders.finished(0.0))

    def done(self) -> bool:
        """Return whether another step would change anything."""
        if self._sending or self._polling:
            return False
        if self._stopped():
            return True
        if self._due:
            return False
        quiet = self._clock.monotonic() - self._news_at
        return not self._polls or quiet > self._rhythm.patience

    def step(self) -> None:
        """Record what came back, poll, send; wait for replies if there is nothing else to do."""
        self.canceled = self._outbox.keep_alive() or self.canceled
        self._record(self._tools.senders.finished(self._until_next()))
        if not self._stopped():
            self._account = self._outbox.account()
            self._poll_due()
            self._send_in_turn()
        if not self._sending and (self._stopped() or not self._due):
            self._lane.leave()
        self._tools.progress(self.batches)

    def _stopped(self) -> bool:
        return self.canceled or self._answers.fatal is not None

    def _queue(self, batch: Batch) -> None:
        if batch.status in {BatchStatus.PLANNED, BatchStatus.UNKNOWN, BatchStatus.SENDING}:
            heapq.heappush(self._due, (batch.not_before, batch.number))
        elif batch.status is BatchStatus.ACCEPTED:
            self._polls.add(batch)

    def _record(self, finished: Sequence[Finished]) -> None:
        """Process what came back, in one commit; what is known is recorded before a bug among it is raised."""
        bugs = [came.error for came in finished if isinstance(came, Broke)]
        known: list[tuple[Sent | Polled, Transition]] = []
        for came in finished:
            if isinstance(came, Broke):
                continue
            try:
                known.append((came, self._sent(came) if isinstance(came, Sent) else self._polled(came)))
            except Exception as bug:  # noqa: BLE001 - raised below
                bugs.append(bug)
        if known:
            with self._outbox.together():
                for came, answer in known:
                    self._write(came, answer)
        if bugs:
            raise bugs[0]

    def _sent(self, came: Sent) -> Transition:
        self._news_at = self._clock.monotonic()
        self._tools.pace.answered(self._news_at - self._sending.pop(came.number))
        batch, row_base = self.batches[came.number], self._account.row_base
        return self._learn(self._answers.to_send(batch, came.outcome, row_base, self._next_number))

    def _polled(self, came: Polled) -> Transition:
        self._polling.discard(came.number)
        asked = self.batches[came.number]
        answer = self._answers.to_poll(asked, came.found, self._next_number)
        if answer.batch.status in FINAL:
            self._news_at = self._clock.monotonic()
        told = isinstance(came.found, Settled) or (came.found.answered and came.found.known)
        if told or answer.batch.status is not BatchStatus.ACCEPTED:
            self._polls.learn(asked, answer.batch.status, self.batches)
        return self._learn(answer)

    def _write(self, came: Sent | Polled, answer: Transition) -> None:
        """A pause is stored with the reply that asks for it: after a crash the account pauses all the same (I-18)."""
        if answer.pause:
            self._outbox.pause(self._clock.now() + answer.pause, answer.reason)
        if answer.row_base is not None:
            self._outbox.learn_row_base(answer.row_base)
        if isinstance(came, Sent):
            self._outbox.answered(answer.batch, came.outcome, answer.children)
        else:
            self._outbox.polled(answer.batch, answer.children)

    def _learn(self, answer: Transition) -> Transition:
        """Go on from a transition, which is to be written."""
        if answer.row_base == self._account.row_base:
            answer = replace(answer, row_base=None)
        elif answer.row_base is not None:
            self._account = replace(self._account, row_base=answer.row_base)
        for changed in (answer.batch, *answer.children):
            self.batches[changed.number] = changed
            self._queue(changed)
        self._next_number += len(answer.children)
        return answer

    def _polls_from(self) -> float:
        at = self._polls.next_at(sparing=self._sparing())
        return at if at == math.inf else self._latest(at, self._account.paused_until)

    def _sparing(self) -> bool:
        """Imports come first: as long as this run sends some, few batches are asked after twice."""
        return bool(self._due) and self._lane.is_held

    def _sends_from(self) -> float:
        account = self._account
        paced = self._clock.now() + self._paced_until - self._clock.monotonic()
        own = self._due[0][0], self._answers.held_until, paced
        return self._latest(*own, account.next_send_at, account.paused_until)

    def _latest(self, *moments: float) -> float:
        now = self._clock.now()
        return max(clamp_future(moment, now) for moment in moments)

    def _poll_due(self) -> None:
        now = self._clock.now()
        while self._polls_from() <= now and len(self._polling) < POLLS_IN_FLIGHT:
            number = self._polls.take(sparing=self._sparing())
            self._polling.add(number)
            self._tools.senders.poll(number, Accepted(self.batches[number].remote_id))

    def _send_in_turn(self) -> None:
        """Send if it is our turn. To take the lane may last minutes: only then is read what the sending goes by."""
        try:
            if self._may_send(0):
                self._send_due()
        except RunCanceled:  # told while the last look was taken
            self.canceled = True

    def _send_due(self) -> None:
        """Send what is due: one batch at the account's pace, or a full window of them if there is no pace."""
        now, begun = self._clock.now(), self._clock.monotonic()
        at = now - self._late_by(begun)
        ready: list[tuple[Batch, Body]] = []
        while at <= now and self._may_send(len(ready)):
            batch = self.batches[heapq.heappop(self._due)[1]]
            if self._answers.worn_out(batch):
                self._give_up(batch)
                continue
            screened = self._screen.look(batch)
            if not screened.goes:
                self._withhold(screened)
                continue
            body = self._bodies.of(screened.batch)
            ready.append((replace(screened.batch, tries=batch.tries + 1, sha256=body.sha256), body))
            paused = self._latest(self._account.paused_until)
            at += self._tools.pace.interval(screened.batch.rows, paused)
        if ready:
            self._paced_until = begun + at - now
            self._send(ready, next_send_at=at)

    def _late_by(self, begun: float) -> float:
        """Return for how long the pace has permitted to send: the next import keeps to when this one was due."""
        late = begun - self._paced_until
        return late if 0.0 < late <= self._tools.time_scale.wait(_CAUGHT_UP) else 0.0

    def _may_send(self, ready: int) -> bool:
        room = len(self._sending) + ready < SENDS_IN_FLIGHT
        return bool(self._due) and room and self._sends_from() <= self._clock.now() and self._lane.held()

    def _look_again(self) -> None:
        """The lane is taken: see who may be sent to, then the account; another run may have paused it meanwhile."""
        self._screen.refresh(self.batches.values())
        self._account = self._outbox.account()

    def _give_up(self, batch: Batch) -> None:
        answer = self._answers.given_up(batch)
        self._outbox.polled(answer.batch)
        self._learn(answer)

    def _withhold(self, screened: Screened) -> None:
        children = tuple(
            Batch(self._next_number + offset, spans, parent=screened.batch.number)
            for offset, spans in enumerate(screened.children)
        )
        self._outbox.polled(screened.batch, children)
        self._learn(Transition(screened.batch, children))

    def _send(self, ready: Sequence[tuple[Batch, Body]], *, next_send_at: float) -> None:
        """Write ahead, then POST; no reply is awaited beyond the lease (F3)."""
        written = [replace(batch, status=BatchStatus.SENDING) for batch, _ in ready]
        try:
            self._outbox.write_ahead(written, next_send_at=next_send_at)
        except LaneLost:
            self._lane.lost()
            for batch in written:
                self._queue(self.batches[batch.number])
            return
        self._account = replace(self._account, next_send_at=next_send_at)
        # Read the clock before the lease: a pause between the two makes the deadline earlier, never later.
        begun = self._clock.monotonic()
        deadline = begun + min(self._job.seconds_in_flight, self._outbox.lease_left())
        for batch, (_, body) in zip(written, ready, strict=True):
            self.batches[batch.number] = batch
            self._sending[batch.number] = begun
            self._tools.senders.send(batch.number, body, deadline)

    def _sequence(self, addresses: Sequence[str], spans: Sequence[Span]) -> dict[str, int]:
        return dict(self._tools.warehouse.sequence(self._job.plan, addresses, spans))

    def _until_next(self) -> float:
        """Return the seconds that a step may wait. If there are none, the step has something to do."""
        now = self._clock.now()
        waits = [_IDLE]
        if not self._stopped():
            if self._due and len(self._sending) < SENDS_IN_FLIGHT:
                waits.append(max(self._sends_from() - now, self._lane.wait()))
            if len(self._polling) < POLLS_IN_FLIGHT:
                waits.append(self._polls_from() - now)
        return max(min(waits), 0.0)
