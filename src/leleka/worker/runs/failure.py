"""Ending a run that cannot go on."""

from dataclasses import replace

import structlog

from leleka.core.ports.outbox import LeaseLost
from leleka.engine.verdicts import verdicts
from leleka.errors import LelekaError
from leleka.services.installation import database_outage, lake_sessions
from leleka.state.models import AttemptRow, Run
from leleka.state.outbox import DjangoOutbox
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import SnapshotUnreadable
from leleka.warehouse.lake_warehouse import LakeWarehouse
from leleka.worker.runs.frozen_configuration import proof_at
from leleka.worker.runs.lost_snapshots import fail_unsettled

log = structlog.get_logger(__name__)


def settle_and_fail(session: Engine, run: Run, outbox: DjangoOutbox, error: LelekaError) -> None:
    """End a run that cannot go on. What was sent of it is settled: nobody is lost (I-2).

    Raises what comes of a database that is away, or of a plan or a ledger that cannot be read now: the run stays as it
    is, for whoever takes it up.
    """
    if not AttemptRow.objects.filter(batch__run=run.pk).exists():
        outbox.fail(error)
        return
    try:
        state, before, lake = outbox.load(), outbox.ledger(), lake_sessions.lake()
        has_ledger = before is None or lake.is_sound(before)
        warehouse = LakeWarehouse(session, lake)
        doubted = proof_at(run.account).doubtful(warehouse, state.plan, state.batches)
        settled = warehouse.settle(
            state.plan,
            name=run.export.name,
            ledger=before if has_ledger else None,
            leavers=run.configuration.leavers,
            verdicts=tuple(verdicts(state.batches, doubted)),
        )
        if not has_ledger:  # it is rebuilt from outcomes: of what was sent here, too
            settled = replace(settled, ledger=None)
        outbox.finish(settled, before=before, error=error, canceled=False)
    except (LeaseLost, SnapshotUnreadable):
        raise
    except Exception as bug:  # whatever it is, the run must end
        if database_outage.trouble(bug):
            raise
        log.exception("run could not be settled", run=run.pk)
        fail_unsettled(session, run, outbox, error)
