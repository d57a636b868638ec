"""Ending a run that cannot go on."""

import structlog

from leleka.core.ports.outbox import LeaseLost
from leleka.engine.run import verdicts
from leleka.errors import LelekaError
from leleka.services.installation import database_outage, lake_sessions
from leleka.state.models import AttemptRow, Run
from leleka.state.outbox import DjangoOutbox
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake_warehouse import LakeWarehouse

log = structlog.get_logger(__name__)


def settle_and_fail(session: Engine, run: Run, outbox: DjangoOutbox, error: LelekaError) -> None:
    """End a run that cannot go on. What was sent of it is settled: nobody is lost (I-2)."""
    if not AttemptRow.objects.filter(batch__run=run.pk).exists():
        outbox.fail(error)
        return
    try:
        state, before = outbox.load(), outbox.ledger()
        settled = LakeWarehouse(session, lake_sessions.lake()).settle(
            state.plan,
            name=run.export.name,
            ledger=before,
            leavers=run.configuration.leavers,
            verdicts=tuple(verdicts(state.batches)),
        )
        outbox.finish(settled, before=before, error=error, canceled=False)
    except LeaseLost:
        raise
    except Exception as bug:  # whatever it is, the run must end
        if database_outage.trouble(bug):
            raise
        log.exception("run could not be settled", run=run.pk)
        outbox.fail(error)
