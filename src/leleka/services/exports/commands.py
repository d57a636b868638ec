"""Making, changing, detaching, removing and running exports, one by one or several at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from leleka.core.clock import utc_now
from leleka.core.ready_by import to_data
from leleka.errors import Conflict, Forbidden, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, stale, unique
from leleka.services.access.permissions import Permission, allows, may_use, require, require_export
from leleka.services.audit.log import record
from leleka.services.exports import ledger_rebuild
from leleka.services.exports.contracts import RebuiltLedger
from leleka.services.exports.form import checked, data_of
from leleka.services.exports.open_sends import refuse_unsettled
from leleka.services.exports.queries import find_by_id, find_by_name
from leleka.services.exports.schedule_setting import OFF
from leleka.services.exports.validation import CheckedExport
from leleka.services.runs.audit import record_removed
from leleka.state.models import Connection, Export, Run, Segment

_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Saved:
    """``list_left`` is the list an export wrote to before: what it sent there stays there."""

    id: int
    name: str
    list_left: str = ""


def create(actor: Actor, data: Mapping[str, Any]) -> Saved:
    """Make an export; it does not run. Raises ``InvalidInput`` with everything that is wrong."""
    require(actor, Permission.EDIT_SHARED_EXPORTS)
    with transaction.atomic():
        wanted, connection, segments = _wanted(actor, data, None)
        _refuse_unconfirmed(actor, wanted, allowed=False)
        with unique(_taken(wanted.name)):
            row = Export.objects.create(
                name=wanted.name, owner_id=actor.user, **_values(wanted, connection, {})
            )
        row.segments.set(segments)
        told: dict[str, Any] = {"connection": connection.name, "list": row.target}
        if row.subscribe_unconfirmed:
            told["subscribe_unconfirmed"] = True
        record(actor, "export created", row.name, told)
    return Saved(row.pk, row.name)


def update(actor: Actor, number: int, data: Mapping[str, Any], version: int) -> Saved:
    """Change an export; a run under way keeps to what it began with. Raises ``Conflict`` STALE."""
    with transaction.atomic():
        row = _editable(actor, number)
        wanted, connection, segments = _wanted(actor, data, number)
        same_list = (row.connection, row.target) == (connection, wanted.target)
        _refuse_unconfirmed(actor, wanted, allowed=row.subscribe_unconfirmed and same_list)
        before = {**_fields(row), "segments": sorted(one.name for one in row.segments.all())}
        after = {
            "name": wanted.name,
            **_values(wanted, connection, row.ready_by),
            "segments": sorted(wanted.segments),
        }
        changes = {
            **{key: value for key, value in after.items() if key != "segments"},
            "version": F("version") + 1,
        }
        with unique(_taken(wanted.name)):
            if not Export.objects.filter(pk=number, version=version).update(**changes):
                raise stale(row.name)
        row.segments.set(segments)
        differing = sorted(key for key, value in after.items() if before[key] != value)
        told: dict[str, Any] = {"fields": differing, "name_before": row.name}
        if "subscribe_unconfirmed" in differing:
            told["subscribe_unconfirmed"] = wanted.subscribe_unconfirmed
        record(actor, "export changed", wanted.name, told)
    moved = row.target != wanted.target or (row.connection is not None and row.connection != connection)
    return Saved(number, wanted.name, row.target if moved and row.ledgers.exists() else "")


def attach(actor: Actor, number: int, connection: str, version: int) -> Saved:
    """Return a detached export a connection again, with the checks of any other change."""
    return update(actor, number, {**data_of(_editable(actor, number)), "connection": connection}, version)


def duplicate(actor: Actor, number: int) -> dict[str, Any]:
    """Return what a copy of an export would begin with, under a name that is free; nothing is saved (CI-E11)."""
    require(actor, Permission.EDIT_SHARED_EXPORTS)
    row = find_by_id(number)
    taken = set(Export.objects.values_list("name", flat=True))
    names = (f"{row.name[: _LONGEST_NAME - 10]} ({copy})" for copy in range(2, len(taken) + 3))
    data = {**data_of(row), "name": next(name for name in names if name not in taken)}
    data["subscribe_unconfirmed"] = row.subscribe_unconfirmed and allows(actor, Permission.CONFIRM)
    return data if may_use(actor, row.connection) else {**data, "connection": ""}


def add_segment(actor: Actor, number: int, segment: str) -> None:
    """Let an export send one more segment (CI-E15)."""
    with transaction.atomic():
        row = _editable(actor, number)
        found = Segment.objects.select_for_update(no_key=True).filter(name=segment).first()
        if found is None:
            raise NotFound("SEGMENT_UNKNOWN.named", name=segment)
        row.segments.add(found)
        Export.objects.filter(pk=number).update(version=F("version") + 1)
        record(actor, "export changed", row.name, {"fields": ["segments"], "segment": segment})


def detach(actor: Actor, numbers: Sequence[int]) -> None:
    """Take the connection from exports: they keep everything else and do not run (CI-C14)."""
    with transaction.atomic():
        for row in [_still(actor, number) for number in numbers]:
            before = row.connection.name if row.connection else ""
            Export.objects.filter(pk=row.pk).update(connection=None, version=F("version") + 1)
            record(actor, "export detached", row.name, {"connection": before})


def remove(actor: Actor, numbers: Sequence[int]) -> None:
    """Remove exports with their runs; what they sent stays where it was sent."""
    with transaction.atomic():
        for row in [_still(actor, number) for number in numbers]:
            refuse_unsettled(row)
            record_removed(actor, row)
            record(actor, "export removed", row.name, {"list": row.target})
            row.delete()


def rebuild_ledger(actor: Actor, number: int) -> RebuiltLedger:
    """Make a ledger that was lost or damaged again, from the outcomes of the export's runs."""
    return ledger_rebuild.rebuild_ledger(actor, number)


