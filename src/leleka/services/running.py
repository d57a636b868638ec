"""Running exports: claim, execute, report."""

from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from leleka.core.outbox import LeaseLost, RunCanceled
from leleka.core.ports import Clock
from leleka.core.saying import Said
from leleka.engine.run import Watcher, execute
from leleka.errors import Conflict, LelekaError, NeedsAttention
from leleka.services import acting, database, exports, pruning, store, workers
from leleka.services.audit import Actor, record
from leleka.services.connecting import opened
from leleka.services.contracts import RunView
from leleka.services.failing import settle_and_fail
from leleka.services.late import settle_late
from leleka.services.noting import Noting
from leleka.services.permissions import require_export
from leleka.services.readings import RunShelf
from leleka.services.refresh_order import in_the_way, waits_for
from leleka.services.rekeying import KeyWatch
from leleka.services.runs import view_of
from leleka.services.waiting import waiting_addresses
from leleka.state.claims import claim, release
from leleka.state.models import BatchRow, Connection, Export, Run, RunStatus, Trigger
from leleka.state.outbox import DjangoOutbox
from leleka.warehouse.session import Session

log = structlog.get_logger(__name__)
_LOOK: Final = 1.0  # seconds


def run_export(
    name: str, actor: Actor, clock: Clock, watcher: Watcher, *, refresh: bool = True, resend: bool = False
) -> RunView:
    """Run an export, or go on with its live run where that stopped; give how it ended.

    ``resend`` sends rows again that ActiveCampaign refused before, though they did not change. Raises
    ``Conflict`` RUN_IN_PROGRESS where another process works on the live run.
    """
    export = exports.find(name)
    exports.connection_of(export)
    run = Run.objects.filter(export=export, finished_at__isnull=True).first()
    if run is None:
        run = ask_run(actor, name, refresh=refresh, resend=resend)
    else:
        watcher.stage(Said("GOING_ON", run=run.pk))
    return go_on(run.pk, clock, watcher)


def go_on(number: int, clock: Clock, watcher: Watcher) -> RunView:
    """Work on a live run until it ends, or waits to be confirmed.

    Raises what kept it from beginning (it is remembered as failed), and ``Conflict`` as ``run_export`` does.
    """
    run = Run.objects.select_related("export").get(pk=number)
    if run.finished_at is None and run.status != RunStatus.NEEDS_CONFIRMATION:
        with bound_contextvars(run=run.pk, export=run.export_id), store.session() as session:
            _see_through(session, run, clock, Noting(watcher, run, clock))
            log.info("run left", status=Run.objects.values_list("status", flat=True).get(pk=run.pk))
        pruning.prune(clock)
    return view_of(Run.objects.select_related("export").get(pk=number))


def ask_run(
    actor: Actor,
    name: str,
    *,
    refresh: bool = True,
    resend: bool = False,
    trigger: str = Trigger.ON_DEMAND,
    tries: int = 1,
) -> Run:
    """Queue a run of an export; whoever claims it refreshes, freezes the configuration and sees it through.

    ``tries`` counts the runs of one due instant, this one included.
    """
    export = exports.find(name)
    require_export(actor, export)
    config = {**exports.outline(export), "resend": resend, "refresh": refresh}
    return _create(export, config, actor, trigger=trigger, tries=tries)


def _create(export: Export, config: dict[str, Any], actor: Actor, **values: Any) -> Run:
    now = timezone.now()
    connection = exports.connection_of(export)
    acts_as = acting.name_for(connection, actor)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                export=export,
                account=connection.account,
                config={**config, "by_operator": actor.is_operator},
                asked_by=actor.name,
                acts_as=acts_as,
                created_at=now,
                started_at=now,
                stepped_at=now,
                **values,
            )
            record(actor, "export run", export.name, {"run": run.pk})
    except IntegrityError:
        raise Conflict("RUN_IN_PROGRESS.started", where=export.name) from None
    return run


def _see_through(session: Session, run: Run, clock: Clock, watcher: Watcher) -> None:
    """Work on a run until it ends or waits for somebody.

    A database that is away for a while only interrupts it: what was not written down is not sent, and whatever was
    in flight counts as unanswered when the run is taken up again from what the database holds (faults 48, 51, 52).
    """
    patience = database.Patience(store.configuration().database_patience_seconds, clock, watcher.stage)
    mine = None
    while True:
        try:
            if mine is not None:
                run.refresh_from_db()
            if run.fence == mine and (run.finished_at or run.status == RunStatus.NEEDS_CONFIRMATION):
                return  # the commit arrived, only its answer did not
            outbox = _claim(run, clock, watcher, was_mine=run.fence == mine)
            mine = run.fence
            patience.answered(_progress(run))
            _work(session, run, outbox, clock, watcher)
        except database.ERRORS as error:
            patience.after(error)
        else:
            return


def _progress(run: Run) -> object:
    """Give something that is another once the run got any further."""
    standing = BatchRow.objects.filter(run=run).values_list("status").annotate(Count("pk")).order_by("status")
    return run.plan, tuple(standing)


