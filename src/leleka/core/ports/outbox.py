"""The outbox: batches and attempts, written down before anything is sent (I-4)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from leleka.core.messages import Message
from leleka.core.outcomes import Outcome
from leleka.core.plan import Planned, SettledRun, Span
from leleka.errors import Conflict

MAX_LEASE_SECONDS: Final = 3600.0  # seconds; an account is never paused for longer than a quarter of that


class BatchStatus(StrEnum):
    PLANNED = "planned"  # to be sent: for the first time, or again after a definite refusal or failure
    SENDING = "sending"  # written ahead; after a crash it counts as unknown
    UNKNOWN = "unknown"  # sent, no usable reply: goes again with the same bytes
    ACCEPTED = "accepted"  # queued at the destination, which does not mean delivered
    CONFIRMED = "confirmed"  # processed by the destination
    SPLIT = "split"  # its rows went into other batches, except those in ``rejected``
    REFUSED = "refused"  # refused for good
    ABANDONED = "abandoned"  # given up: no reply, or the destination could not process it


FINAL = frozenset({BatchStatus.CONFIRMED, BatchStatus.SPLIT, BatchStatus.REFUSED, BatchStatus.ABANDONED})


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that the destination refused, by its seq in the plan."""

    seq: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are sent in one request. Times are seconds since 1970.

    ``sha256`` is fixed by the first write-ahead. ``tries`` counts attempts, ``doubts`` those whose outcome is
    unknown, ``failures`` how often the destination accepted the batch and then failed it; ``dropped`` rows
    were removed before sending; ``created`` is how many contacts the destination named as new; ``code`` says why a
    final batch was not delivered.
    """

    number: int
    spans: tuple[Span, ...]
    status: BatchStatus = BatchStatus.PLANNED
    parent: int | None = None
    sha256: str = ""
    tries: int = 0
    doubts: int = 0
    failures: int = 0
    not_before: float = 0.0
    remote_id: str = ""
    accepted_at: float = 0.0
    polls: int = 0
    rejected: tuple[RejectedRow, ...] = ()
    dropped: tuple[RejectedRow, ...] = ()
    created: int | None = None
    code: str = ""
    detail: str = ""

    @property
    def rows(self) -> int:
        return sum(span.rows for span in self.spans)


@dataclass(frozen=True, slots=True)
class AccountState:
    """What all runs of an account share. Times are seconds since 1970; ``row_base`` is 0, 1 or None."""

    next_send_at: float = 0.0
    paused_until: float = 0.0
    pause_reason: str = ""
    row_base: int | None = None


@dataclass(frozen=True, slots=True)
class RunState:
    """The state of a run when a worker takes it up. ``plan`` is empty until it is planned."""

    plan: str
    batches: tuple[Batch, ...]


def clamp_future(moment: float, now: float) -> float:
    """Return ``moment``, until which to wait; no wait lasts for hours, so a moment that far off was set when
    the clock was wrong and counts as over: as 0, which is before every ``now`` that it may be compared with (fault 58).
    """
    return moment if moment <= now + MAX_LEASE_SECONDS else 0.0


class LeaseLost(Conflict):
    """Another worker owns the run now; this one must not write any more."""

    def __init__(self) -> None:
        super().__init__("LEASE_LOST")


class RunCanceled(Conflict):
    """Somebody asked to stop the run while it was being planned: nothing was sent."""

    def __init__(self) -> None:
        super().__init__("RUN_CANCELED")


class LaneLost(Conflict):
    """Another run of the account is delivering now: this one must queue again before it sends."""

    def __init__(self) -> None:
        super().__init__("LANE_LOST")


class Outbox(Protocol):
    """The durable state of one run, for the worker that holds its lease.

    Every write is one transaction, durable before the call returns, and conditional on the fence:
    ``LeaseLost`` is raised if another worker owns the run by now.
    """

    def load(self) -> RunState:
        """Read everything; attempts that were left in flight are returned as unknown."""
        ...

    def keep_alive(self) -> bool:
        """Renew the lease after a third of its duration; return whether cancellation of the run was
        requested.
        """
        ...

    def lease_left(self) -> float:
        """Return for how many seconds this worker still owns the run, by the monotonic clock."""
        ...

    def planned(self, planned: Planned, batches: Sequence[Batch], *, needs_confirmation: Message) -> None:
        """Store the plan and its batches; a reason in ``needs_confirmation`` makes the run wait."""
        ...

    def take_lane(self) -> Message:
        """Try to become the account's one delivering run; return nothing, or what to say of the run ahead."""
        ...

    def release_lane(self) -> None:
        """Let the next run of the account deliver."""
        ...

    def account(self) -> AccountState:
        """Read what the account's runs share."""
        ...

    def pause(self, until: float, reason: str) -> None:
        """Do not let any run of the account send before ``until``."""
        ...

    def learn_row_base(self, base: int) -> None:
        """Store whether this account's replies count rows from 0 or from 1."""
        ...

    def write_ahead(self, batches: Sequence[Batch], *, next_send_at: float) -> None:
        """Commit the next attempt of each batch (its ``tries``-th, with its ``sha256``) before its POST.

        Raises ``LaneLost``, and writes nothing, if this run does not hold the account's delivery lane.
        """
        ...

    def together(self) -> AbstractContextManager[None]:
        """Make the writes within it one transaction: what came back at one moment costs one commit. Where it is left by
        an exception, nothing of it was written.
        """
        ...

    def answered(self, batch: Batch, outcome: Outcome, children: Sequence[Batch] = ()) -> None:
        """Record the outcome of an attempt, the batch as it now is, and batches made of its rows."""
        ...

    def polled(self, batch: Batch, children: Sequence[Batch] = ()) -> None:
        """Record what a poll found, or that a batch was given up. The latest attempt of a batch that became
        unknown, or that was never answered, counts as unknown from now on (F2).
        """
        ...

    def anybody_suppressed(self) -> bool:
        """Return whether the account's own suppression set is non-empty."""
        ...

    def suppressed_among(self, addresses: Sequence[str]) -> AbstractSet[str]:
        """Return those of ``addresses`` that are in the account's own suppression set at this
        moment (I-20).
        """
        ...

    def ledger(self) -> str | None:
        """Return the pointer to the current ledger."""
        ...

    def finish(
        self, settled: SettledRun, *, before: str | None, error: Exception | None, canceled: bool
    ) -> None:
        """End the run: status, counts and the ledger's pointer change together, the pointer only from
        ``before``: ``LeaseLost`` if it is another one by now. The lane is free afterwards.
        """
        ...

    def fail(self, error: Exception) -> None:
        """End a run that could not be planned or was canceled meanwhile; the ledger stays as it is."""
        ...
