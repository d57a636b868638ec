"""The outbox in the database: intent and attempt, written down before anything leaves (I-4)."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from leleka.core.clock import utc_now
from leleka.core.messages import NOTHING, Message
from leleka.core.outcomes import Outcome
from leleka.core.plan import Planned, SettledRun
from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import (
    MAX_LEASE_SECONDS,
    AccountState,
    Batch,
    BatchStatus,
    LaneLost,
    LeaseLost,
    RunCanceled,
    RunState,
)
from leleka.errors import LelekaError
from leleka.messages.progress import in_english
from leleka.messages.stored import problem_data, said_data
from leleka.state import suppression
from leleka.state.attempt_rows import Attempts
from leleka.state.batch_rows import Batches
from leleka.state.lease import RUN_LEASE, is_over
from leleka.state.models import Account, AttemptRow, BatchRow, Ledger, Run, RunStatus
from leleka.state.prepared_statements import PreparedSelect, PreparedUpdate

log = structlog.get_logger(__name__)
_LANE = PreparedUpdate(Account, ("next_send_at",), ("id", "lane"))
_ACCOUNT = PreparedSelect(Account, ("next_send_at", "paused_until", "pause_reason", "row_base"), "id")
_LOOK_EVERY = 0.5  # seconds between two looks for a cancel
_PAUSE_REASON = Account._meta.get_field("pause_reason").max_length
_LONGEST_REASON = Run._meta.get_field("confirmation_reason").max_length


class DjangoOutbox:
    """``core.ports.outbox.Outbox`` for the worker that claimed ``run`` and got ``fence``."""

    def __init__(self, run: Run, fence: int, *, clock: Clock, lease_seconds: float) -> None:
        self._run_id = run.pk
        self._export_id = run.export_id
        self._account_id = run.account_id
        self._row = run
        self._fence = fence
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._lease_end = clock.monotonic() + lease_seconds
        self._looked_at = -_LOOK_EVERY
        self._canceling = False
        self._batches = Batches(run.pk)
        self._attempts = Attempts(self._batches.ids, fence)
        self._within = False  # a transaction of ``together``

    def load(self) -> RunState:
        with transaction.atomic():
            self._guard()
            left = AttemptRow.objects.filter(batch__run=self._run_id, outcome="")
            left.update(outcome=AttemptRow.Outcome.UNKNOWN, reason="the process ended before the answer")
            rows = list(BatchRow.objects.filter(run=self._run_id).order_by("number"))
            for row in rows:
                if row.status == BatchStatus.SENDING:
                    row.status, row.doubts = BatchStatus.UNKNOWN, row.doubts + 1
                    row.save(update_fields=("status", "doubts"))
            run = Run.objects.get(pk=self._run_id)
        return RunState(run.plan, self._batches.loaded(rows))

    def keep_alive(self) -> bool:
        now = self._clock.monotonic()
        if now - self._looked_at < _LOOK_EVERY:
            return self._canceling
        self._looked_at = now
        run = Run.objects.only("fence", "finished_at", "cancel_requested_at").get(pk=self._run_id)
        if run.fence != self._fence or run.finished_at is not None:
            raise LeaseLost
        if self.lease_left() < self._lease_seconds * 2 / 3:
            with transaction.atomic():
                self._guard()
        self._canceling = run.cancel_requested_at is not None
        return self._canceling

    def lease_left(self) -> float:
        return self._lease_end - self._clock.monotonic()

    def planned(self, planned: Planned, batches: Sequence[Batch], *, needs_confirmation: Message) -> None:
        status = RunStatus.NEEDS_CONFIRMATION if needs_confirmation else RunStatus.PROCESSING
        self._looked_at = -_LOOK_EVERY  # who cancels from now on is seen at once
        with transaction.atomic():
            self._guard()
            mine = Run.objects.filter(pk=self._run_id)
            if mine.filter(cancel_requested_at__isnull=False).exists():
                status = RunStatus.CANCELING
            mine.update(
                plan=planned.reference,
                counts=asdict(planned.counts),
                notes=[said_data(note) for note in planned.notes],
                confirmation_reason=in_english(needs_confirmation)[:_LONGEST_REASON],
                confirmation_told=said_data(needs_confirmation),
                status=status,
            )
            self._batches.create(batches)

    def take_lane(self) -> Message:
        with transaction.atomic():
            self._guard()
            now = self._clock.now()
            held = Account.objects.select_related("lane__export").get(pk=self._account_id).lane
            free = (
                held is None or held.pk == self._run_id or held.finished_at or is_over(held.lease_until, now)
            )
            if not free and held is not None:
                self._stands_in_line(there=True)
                return Message("QUEUED_BEHIND", run=held.pk, name=held.export.name)
            mine = Q(lane=held.pk) if held else Q(lane__isnull=True)
            taken = Account.objects.filter(mine, pk=self._account_id).update(lane=self._run_id)
            self._stands_in_line(there=not taken)
            return NOTHING if taken else Message("QUEUED_BEHIND_QUICKER")

    def _stands_in_line(self, *, there: bool) -> None:
        """*Queued* while another run of the account delivers, *Processing* from then on; a cancel stays one."""
        before, after = (
            (RunStatus.PROCESSING, RunStatus.QUEUED) if there else (RunStatus.QUEUED, RunStatus.PROCESSING)
        )
        Run.objects.filter(pk=self._run_id, fence=self._fence, status=before).update(status=after)

    def release_lane(self) -> None:
        with transaction.atomic():
            self._guard()
            self._leave_lane()

    def account(self) -> AccountState:
        row = _ACCOUNT.first(self._account_id)
        if row is None:
            raise Account.DoesNotExist
        return AccountState(*row)

    def pause(self, until: float, reason: str) -> None:
        with self._writing():
            shorter = Q(paused_until__lt=until) | Q(paused_until__gt=self._clock.now() + MAX_LEASE_SECONDS)
            pausing = Account.objects.filter(shorter, pk=self._account_id)
            pausing.update(paused_until=until, pause_reason=reason[:_PAUSE_REASON])

    def learn_row_base(self, base: int) -> None:
        with self._writing():
            Account.objects.filter(pk=self._account_id).update(row_base=base)

    def write_ahead(self, batches: Sequence[Batch], *, next_send_at: float) -> None:
        now = self._clock.now()
        with transaction.atomic():
            self._guard()
            if not _LANE.row(next_send_at, self._account_id, self._run_id):
                raise LaneLost
            self._batches.update(batches)
            self._attempts.begin(batches, now)

    @contextmanager
    def together(self) -> Iterator[None]:
        with self._writing():
            self._within = True
            try:
                yield
            finally:
                self._within = False

    def answered(self, batch: Batch, outcome: Outcome, children: Sequence[Batch] = ()) -> None:
        with self._writing():
            self._attempts.end(batch, outcome)
            self._batches.update((batch,))
            self._batches.create(children)
        # Never the reason: what the far side says may quote whom it speaks of.
        log.debug(
            "batch answered", batch=batch.number, attempt=batch.tries, rows=batch.rows, status=batch.status
        )

    def polled(self, batch: Batch, children: Sequence[Batch] = ()) -> None:
        with self._writing():
            if batch.status is BatchStatus.UNKNOWN or batch.code == "NO_ANSWER":
                self._attempts.forget(batch, batch.detail)
            self._batches.update((batch,))
            self._batches.create(children)

    def anybody_suppressed(self) -> bool:
        return suppression.anybody(self._account_id)

    def suppressed_among(self, addresses: Sequence[str]) -> AbstractSet[str]:
        return suppression.among(self._account_id, addresses)

    def ledger(self) -> str | None:
        return self._ledgers().values_list("snapshot", flat=True).first()

    def finish(
        self, settled: SettledRun, *, before: str | None, error: Exception | None, canceled: bool
    ) -> None:
        with transaction.atomic():
            if settled.ledger:
                self._move_ledger(before, settled.ledger)
            self._guard(
                status=_final_status(settled, error=error, canceled=canceled),
                outcomes=settled.outcomes,
                counts=asdict(settled.counts),
                problems=problems_of(error),
                **self._noted(settled),
                requests=AttemptRow.objects.filter(batch__run=self._run_id).count(),
                finished_at=utc_now(self._clock),
            )
            self._leave_lane()

    def fail(self, error: Exception) -> None:
        canceled = isinstance(error, RunCanceled)
        status = RunStatus.CANCELED if canceled else RunStatus.FAILED
        problems = [] if canceled else problems_of(error)
        with transaction.atomic():
            self._guard(status=status, problems=problems, finished_at=utc_now(self._clock))
            self._leave_lane()

    def _noted(self, settled: SettledRun) -> dict[str, Any]:
        """What is said twice, of the plan and of what came after it, is kept once."""
        if not settled.notes:
            return {}
        kept: list[dict[str, Any]] = Run.objects.values_list("notes", flat=True).get(pk=self._run_id)
        fresh = [said_data(note) for note in settled.notes]
        return {"notes": [*kept, *(note for note in fresh if note not in kept)]}

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self._within:
            yield
            return
        with transaction.atomic():
            self._guard()
            yield

    def _guard(self, **changes: object) -> None:
        """Renew the lease, with ``changes`` of the run, or raise where the run has another owner."""
        started = self._clock.monotonic()  # first: what this worker believes must end before what others see
        until = self._clock.now() + self._lease_seconds
        RUN_LEASE.renew(self._run_id, self._fence, until, **changes)
        self._lease_end = started + self._lease_seconds

    @property
    def _target(self) -> str:
        return self._row.configuration.target

    def _leave_lane(self) -> None:
        Account.objects.filter(pk=self._account_id, lane=self._run_id).update(lane=None)

    def _ledgers(self) -> QuerySet[Ledger]:
        return Ledger.objects.filter(export=self._export_id, account=self._account_id, target=self._target)

    def _move_ledger(self, before: str | None, after: str) -> None:
        if before is None:
            _, moved = Ledger.objects.get_or_create(
                export_id=self._export_id,
                account_id=self._account_id,
                target=self._target,
                defaults={"snapshot": after},
            )
        else:
            moved = bool(self._ledgers().filter(snapshot=before).update(snapshot=after))
        if not moved:
            raise LeaseLost


def _final_status(settled: SettledRun, *, error: Exception | None, canceled: bool) -> RunStatus:
    counts = settled.counts
    if error is not None:
        return RunStatus.FAILED
    if canceled:
        return RunStatus.CANCELED
    if counts.rejected or counts.unconfirmed or counts.not_attempted or counts.warnings:
        return RunStatus.WITH_WARNINGS
    return RunStatus.SUCCESSFUL


def problems_of(error: Exception | None) -> list[dict[str, str]]:
    return [problem_data(problem) for problem in error.problems] if isinstance(error, LelekaError) else []
