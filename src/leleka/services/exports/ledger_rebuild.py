"""A ledger that was lost or damaged, made again from what the export's runs left behind."""

from typing import Final

from django.db import transaction

from leleka.core.clock import current_clock
from leleka.errors import Conflict, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import require_export
from leleka.services.audit.log import record
from leleka.services.exports import queries as export_queries
from leleka.services.exports.contracts import RebuiltLedger
from leleka.services.installation import lake_sessions
from leleka.services.runs.retention import kept_since
from leleka.state.models import Export, Ledger, Run
from leleka.warehouse import ledger_repair

_MOST_RUNS: Final = 20  # the newest: each has everybody who was selected


def rebuild_ledger(actor: Actor, number: int) -> RebuiltLedger:
    """Make the ledger of an export's list again: everybody in it is due again, and nobody is taken for unchanged.

    Without the outcomes of a single run it is empty: everybody is an addition, and who left before is not known.
    Raises ``Forbidden``, ``NotFound``, ``Conflict`` where the ledger is in order or a run is under way.
    """
    export = export_queries.find_by_id(number)
    require_export(actor, export)
    connection = export_queries.connection_of(export)
    pointer = Ledger.objects.filter(export=export, account=connection.account, target=export.target).first()
    if pointer is None:
        raise NotFound("LEDGER_MISSING", where=export.name)
    _refuse(export, pointer)
    sound, damaged = _outcomes(pointer)
    made, people = "", 0
    if sound:
        with lake_sessions.session() as session:
            made, people = ledger_repair.rebuilt(
                session, lake_sessions.lake(), name=export.name, outcomes=sound
            )
    done = RebuiltLedger(export.name, export.target, people, len(sound), damaged)
    with transaction.atomic():
        _refuse(export, pointer)
        mine = Ledger.objects.filter(pk=pointer.pk, snapshot=pointer.snapshot)
        if not (mine.update(snapshot=made) if made else mine.delete()[0]):
            raise Conflict("RUN_IN_PROGRESS.changed", where=export.name)
        record(actor, "ledger rebuilt", export.name, {"people": people, "lost": pointer.snapshot})
    return done


def _refuse(export: Export, pointer: Ledger) -> None:
    if Run.objects.filter(export=export, finished_at__isnull=True).exists():
        raise Conflict("RUN_IN_PROGRESS.ledger", where=export.name)
    if lake_sessions.lake().is_sound(pointer.snapshot):
        raise Conflict("LEDGER_IN_ORDER", where=export.name)


def _outcomes(pointer: Ledger) -> tuple[list[str], int]:
    """Return the readable outcomes of runs to the ledger's list, the oldest first, and how many are not readable. What
    retention removed is not damaged.
    """
    kept = Run.objects.filter(finished_at__gte=kept_since(current_clock())).exclude(outcomes="")
    runs = kept.filter(export=pointer.export_id, account=pointer.account_id)
    newest = [run for run in runs.order_by("-pk") if run.configuration.target == pointer.target][:_MOST_RUNS]
    lake = lake_sessions.lake()
    sound = [run.outcomes for run in reversed(newest) if lake.is_sound(run.outcomes)]
    return sound, len(newest) - len(sound)
