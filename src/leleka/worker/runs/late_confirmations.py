"""Late confirmations: accepted batches belong to the account and are asked after whatever became of their run.

What is confirmed after the run's end updates the batch and the ledger, not the run's status or report.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from leleka.core.batches import rows_among, without
from leleka.core.outcomes import Accepted, Ending, Settled
from leleka.core.plan import Span, Verdict
from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import Batch, BatchStatus, RejectedRow
from leleka.core.statuses import Ended
from leleka.engine.read_back import ReadBack
from leleka.services.connections.open_destination import Opened
from leleka.services.installation import lake_sessions
from leleka.state.batch_rows import batch_of
from leleka.state.models import Account, BatchRow, Ledger, Run
from leleka.warehouse.lake_warehouse import LakeWarehouse
from leleka.worker.job_context import JobContext
from leleka.worker.runs.frozen_configuration import proof_at

KeepAlive = Callable[[], object]

_PENDING_IN_A_ROW: Final = 10
_ASKED_FOR: Final = 24 * 3600.0  # seconds after acceptance
# Requests: a run waits for them, and who stays unconfirmed is due again with it.
_MOST_READ_BACK: Final = 200


def accounts_to_ask(clock: Clock) -> Sequence[int]:
    """Return the ids of accounts with accepted batches of finished runs that may still be confirmed."""
    left = BatchRow.objects.filter(
        run__finished_at__isnull=False,
        status=BatchStatus.ACCEPTED,
        accepted_at__gt=clock.now() - _ASKED_FOR,
    )
    return sorted(set(left.values_list("run__account", flat=True)))


def settle_late(job: JobContext, account: Account, opened: Opened, pulse: KeepAlive) -> int:
    """Ask once after each accepted batch of the account's finished runs; return how many came to an end.

    ``pulse`` is called between questions. A queue that does not move is not asked about to its end.
    """
    since = job.clock.now() - opened.time_scale.wait(_ASKED_FOR)
    left = BatchRow.objects.filter(
        run__account=account,
        run__finished_at__isnull=False,
        status=BatchStatus.ACCEPTED,
        accepted_at__gt=since,
    )
    ended = 0
    for run in Run.objects.filter(pk__in=left.values("run")).select_related("export").order_by("pk"):
        ended += _settle_run(job, run, left.filter(run=run), opened, pulse)
    return ended


def _settle_run(job: JobContext, run: Run, rows: QuerySet[BatchRow], opened: Opened, pulse: KeepAlive) -> int:
    lake = lake_sessions.lake()
    warehouse = LakeWarehouse(job.session, lake)
    # Without its plan it is not known whose rows they were, and the ledger is unsure of everybody.
    is_lost = not lake.is_sound(run.plan)
    changed: list[tuple[BatchRow, Batch]] = []
    ended: list[tuple[Batch, Settled, Sequence[RejectedRow]]] = []
    pending = 0
    for row in rows.order_by("number"):
        pulse()
        if pending == _PENDING_IN_A_ROW:
            break
        batch = batch_of(row)
        found = opened.destination.poll(Accepted(batch.remote_id))
        pending = 0 if isinstance(found, Settled) else pending + 1
        if isinstance(found, Settled):
            rejected = () if is_lost else _rejected(warehouse, run.plan, batch, found)
            changed.append((row, batch))
            ended.append((batch, found, rejected))
            row.status, row.code = _standing(found)
            row.created = found.created
            row.rejected = [[one.seq, one.code, one.detail] for one in rejected]
    if not changed:
        return 0
    target, most = run.configuration.target, _MOST_READ_BACK
    reading = ReadBack(opened.destination, warehouse, target, pulse=pulse, tell=job.say, most=most)
    verdicts = () if is_lost else _told(reading, run, ended)
    before, after = _confirmed(warehouse, run, verdicts)
    with transaction.atomic():
        if after is not None and not _move(run, before, after):
            return 0  # a run of the export settled meanwhile: asked again next time
        for row, _ in changed:
            row.save(update_fields=("status", "code", "rejected", "created"))
    return len(changed)


def _told(
    reading: ReadBack, run: Run, ended: Sequence[tuple[Batch, Settled, Sequence[RejectedRow]]]
) -> Sequence[Verdict]:
    """Return the verdicts of batches that ended. Of additions that are not on the list now nothing is said: the run has
    called them unconfirmed, and so they stay.
    """
    done = [
        replace(batch, status=BatchStatus.CONFIRMED, rejected=tuple(rejected), created=found.created)
        for batch, found, rejected in ended
        if found.ending is Ending.COMPLETED
    ]
    unproven, _ = reading.missing(run.plan, done, proof_at(run.account))
    return [one for batch, found, rejected in ended for one in _verdicts(batch, found, rejected, unproven)]


def _confirmed(
    warehouse: LakeWarehouse, run: Run, verdicts: Sequence[Verdict]
) -> tuple[str | None, str | None]:
    """Return the ledger and the one that follows from the verdicts, None where it stays. One that is damaged stays: it
    is rebuilt from outcomes, which doubt these people.
    """
    ledgers = Ledger.objects.filter(export=run.export, account=run.account, target=run.configuration.target)
    before = ledgers.values_list("snapshot", flat=True).first()
    if not verdicts or (before is not None and not lake_sessions.lake().is_sound(before)):
        return before, None
    leavers = run.configuration.leavers
    after = warehouse.confirm(
        run.plan, name=run.export.name, ledger=before, leavers=leavers, verdicts=verdicts
    )
    return before, after


def _move(run: Run, before: str | None, after: str) -> bool:
    key = {"export": run.export, "account": run.account, "target": run.configuration.target}
    if before is None:
        return Ledger.objects.get_or_create(**key, defaults={"snapshot": after})[1]
    return bool(Ledger.objects.filter(**key, snapshot=before).update(snapshot=after))


def _rejected(warehouse: LakeWarehouse, plan: str, batch: Batch, found: Settled) -> Sequence[RejectedRow]:
    seqs = warehouse.sequence(plan, found.failures, batch.spans)
    return [RejectedRow(seq, "NOT_IMPORTED", "") for seq in sorted(seqs.values())]


def _verdicts(
    batch: Batch, found: Settled, rejected: Sequence[RejectedRow], unproven: Collection[int]
) -> list[Verdict]:
    """A batch that failed leaves the ledger as it is: its rows are due again already."""
    if found.ending is not Ending.COMPLETED:
        return []
    doubted = batch.doubts + batch.failures > 0
    told = [Verdict(Span(row.seq, row.seq), Ended.REJECTED, row.code, "", doubted) for row in rejected]
    rest = without(batch.spans, (row.seq for row in rejected))
    rest = without(rest, rows_among(rest, unproven))
    return [*told, *(Verdict(span, Ended.DELIVERED) for span in rest)]


def _standing(found: Settled) -> tuple[str, str]:
    if found.ending is Ending.COMPLETED:
        return BatchStatus.CONFIRMED, ""
    return BatchStatus.ABANDONED, "BATCH_FAILED"
