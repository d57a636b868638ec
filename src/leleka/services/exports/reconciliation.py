"""Reconciling: what ActiveCampaign skipped in silence, or somebody changed there, is found when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from leleka.core.email import mask
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.errors import Conflict, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import require_export
from leleka.services.audit.log import record
from leleka.services.connections.open_destination import opened
from leleka.services.exports import queries as export_queries
from leleka.services.exports.queries import find_by_name
from leleka.services.installation import lake_sessions
from leleka.state.models import Export, Ledger, Run
from leleka.warehouse import reconciliation


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Figures of one comparison. ``missing`` people were confirmed once and are not active in the list;
    ``foreign`` contacts came from elsewhere. ``repaired``: the missing ones are due again. Addresses are masked.
    """

    export: str
    target: str
    held: int
    listed: int
    missing: int
    foreign: int
    missing_sample: tuple[str, ...]
    repaired: bool


def reconcile(
    actor: Actor, name: str, clock: Clock, say: Callable[[Message], None], *, repair: bool
) -> Reconciled:
    """Compare an export's ledger with the list's active contacts, read page by page.

    With ``repair`` the missing ones are planned again by the next run, which still excludes who unsubscribed or
    bounced. Raises ``Forbidden``, ``Conflict`` while a run is under way.
    """
    export = find_by_name(name)
    require_export(actor, export)
    connection = export_queries.connection_of(export)
    key = {"export": export, "account": connection.account, "target": export.target}
    ledger = Ledger.objects.filter(**key).first()
    if ledger is None:
        raise NotFound("LEDGER_MISSING", where=name)
    if Run.objects.filter(export=export, finished_at__isnull=True).exists():
        raise Conflict("RUN_IN_PROGRESS.reconcile", where=name)
    say(Message("READING_LIST"))
    with lake_sessions.session() as session, opened(connection, clock) as account:
        found = reconciliation.compare(
            session,
            lake_sessions.lake(),
            name=export.name,
            ledger=ledger.snapshot,
            listed=(address for _, address in account.destination.contacts(export.target)),
            repair=repair,
        )
    if found.ledger is not None:
        with transaction.atomic():
            if not Ledger.objects.filter(**key, snapshot=ledger.snapshot).update(snapshot=found.ledger):
                raise Conflict("RUN_IN_PROGRESS.changed", where=name)
            record(actor, "export reconcile", name, {"missing": found.missing})
    return _view(export, found)


def _view(export: Export, found: reconciliation.Compared) -> Reconciled:
    return Reconciled(
        export=export.name,
        target=export.target,
        held=found.held,
        listed=found.listed,
        missing=found.missing,
        foreign=found.foreign,
        missing_sample=tuple(mask(address) for address in found.missing_sample),
        repaired=found.ledger is not None,
    )
