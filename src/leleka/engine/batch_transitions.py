"""What a reply of the destination means for a batch. Decides; writes nothing."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from leleka.core.batches import halves
from leleka.core.outcomes import Accepted, Cause, Ending, Outcome, Pending, Refused, Settled, Unknown
from leleka.core.plan import Span
from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import Batch, BatchStatus, RejectedRow, clamp_future
from leleka.engine.poison_rows import blame
from leleka.engine.rate_limit import ImportLimiter, TimeScale
from leleka.errors import LelekaError, NeedsAttention, TryLater

MOST_SENDS: Final = 12  # of a batch, each of which may have been imported (K of I-3)
EXTRA_BATCHES: Final = 500  # that a run may spend on finding the rows to blame (I-8)
_THROTTLE_PAUSE: Final = 60.0  # the import limiter states no time; its window is a minute
_SHORTEST_PAUSE: Final = 1.0  # whatever is stated: a Retry-After of 0 does not permit continuing as before
_LONGEST_BACK_OFF: Final = 60.0
_MOST_IN_A_ROW: Final = {Cause.NOT_SENT: 8, Cause.FORBIDDEN: 3, Cause.NOT_FOUND: 1, Cause.REDIRECTED: 1}
_WHOLE_AGAIN: Final = 2  # failed batches are sent again whole this many times, then in halves
_REFUSED_FOR: Final = 120.0  # seconds for which every question may be refused before that counts
_ASKED_AT_LEAST: Final = 3  # times, too: the first poll of a batch may be late
_FORGOTTEN_AFTER: Final = 900.0  # seconds for which a batch may be unknown before it counts as lost

Locate = Callable[[Sequence[str], Sequence[Span]], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Transition:
    """The batch as it now is, batches made of its rows, and the seconds to pause the account for."""

    batch: Batch
    children: tuple[Batch, ...] = ()
    pause: float = 0.0
    reason: str = ""
    row_base: int | None = None


def spent_on(batches: Mapping[int, Batch]) -> int:
    """Return how many of ``batches`` were spent on finding rows to blame."""
    parts = Counter(batch.parent for batch in batches.values() if batch.parent is not None)
    return sum(_cost(batches[parent], count) for parent, count in parts.items())


def _cost(batch: Batch, parts: int) -> int:
    """The one corrected re-send of a planned batch is free: its rows were named, nothing is searched for."""
    return 0 if parts == 1 and batch.parent is None else parts


class BatchTransitions:
    """Remembers what a single reply does not show: how many of a kind came in a row, and how much was spent.

    ``held_until`` is the time before which this run should send nothing, in seconds since 1970.
    """

    def __init__(
        self, time_scale: TimeScale, clock: Clock, pace: ImportLimiter, locate: Locate, spent: int
    ) -> None:
        self._tempo = time_scale
        self._clock = clock
        self._pace = pace
        self._locate = locate
        self._spent = spent
        self._in_a_row = dict.fromkeys(_MOST_IN_A_ROW, 0)
        self._refused_since: float | None = None
        self.held_until = 0.0
        self.fatal: LelekaError | None = None

    def worn_out(self, batch: Batch) -> bool:
        """Return whether a batch was sent so many times that it must not be sent again (I-3)."""
        return batch.doubts + batch.failures >= MOST_SENDS

    def given_up(self, batch: Batch) -> Transition:
        """Return the batch after its attempts are used up."""
        return Transition(replace(batch, status=BatchStatus.ABANDONED, code="NO_ANSWER"))

    def to_send(self, batch: Batch, outcome: Outcome, row_base: int | None, number: int) -> Transition:
        """Return what follows from the outcome of a POST; new batches are numbered from ``number``."""
        if isinstance(outcome, Unknown):
            return self._unknown(batch, outcome)
        if isinstance(outcome, Accepted):
            self._reset()
            self._refused_since = None  # the key imports, whatever it may ask
            now = self._clock.now()
            accepted = replace(
                batch, status=BatchStatus.ACCEPTED, remote_id=outcome.batch_id, accepted_at=now, polls=0
            )
            return Transition(accepted)
        if outcome.cause is Cause.IMPORT_LIMIT:
            self._pace.refused()
        if outcome.cause in {Cause.THROTTLED, Cause.IMPORT_LIMIT}:
            return self._throttled(self._again(batch, 0.0), outcome.retry_after, outcome.reason)
        if outcome.cause is Cause.INVALID:
            self._reset()
            return self._refused(batch, outcome, row_base, number)
        return self._in_trouble(batch, outcome)

    def to_poll(self, batch: Batch, found: Pending | Settled, number: int) -> Transition:
        """Return what follows from a poll."""
        if isinstance(found, Settled) or found.answered:
            self._refused_since = None
        if isinstance(found, Pending):
            return self._pending(batch, found)
        if found.ending is Ending.COMPLETED:
            return Transition(replace(self._confirmed(batch, found.failures), created=found.created))
        return self._failed(batch, number)

    def _confirmed(self, batch: Batch, failures: Sequence[str]) -> Batch:
        seqs = self._locate(failures, batch.spans)
        rejected = tuple(RejectedRow(seq, "NOT_IMPORTED", "") for seq in sorted(seqs.values()))
        return replace(batch, status=BatchStatus.CONFIRMED, rejected=rejected)

    def _unknown(self, batch: Batch, outcome: Unknown) -> Transition:
        doubted = replace(batch, doubts=batch.doubts + 1, detail=outcome.reason)
        again = replace(doubted, status=BatchStatus.UNKNOWN, not_before=self._later(doubted.doubts))
        answer = self.given_up(doubted) if self.worn_out(doubted) else Transition(again)
        if outcome.throttled:
            return self._throttled(answer.batch, outcome.retry_after, outcome.reason)
        if outcome.redirected:
            self._hold_back(Refused(Cause.REDIRECTED, outcome.reason))
        return answer

    def _throttled(self, batch: Batch, retry_after: float | None, reason: str) -> Transition:
        pause = _THROTTLE_PAUSE if retry_after is None else retry_after
        return Transition(batch, pause=self._tempo.wait(max(pause, _SHORTEST_PAUSE)), reason=reason)

    def _again(self, batch: Batch, not_before: float) -> Batch:
        return replace(batch, status=BatchStatus.PLANNED, not_before=not_before)

    def _in_trouble(self, batch: Batch, outcome: Refused) -> Transition:
        self._hold_back(outcome)
        return Transition(self._again(batch, self.held_until))

    def _hold_back(self, outcome: Refused) -> None:
        """Send nothing for a while: another batch would do no better. Batches that were in flight together fail
        together and count once.
        """
        now = self._clock.now()
        if now >= clamp_future(self.held_until, now):
            count = self._in_a_row[outcome.cause] + 1
            self._in_a_row[outcome.cause] = count
            self.held_until = self._later(count)
            if count > _MOST_IN_A_ROW[outcome.cause]:
                self.fatal = _fatal(outcome)

    def _question_refused(self, outcome: Refused) -> None:
        """Without this nobody would hear of a key that is revoked once everything was accepted.

        Nothing is at stake, so there is time for whoever puts a new key in the place of an old one.
        """
        now = self._clock.monotonic()
        if self._refused_since is None:
            self._refused_since = now
        elif now - self._refused_since >= self._tempo.wait(_REFUSED_FOR):
            self.fatal = _fatal(outcome)

    def _refused(self, batch: Batch, outcome: Refused, row_base: int | None, number: int) -> Transition:
        found = blame(batch, outcome, row_base)
        refused = replace(
            batch, status=BatchStatus.REFUSED, rejected=found.rejected, detail=outcome.reason, code=""
        )
        if not found.parts:
            return Transition(refused, row_base=found.row_base)
        if not self._afford(batch, len(found.parts)):
            return Transition(replace(refused, code="REFUSED_AS_A_GROUP"), row_base=found.row_base)
        split = replace(refused, status=BatchStatus.SPLIT)
        return Transition(split, self._children(batch, found.parts, number), row_base=found.row_base)

    def _failed(self, batch: Batch, number: int) -> Transition:
        failed = replace(batch, failures=batch.failures + 1)
        if failed.failures <= _WHOLE_AGAIN:
            return Transition(self._again(failed, self._later(failed.failures)))
        if batch.rows == 1 or not self._afford(batch, 2):
            return Transition(replace(failed, status=BatchStatus.ABANDONED, code="BATCH_FAILED"))
        children = self._children(failed, halves(batch.spans), number)
        return Transition(replace(failed, status=BatchStatus.SPLIT), children)

    def _afford(self, batch: Batch, parts: int) -> bool:
        cost = _cost(batch, parts)
        if self._spent + cost > EXTRA_BATCHES:
            return False
        self._spent += cost
        return True

    def _pending(self, batch: Batch, found: Pending) -> Transition:
        asked = replace(batch, polls=batch.polls + 1, detail=found.status)
        waited = self._clock.now() - batch.accepted_at
        if found.refused is not None:
            self._question_refused(found.refused)
            return Transition(asked)
        if not found.known and waited > self._tempo.wait(_FORGOTTEN_AFTER) and asked.polls >= _ASKED_AT_LEAST:
            # The destination no longer knows it: whether it was imported is as unknown as without a reply.
            return self._unknown(asked, Unknown("ActiveCampaign does not know the batch any more"))
        if found.throttled:
            return self._throttled(asked, found.retry_after, found.status)
        return Transition(asked)

    def _children(self, batch: Batch, parts: Sequence[tuple[Span, ...]], number: int) -> tuple[Batch, ...]:
        """What is uncertain about the rows stays so in the new batches: an earlier copy may have been
        imported.
        """
        return tuple(
            Batch(number + offset, spans, parent=batch.number, doubts=batch.doubts, failures=batch.failures)
            for offset, spans in enumerate(parts)
        )

    def _later(self, count: int) -> float:
        return self._clock.now() + self._tempo.wait(min(2.0 ** (count - 1), _LONGEST_BACK_OFF))

    def _reset(self) -> None:
        self._in_a_row = dict.fromkeys(_MOST_IN_A_ROW, 0)
        self.held_until = 0.0


def _fatal(outcome: Refused) -> LelekaError:
    if outcome.cause is Cause.FORBIDDEN:
        return NeedsAttention("KEY_REFUSED.run", reason=outcome.reason.removesuffix("."))
    if outcome.cause is Cause.NOT_FOUND:
        return NeedsAttention("ACCOUNT_NOT_FOUND.run", reason=outcome.reason.removesuffix("."))
    if outcome.cause is Cause.REDIRECTED:
        return NeedsAttention("HOST_REDIRECTS.run", reason=outcome.reason.removesuffix("."))
    return TryLater("UNREACHABLE", reason=outcome.reason.removesuffix("."))
