"""Running exports: claim, execute, report."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Count
from structlog.contextvars import bound_contextvars

from leleka.core.memory import shortage
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import LeaseLost, RunCanceled
from leleka.engine.attentive_clock import AttentiveClock
from leleka.engine.run import execute
from leleka.engine.run_spec import Watcher
from leleka.errors import Conflict, LelekaError, NeedsAttention
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import require_export
from leleka.services.connections import export_user
from leleka.services.connections.open_destination import opened
from leleka.services.exports import queries as export_queries
from leleka.services.exports.queries import find_by_name
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import database_outage, lake_sessions
from leleka.services.monitoring import process_identity, workers
from leleka.services.refresh.queue import in_the_way, waits_for
from leleka.services.runs import asker
from leleka.services.runs.commands import ask_run
from leleka.services.runs.contracts import RunView
from leleka.services.runs.queries import view_of
from leleka.state.lease import RUN_LEASE
from leleka.state.models import BatchRow, Connection, Run, RunStatus
from leleka.state.outbox import DjangoOutbox
from leleka.state.request_slots import AccountSlots
from leleka.warehouse.engines.port import OutOfMemory
from leleka.worker import snapshot_pruning
from leleka.worker.job_context import JobContext
from leleka.worker.refresh import runner as refresh_runner
from leleka.worker.runs import audited_outbox, frozen_configuration
from leleka.worker.runs.failure import settle_and_fail
from leleka.worker.runs.key_reload import KeyReloader
from leleka.worker.runs.late_confirmations import settle_late
from leleka.worker.runs.lost_snapshots import begin_anew_if_lost
from leleka.worker.runs.progress import ProgressRecorder
from leleka.worker.runs.suppression_cache import StoredSuppressionCache
from leleka.worker.runs.waiting_addresses import waiting_addresses

log = structlog.get_logger(__name__)
_ON_ITS_WAY: Final = 1.0  # seconds for which what left last may travel
_STILL_ASKING: Final = 30.0  # seconds: the longest question
_LOOK: Final = 1.0  # seconds


def run_export(
    actor: Actor, name: str, clock: Clock, watcher: Watcher, *, refresh: bool = True, resend: bool = False
) -> RunView:
    """Run an export, or go on with its live run where that stopped; return how it ended.

    ``resend`` sends rows again that ActiveCampaign refused before, though they did not change. Raises
    ``Forbidden``, ``Conflict`` RUN_IN_PROGRESS where another process works on the live run.
    """
    export = find_by_name(name)
    require_export(actor, export)
    export_queries.connection_of(export)
    live = Run.objects.filter(export=export, finished_at__isnull=True).first()
    if live is None:
        number = ask_run(actor, name, refresh=refresh, resend=resend)
    else:
        number = live.pk
        watcher.stage(Message("GOING_ON", run=number))
    return go_on(number, clock, watcher)


def go_on(number: int, clock: Clock, watcher: Watcher) -> RunView:
    """Work on a live run until it ends, or waits to be confirmed.

    Raises what kept it from beginning (it is remembered as failed), and ``Conflict`` as ``run_export`` does.
    """
    run = Run.objects.select_related("export").get(pk=number)
    if run.finished_at is None and run.status != RunStatus.NEEDS_CONFIRMATION:
        with bound_contextvars(run=run.pk, export=run.export_id), lake_sessions.session() as session:
            _see_through(JobContext(session, clock, ProgressRecorder(watcher, run, clock)), run)
            log.info("run left", status=Run.objects.values_list("status", flat=True).get(pk=run.pk))
        snapshot_pruning.prune(clock)
    return view_of(Run.objects.select_related("export").get(pk=number))


def _see_through(job: JobContext, run: Run) -> None:
    """Work on a run until it ends or waits for somebody.

    A database that is away for a while only interrupts it: what was not written down is not sent, and whatever was
    in flight counts as unanswered when the run is taken up again from what the database holds (faults 48, 51, 52).
    """
    patience = database_outage.Patience(
        installation_configuration.configuration().database_patience_seconds, job.clock, job.say
    )
    mine = None
    while True:
        try:
            if mine is not None:
                run.refresh_from_db()
            if run.fence == mine and (run.finished_at or run.status == RunStatus.NEEDS_CONFIRMATION):
                return  # the commit arrived, only its answer did not
            outbox = _claim(job, run, was_mine=run.fence == mine)
            mine = run.fence
            patience.answered(_progress(run))
            _work(job, run, outbox)
        except database_outage.ERRORS as error:
            patience.after(error)
        else:
            return


def _progress(run: Run) -> object:
    """Return something that is another once the run got any further."""
    standing = BatchRow.objects.filter(run=run).values_list("status").annotate(Count("pk")).order_by("status")
    return run.plan, tuple(standing)


def _claim(job: JobContext, run: Run, *, was_mine: bool) -> DjangoOutbox:
    """Become the owner; waits for the lease of an owner of whom nothing is known to run out."""
    lease, clock = installation_configuration.configuration().lease_seconds, job.clock
    first_lease = run.lease_until
    while True:
        dead = was_mine or not run.worker or process_identity.is_dead(run.worker)
        fence = RUN_LEASE.claim(
            run, worker=process_identity.me(), now=clock.now(), lease_seconds=lease, previous_is_dead=dead
        )
        if fence is not None:
            run.refresh_from_db()
            _let_go(run, clock.now() + (_ON_ITS_WAY if dead else _STILL_ASKING))
            return audited_outbox.AuditedOutbox(run, fence, clock=clock, lease_seconds=lease)
        run.refresh_from_db()
        if run.finished_at is not None or run.lease_until > first_lease:
            raise Conflict("RUN_IN_PROGRESS", where=run.export.name, run=run.pk)
        if run.status == RunStatus.NEEDS_CONFIRMATION:
            raise Conflict("RUN_IN_PROGRESS.waiting", where=run.export.name, run=run.pk)
        left = run.lease_until - clock.now()
        job.say(Message("WAITING_FOR_OWNER", seconds=left, run=run.pk))
        clock.sleep(1.0)
        run.refresh_from_db()


def _work(job: JobContext, run: Run, outbox: DjangoOutbox) -> None:
    try:
        begin_anew_if_lost(job, run)
        if not run.is_frozen:
            _freeze(job, run, outbox)
        clock = AttentiveClock(job.clock, outbox.keep_alive)
        with opened(_frozen_connection(run), clock, holder=_holder(run)) as account:
            if not run.plan:
                settle_late(job, run.account, account, outbox.keep_alive)
            spec = frozen_configuration.spec_of(run.export, run.account, run.configuration)

            def waiting() -> set[str]:
                return waiting_addresses(job, run.account, account, of_others_than=run.pk)

            spec = replace(spec, waiting=waiting)
            watch = KeyReloader(lambda: _frozen_connection(run), account.destination, job.clock, job.watcher)
            cache = StoredSuppressionCache(job, run, account.time_scale)
            execute(
                spec, frozen_configuration.context_of(replace(job, watcher=watch), account, cache), outbox
            )
    except LeaseLost:
        raise
    except LelekaError as error:
        settle_and_fail(job.session, run, outbox, error)
        if not run.is_frozen and not isinstance(error, RunCanceled):
            raise  # it never began: whoever asked for it is told
    except OutOfMemory:
        log.exception("a run had too little memory", run=run.pk)
        settle_and_fail(job.session, run, outbox, NeedsAttention("MEMORY_LIMIT.query"))
    except Exception as error:  # a bug: the run fails, the traceback is logged, nothing is retried blindly
        if database_outage.trouble(error):
            raise  # nothing can be written down: the run stays as it is, for whoever takes it up
        log.exception("run failed unexpectedly", run=run.pk)
        bug = shortage(error) or NeedsAttention("INTERNAL_ERROR")
        settle_and_fail(job.session, run, outbox, bug)
    finally:
        # Whoever takes up a run that waits for confirmation, or was interrupted, need not wait for the lease.
        with suppress(*database_outage.ERRORS):
            RUN_LEASE.release(run.pk, run.fence)


def _let_go(run: Run, until: float) -> None:
    """Let go of the requests of whoever owned a run before; one who lives sends nothing any more, and may still ask."""
    AccountSlots(run.account_id).change(lambda traffic: traffic.released(_holder(run), until))


def _holder(run: Run) -> str:
    return f"run {run.pk}"


def _freeze(job: JobContext, run: Run, outbox: DjangoOutbox) -> None:
    """Bring up to date what the export needs, and fix what this run keeps to from here on."""
    run.acts_as = export_user.name_now(export_queries.connection_of(run.export), run)
    asker.refuse_to_begin(run)
    _refuse_if_moved(run)
    _let_refreshes_end(job, run, outbox)
    asked = run.configuration
    if asked.refresh:
        frozen_configuration.refresh_for(job, run.export)
        _stop_if_canceled(outbox)
    frozen = frozen_configuration.freeze(job, run.export)
    _stop_if_canceled(outbox)
    kept = replace(frozen, resend=asked.resend, refresh=asked.refresh, by_operator=asked.by_operator)
    run.config = kept.to_data()
    with transaction.atomic():
        mine = Run.objects.filter(pk=run.pk, fence=run.fence, finished_at__isnull=True)
        if mine.update(config=run.config, acts_as=run.acts_as):
            audited_outbox.record_began(run)


def _let_refreshes_end(job: JobContext, run: Run, outbox: DjangoOutbox) -> None:
    """Wait while something the export needs is being brought up to date (CI-S5). What a dead process left is taken up
    where no worker is there to do it: nobody else would, ever.
    """
    while names := in_the_way(run.export):
        job.say(waits_for(names))
        _stop_if_canceled(outbox)
        left = None if workers.alive(job.clock) else refresh_runner.next_to_walk(job.clock)
        if left is None:
            job.clock.sleep(_LOOK)
        else:
            refresh_runner.carry_out(left, job.clock, job.say)


def _refuse_if_moved(run: Run) -> None:
    """The outbox, the turns and the lane are those of the account and list for which the run was asked for."""
    export = run.export
    if (export_queries.connection_of(export).account_id, export.target) != (
        run.account_id,
        run.configuration.target,
    ):
        raise Conflict("EXPORT_MOVED", where=export.name)


def _stop_if_canceled(outbox: DjangoOutbox) -> None:
    if outbox.keep_alive():
        raise RunCanceled


def _frozen_connection(run: Run) -> Connection:
    """Return the connection the run began with; never one that leads elsewhere by now."""
    began = run.configuration
    connection = Connection.objects.filter(name=began.connection).first()
    if connection is None or connection.host != began.host:
        raise NeedsAttention(
            "CONNECTION_CHANGED",
            where=run.config["export"],
            connection=run.config["connection"],
            host=run.config["host"],
        )
    return connection
