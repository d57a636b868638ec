"""Exports of a definitions file: what another installation wrote waits until somebody means it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from leleka.core.clock import utc_now
from leleka.core.data_matching import LeaverPolicy
from leleka.core.messages import Message
from leleka.core.ready_by import to_data
from leleka.core.schedules.model import ExportSchedule
from leleka.errors import Conflict, NotFound
from leleka.services.definitions.changes import Changes
from leleka.services.definitions.validation import Checked
from leleka.services.exports.schedule_setting import columns_of, forget_time_to_come, is_stored, schedule_of
from leleka.services.exports.validation import CheckedExport
from leleka.state.models import Connection, Export, Run, Segment

Say = Callable[[Message], None]


def apply_exports(changes: Changes, checked: Checked, say: Say) -> None:
    """Bring the exports to what the file says, once its segments and connections are there."""
    for export in _waiting(checked, say):
        if export.leavers["policy"] == LeaverPolicy.UNSUBSCRIBE:
            say(Message("UNSUBSCRIBES_FOR_GOOD", name=export.name))
        _apply_export(changes, export)


def _waiting(checked: Checked, say: Say) -> Iterator[CheckedExport]:
    """Yield a file's exports; off are those of connections that another installation described, and those without a
    connection that are new here. One without a connection keeps its schedule as long as it has none.
    """
    foreign = {one.name for one in checked.connections if one.foreign}
    for export in checked.exports:
        before = None if export.connection else Export.objects.filter(name=export.name).first()
        if before is not None:
            yield replace(export, schedule=schedule_of(before))
        elif export.connection in foreign or not export.connection:
            say(Message("STARTS_INACTIVE", name=export.name))
            yield replace(export, schedule=ExportSchedule("off"))
        else:
            yield export


def _apply_export(changes: Changes, wanted: CheckedExport) -> None:
    row, now = Export.objects.filter(name=wanted.name).first(), utc_now()
    forgotten = row is not None and forget_time_to_come(f"export:{row.pk}", now)
    rescheduled = row is None or forgotten or not is_stored(row, wanted.schedule)
    if row is not None and row.connection is not None and not wanted.connection:
        _refuse_running(row)
    values = {
        "connection": Connection.objects.get(name=wanted.connection) if wanted.connection else None,
        "target": wanted.target,
        "matching": wanted.matching,
        "leavers": wanted.leavers,
        "automations": wanted.automations,
        "subscribe_unconfirmed": wanted.subscribe_unconfirmed,
        "limit": wanted.limit,
        "growth": wanted.growth,
        "ready_by": to_data(wanted.ready_by, row.ready_by if row else {}, now),
        **(columns_of(wanted.schedule, now) if rescheduled else {}),
    }
    before = set(Segment.objects.filter(exports__name=wanted.name).values_list("name", flat=True))
    differ = before != set(wanted.segments)
    row = changes.upsert("export", wanted.name, values, beside=("segments",) if differ else ())
    if differ:
        row.segments.set(_held_segments(wanted.segments))


def _held_segments(names: Collection[str]) -> Sequence[Segment]:
    """Return segments that nobody removes before this is saved. Raises ``NotFound`` for one that somebody removed since
    the file was checked.
    """
    held = list(Segment.objects.select_for_update(no_key=True).filter(name__in=names).order_by("pk"))
    for name in {*names} - {one.name for one in held}:
        raise NotFound("SEGMENT_UNKNOWN.named", name=name)
    return held


def _refuse_running(row: Export) -> None:
    if Run.objects.filter(export=row, finished_at__isnull=True).exists():
        raise Conflict("EXPORT_RUNNING", where=row.name, name=row.name)
