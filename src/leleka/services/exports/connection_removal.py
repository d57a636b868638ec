"""Removing a connection: the way to stop data from leaving (CI-C13 to C15)."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from django.db import transaction
from django.db.models import F

from leleka.errors import Conflict, InvalidInput
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.connections.commands import editable, refuse_while_running, take_version
from leleka.services.exports.open_sends import refuse_unsettled
from leleka.services.runs.audit import record_removed
from leleka.state.models import Connection, Export


class Fate(StrEnum):
    """What becomes of an export whose connection is removed."""

    DETACH = "detach"
    REMOVE = "remove"


def remove(actor: Actor, number: int, version: int, fates: Mapping[int, str] | None = None) -> None:
    """Remove a connection with its key; ``fates`` says of each export that uses it what becomes of it.

    All of it happens, or nothing. Raises ``Conflict`` CONNECTION_IN_USE for exports of which nothing is said,
    EXPORT_RUNNING, MANAGED_BY_FILE, STALE.
    """
    require(actor, Permission.CONNECTIONS)
    row = editable(number)
    chosen = {export: _fate(value) for export, value in (fates or {}).items()}
    with transaction.atomic():
        take_version(row, version)
        refuse_while_running(row)
        exports = list(row.exports.order_by("name"))
        _refuse_undecided([export for export in exports if export.pk not in chosen])
        _refuse_managed([export for export in exports if export.managed_by_file])
        for export in exports:
            _let_go(actor, row, export, chosen[export.pk])
        row.delete()
        record(actor, "connection remove", row.name, {"host": row.host})


def _fate(value: str) -> Fate:
    try:
        return Fate(value)
    except ValueError:
        raise InvalidInput("FATE_UNKNOWN", where="fates") from None


def _refuse_undecided(exports: Sequence[Export]) -> None:
    if exports:
        raise Conflict("CONNECTION_IN_USE", exports=_names(exports))


def _refuse_managed(exports: Sequence[Export]) -> None:
    if exports:
        raise Conflict("MANAGED_BY_FILE.exports", where=exports[0].managed_by_file, exports=_names(exports))


def _let_go(actor: Actor, row: Connection, export: Export, fate: Fate) -> None:
    if fate is Fate.REMOVE:
        refuse_unsettled(export)
        record_removed(actor, export)
        export.delete()
    else:
        Export.objects.filter(pk=export.pk).update(connection=None, version=F("version") + 1)
    record(actor, f"export {fate}", export.name, {"connection": row.name})


def _names(exports: Sequence[Export]) -> str:
    return ", ".join(export.name for export in exports)
