"""Running exports: claim, execute, report."""

import traceback
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from leleka.core.outbox import LeaseLost
from leleka.core.ports import Clock
from leleka.engine.run import Watcher, execute
from leleka.errors import Conflict, LelekaError, NeedsAttention
from leleka.services import exports, pruning, store, workers
from leleka.services.audit import Actor, record
from leleka.services.connecting import opened
from leleka.services.contracts import RunView
from leleka.services.runs import view_of
from leleka.state.claims import claim, release
from leleka.state.models import Connection, Export, Run, RunStatus
from leleka.state.outbox import DjangoOutbox
from leleka.warehouse.session import Session

log = structlog.get_logger(__name__)


def run_export(
    name: str, actor: Actor, clock: Clock, watcher: Watcher, *, refresh: bool = True, resend: bool = False
) -> RunView:
    """Run an export, or go on with its live run where that stopped; give how it ended.

    ``resend`` sends rows again that ActiveCampaign refused before, though they did not change. Raises
    ``Conflict`` RUN_IN_PROGRESS where another process works on the live run.
    """
    export = exports.find(name)
    with store.session() as session:
        run = Run.objects.filter(export=export, finished_at__isnull=True).first()
        if run is None:
            if refresh:
                exports.refresh_for(session, export, clock, watcher)
            run = _create(export, exports.freeze(session, export, watcher), actor, resend=resend)
        else:
            watcher.stage(f"Going on with run {run.pk}")
        if run.status == RunStatus.NEEDS_CONFIRMATION and run.confirmed_at is None:
            return view_of(run)
        fence = _claim(run, clock, watcher)
        _work(session, export, Run.objects.get(pk=run.pk), fence, clock, watcher)
    pruning.prune(clock)
    return view_of(Run.objects.get(pk=run.pk))


def _create(export: Export, config: dict[str, Any], actor: Actor, *, resend: bool) -> Run:
    connection = export.connection
    if connection is None:
        raise NeedsAttention("CONNECTION_DETACHED", "The export has no connection.", where=export.name)
    now = timezone.now()
    try:
        with transaction.atomic():
            run = Run.objects.create(
                export=export,
                account=connection.account,
                config={**config, "resend": resend},
                asked_by=actor.name,
                created_at=now,
                started_at=now,
            )
            record(actor, "export run", export.name, {"run": run.pk})
    except IntegrityError:
        raise _in_progress(export.name, "another process has just started it") from None
    return run


def _claim(run: Run, clock: Clock, watcher: Watcher) -> int:
    """Become the owner; waits for the lease of an owner of whom nothing is known to run out."""
    lease = store.configuration().lease_seconds
    first_lease = run.lease_until
    while True:
        dead = not run.worker or workers.is_dead(run.worker)
        fence = claim(run, worker=workers.me(), now=clock.now(), lease_seconds=lease, previous_is_dead=dead)
        if fence is not None:
            return fence
        run.refresh_from_db()
        if run.finished_at is not None or run.lease_until > first_lease:
            raise _in_progress(run.export.name, f"run {run.pk} is being worked on by another process")
        left = run.lease_until - clock.now()
        watcher.stage(f"Waiting up to {left:.0f} s for the process that had run {run.pk} before")
        clock.sleep(1.0)
        run.refresh_from_db()


def _work(session: Session, export: Export, run: Run, fence: int, clock: Clock, watcher: Watcher) -> None:
    lease = store.configuration().lease_seconds
    outbox = DjangoOutbox(run, fence, clock=clock, lease_seconds=lease)
    connection = Connection.objects.get(name=run.config["connection"])
    try:
        with opened(connection, clock) as account:
            order = exports.order_of(export, run.config, resend_refused=run.config["resend"])
            if not run.plan:
                order = exports.with_waiting(order, session, export, account, clock)
            execute(order, exports.ground_of(session, account, clock), outbox, watcher)
    except LeaseLost:
        raise
    except LelekaError as error:
        outbox.fail(error)
    except KeyboardInterrupt:
        release(run.pk, fence)
        raise
    except Exception:
        # A bug: the run fails, the traceback is logged, nothing is retried blindly.
        log.error("run failed unexpectedly", run=run.pk, traceback=traceback.format_exc())
        outbox.fail(
            NeedsAttention(
                "INTERNAL_ERROR",
                "Something went wrong inside Leleka; what was confirmed so far stays confirmed.",
                remedy="Please report it with the traceback from the log.",
            )
        )


def _in_progress(name: str, why: str) -> Conflict:
    return Conflict("RUN_IN_PROGRESS", f"The export is running: {why}.", where=name)
