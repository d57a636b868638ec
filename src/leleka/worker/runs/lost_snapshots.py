"""Taking up a run whose snapshots were lost or damaged: what was not sent yet is begun anew, what was ends the run."""

from dataclasses import replace

from django.db import transaction

from leleka.core.messages import Message
from leleka.core.run_configuration import Frozen, RunConfiguration
from leleka.errors import LelekaError, NeedsAttention
from leleka.services.installation import lake_sessions
from leleka.state.models import AttemptRow, BatchRow, Ledger, Run
from leleka.state.outbox import DjangoOutbox
from leleka.warehouse import ledger_repair
from leleka.warehouse.engines.port import Engine, EngineError
from leleka.worker.job_context import JobContext


def begin_anew_if_lost(job: JobContext, run: Run) -> None:
    """Let a run of which nothing was sent make again what it lost: its plan, or all that it froze.

    A plan that was made again has to be confirmed again. Raises ``NeedsAttention`` PLAN_LOST for a run that has sent.
    """
    lake, configuration = lake_sessions.lake(), run.configuration
    if (run.plan and lake.is_sound(run.plan)) or configuration.frozen is None:
        return
    if AttemptRow.objects.filter(batch__run=run.pk).exists():
        raise NeedsAttention("PLAN_LOST", where=f"run {run.pk}")
    kept = all(map(lake.is_sound, _frozen_snapshots(configuration, configuration.frozen)))
    if kept and not run.plan:
        return
    job.say(Message("BEGINNING_ANEW"))
    run.plan = ""
    if not kept:
        run.config = replace(configuration, frozen=None).to_data()
    with transaction.atomic():
        mine = Run.objects.filter(pk=run.pk, fence=run.fence, finished_at__isnull=True)
        if mine.update(plan="", config=run.config, confirmed_by="", confirmed_at=None):
            BatchRow.objects.filter(run=run.pk).delete()


def _frozen_snapshots(configuration: RunConfiguration, frozen: Frozen) -> set[str]:
    members = {one.snapshot for one in configuration.segments}
    measures = {snapshot for _, snapshot in frozen.measures}
    beside = {one for pair in frozen.elsewhere for one in pair}
    return members | measures | beside | {frozen.profiles, frozen.addresses}


def fail_unsettled(session: Engine, run: Run, outbox: DjangoOutbox, error: LelekaError) -> None:
    """End a run that has sent and cannot be settled. What it changed at the list is written down nowhere: its ledger
    holds the same people, and is sure of nobody (I-6).
    """
    lake, before, after = lake_sessions.lake(), _ledger_of(run), ""
    if before is not None and lake.is_sound(before.snapshot):
        try:
            after = ledger_repair.doubted(session, lake, name=run.export.name, ledger=before.snapshot)
        except (EngineError, MemoryError, OSError):
            after = _none_there(run)
    _fail(outbox, error, before, after)


def fail_unasked(run: Run, outbox: DjangoOutbox, error: LelekaError) -> None:
    """End a run over which every query kills its process: without one its ledger can only be given up (I-6)."""
    has_sent = AttemptRow.objects.filter(batch__run=run.pk).exists()
    _fail(outbox, error, _ledger_of(run), _none_there(run) if has_sent else "")


def _ledger_of(run: Run) -> Ledger | None:
    key = {"export": run.export, "account": run.account, "target": run.configuration.target}
    return Ledger.objects.filter(**key).first()


def _none_there(run: Run) -> str:
    """Return a pointer to nothing: the ledger has to be rebuilt before anything is sent."""
    return f"ledgers/lost/run-{run.pk}"


def _fail(outbox: DjangoOutbox, error: LelekaError, before: Ledger | None, after: str) -> None:
    with transaction.atomic():
        outbox.fail(error)
        if before is not None and after:
            Ledger.objects.filter(pk=before.pk, snapshot=before.snapshot).update(snapshot=after)