def rebuild_ledger_named(actor: Actor, name: str) -> RebuiltLedger:
    """Do the same for the export of that name."""
    return ledger_rebuild.rebuild_ledger(actor, find_by_name(name).pk)


def chosen_exports(actor: Actor, numbers: Sequence[int] | None) -> Sequence[Export]:
    rows = Export.objects.select_related("connection").order_by("name")
    if numbers is not None:
        return list(rows.filter(pk__in=numbers))
    rows = rows.filter(connection__isnull=False).exclude(schedule__policy=OFF)
    return [row for row in rows if may_use(actor, row.connection)]


def _wanted(
    actor: Actor, data: Mapping[str, Any], number: int | None
) -> tuple[CheckedExport, Connection, Sequence[Segment]]:
    """Return what is asked for, with its rows: they are held, so that nobody removes one before this is saved."""
    wanted = checked(data, number)
    # In the order in which definitions are applied: segments, then connections.
    held = Segment.objects.select_for_update(no_key=True).filter(name__in=wanted.segments)
    segments = list(held.order_by("pk"))
    connection = Connection.objects.select_for_update(no_key=True).filter(name=wanted.connection).first()
    if connection is None or len(segments) < len({*wanted.segments}):  # gone since they were looked for
        return _wanted(actor, data, number)
    if not may_use(actor, connection):
        raise Forbidden("CONNECTION_NOT_SHARED", where="connection", name=connection.name)
    return wanted, connection, segments


def _taken(name: str) -> Conflict:
    return Conflict("NAME_TAKEN.export", where="name", name=name)


def _refuse_unconfirmed(actor: Actor, wanted: CheckedExport, *, allowed: bool) -> None:
    """Turning it on is for administrators: it is they who answer for the consent of one list's people.

    Raises ``Forbidden``.
    """
    if wanted.subscribe_unconfirmed and not allowed and not allows(actor, Permission.CONFIRM):
        raise Forbidden("SUBSCRIBE_UNCONFIRMED", where="subscribe_unconfirmed")


def _editable(actor: Actor, number: int) -> Export:
    row = find_by_id(number)
    require_export(actor, row)
    refuse_managed(row)
    return row


def _still(actor: Actor, number: int) -> Export:
    """Return an export that may be edited and does not run."""
    row = _editable(actor, number)
    if Run.objects.filter(export=row, finished_at__isnull=True).exists():
        raise Conflict("EXPORT_RUNNING", where=row.name, name=row.name)
    return row


def _values(wanted: CheckedExport, connection: Connection, before: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "connection": connection,
        "target": wanted.target,
        "matching": wanted.matching,
        "leavers": wanted.leavers,
        "automations": wanted.automations,
        "subscribe_unconfirmed": wanted.subscribe_unconfirmed,
        "limit": wanted.limit,
        "growth": wanted.growth,
        "ready_by": to_data(wanted.ready_by, before, utc_now()),
    }


def _fields(row: Export) -> dict[str, Any]:
    names = (
        "name",
        "connection",
        "target",
        "matching",
        "leavers",
        "automations",
        "subscribe_unconfirmed",
        "limit",
        "growth",
        "ready_by",
    )
    return {name: getattr(row, name) for name in names}