def _claim(run: Run, clock: Clock, watcher: Watcher, *, was_mine: bool) -> DjangoOutbox:
    """Become the owner; waits for the lease of an owner of whom nothing is known to run out."""
    lease = store.configuration().lease_seconds
    first_lease = run.lease_until
    while True:
        dead = was_mine or not run.worker or workers.is_dead(run.worker)
        fence = claim(run, worker=workers.me(), now=clock.now(), lease_seconds=lease, previous_is_dead=dead)
        if fence is not None:
            run.refresh_from_db()
            return acting.AuditedOutbox(run, fence, clock=clock, lease_seconds=lease)
        run.refresh_from_db()
        if run.finished_at is not None or run.lease_until > first_lease:
            raise Conflict("RUN_IN_PROGRESS", where=run.export.name, run=run.pk)
        if run.status == RunStatus.NEEDS_CONFIRMATION:
            raise Conflict("RUN_IN_PROGRESS.waiting", where=run.export.name, run=run.pk)
        left = run.lease_until - clock.now()
        watcher.stage(Said("WAITING_FOR_OWNER", seconds=left, run=run.pk))
        clock.sleep(1.0)
        run.refresh_from_db()


def _work(session: Session, run: Run, outbox: DjangoOutbox, clock: Clock, watcher: Watcher) -> None:
    try:
        if not _is_frozen(run):
            _freeze(session, run, outbox, clock, watcher)
        with opened(_frozen_connection(run), clock) as account:
            if not run.plan:
                settle_late(session, run.account, account, clock, outbox.keep_alive)
            order = exports.order_of(run.export, run.account, run.config, resend_refused=run.config["resend"])

            def waiting() -> set[str]:
                return waiting_addresses(session, run.account, account, clock, of_others_than=run.pk)

            order = replace(order, waiting=waiting)
            shelf = RunShelf(session, run, clock, account.tempo)
            watch = KeyWatch(lambda: _frozen_connection(run), account.destination, clock, watcher)
            execute(order, exports.ground_of(session, account, clock, shelf), outbox, watch)
    except LeaseLost:
        raise
    except LelekaError as error:
        settle_and_fail(session, run, outbox, error)
        if not _is_frozen(run) and not isinstance(error, RunCanceled):
            raise  # it never began: whoever asked for it is told
    except Exception as error:  # a bug: the run fails, the traceback is logged, nothing is retried blindly
        if database.trouble(error):
            raise  # nothing can be written down: the run stays as it is, for whoever takes it up
        log.exception("run failed unexpectedly", run=run.pk)
        bug = NeedsAttention("INTERNAL_ERROR")
        settle_and_fail(session, run, outbox, bug)
    finally:
        # Whoever takes up a run that waits for confirmation, or was interrupted, need not wait for the lease.
        with suppress(*database.ERRORS):
            release(run.pk, run.fence)


def _is_frozen(run: Run) -> bool:
    return "profiles" in run.config


def _freeze(session: Session, run: Run, outbox: DjangoOutbox, clock: Clock, watcher: Watcher) -> None:
    """Bring up to date what the export needs, and fix what this run keeps to from here on."""
    acting.refuse_to_begin(exports.connection_of(run.export), run)
    _refuse_if_moved(run)
    _let_refreshes_end(run, outbox, clock, watcher)
    if run.config["refresh"]:
        exports.refresh_for(session, run.export, clock, watcher)
        _stop_if_canceled(outbox)
    config = exports.freeze(session, run.export, clock, watcher)
    _stop_if_canceled(outbox)
    run.config = {**run.config, **config}
    with transaction.atomic():
        mine = Run.objects.filter(pk=run.pk, fence=run.fence, finished_at__isnull=True)
        if mine.update(config=run.config):
            acting.record_began(run)


def _let_refreshes_end(run: Run, outbox: DjangoOutbox, clock: Clock, watcher: Watcher) -> None:
    """Wait while something the export needs is being brought up to date (CI-S5)."""
    while names := in_the_way(run.export):
        watcher.stage(waits_for(names))
        _stop_if_canceled(outbox)
        clock.sleep(_LOOK)


def _refuse_if_moved(run: Run) -> None:
    """The outbox, the turns and the lane are those of the account and list for which the run was asked for."""
    export = run.export
    if (exports.connection_of(export).account_id, export.target) != (run.account_id, run.config["target"]):
        raise Conflict("EXPORT_MOVED", where=export.name)


def _stop_if_canceled(outbox: DjangoOutbox) -> None:
    if outbox.keep_alive():
        raise RunCanceled


def _frozen_connection(run: Run) -> Connection:
    """Give the connection the run began with; never one that leads elsewhere by now."""
    connection = Connection.objects.filter(name=run.config["connection"]).first()
    if connection is None or connection.host != run.config["host"]:
        raise NeedsAttention(
            "CONNECTION_CHANGED",
            where=run.config["export"],
            connection=run.config["connection"],
            host=run.config["host"],
        )
    return connection
