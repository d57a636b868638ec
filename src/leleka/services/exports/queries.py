"""Exports as people see them: the list, one of them, and what there is to choose from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from leleka.core.statuses import StepStatus
from leleka.destinations.registry import specs, title_of
from leleka.errors import NeedsAttention, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.permissions import Permission, allows, may_use, require
from leleka.services.connections import queries as connection_queries
from leleka.services.contracts import ExportSummary
from leleka.services.exports.form import data_of
from leleka.services.exports.schedule_setting import written
from leleka.services.installation import lake_sessions
from leleka.services.paging import Columns, Listed, ListQuery, after, contains, page_of
from leleka.services.segments.resting import causes, resting
from leleka.state.case_folding import Folded
from leleka.state.models import (
    Connection,
    Export,
    ExportSegment,
    Ledger,
    Run,
    Segment,
)
from leleka.warehouse.lake import SnapshotUnreadable


@dataclass(frozen=True, slots=True)
class ExportDetail:
    """An export and what is written in it, in the shape of a definitions file.

    ``needs_attention`` tells that an administrator must look after its connection; why, only they may know.
    ``has_ledger`` tells that something was delivered to its list, ``ledger_damaged`` that the record of it is lost or
    damaged: it does not run until that is rebuilt.
    """

    line: ExportSummary
    data: Mapping[str, Any]
    needs_attention: bool = False
    ledger_damaged: bool = False
    has_ledger: bool = False


def find_exports(
    actor: Actor, wanted: ListQuery, segment: str = "", *, containing: bool = True
) -> Listed[ExportSummary]:
    """Return a page of exports, looked for by name, connection and type; with ``segment`` those that contain it, or
    those that do not.
    """
    require(actor, Permission.SEE)
    rows = Export.objects.annotate(newest=_newest("pk"))
    if segment:
        inside = ExportSegment.objects.filter(export=OuterRef("pk"), segment__name=segment)
        rows = rows.filter(Exists(inside) if containing else ~Exists(inside))
    kinds = [spec.kind for spec in specs() if wanted.text.lower() in spec.title.lower()]
    matching = contains(wanted.text, "name", "connection__name") | Q(connection__type__in=kinds)
    return page_of(rows, wanted, _columns(actor), matching, lambda some: _lines(actor, some))


def exports_after(actor: Actor, number: int, limit: int) -> Sequence[ExportSummary]:
    """Return exports as they were made, from behind the one of this id."""
    require(actor, Permission.SEE)
    return _lines(actor, after(Export.objects.annotate(newest=_newest("pk")), number, limit))


def list_exports(actor: Actor) -> Sequence[ExportSummary]:
    """Return all exports by name."""
    require(actor, Permission.SEE)
    return _lines(actor, list(Export.objects.annotate(newest=_newest("pk")).order_by("name")))


def lines(actor: Actor, numbers: Collection[int]) -> Sequence[ExportSummary]:
    """Return exports by name. Raises ``NotFound`` where one of them is none."""
    require(actor, Permission.SEE)
    rows = Export.objects.filter(pk__in=numbers).annotate(newest=_newest("pk")).order_by("name")
    if len(rows) < len(set(numbers)):
        raise _unknown()
    return _lines(actor, list(rows))


def _columns(actor: Actor) -> Columns:
    shared = When(connection__audience=Connection.Audience.CONTRIBUTORS, then=Value(1))
    may_all = allows(actor, Permission.EDIT_ALL_EXPORTS)
    return {
        "name": Folded("name"),
        "type": Coalesce("connection__type", Value("")),
        "connection": Folded(Coalesce("connection__name", Value(""))),
        "status": Coalesce(_newest("status"), Value(StepStatus.NOT_STARTED)),
        "refreshed": _newest("finished_at"),
        "editable": Value(1) if may_all else Case(shared, default=Value(0)),
    }


def _newest(field: str) -> Subquery:
    return Subquery(Run.objects.filter(export=OuterRef("pk")).order_by("-pk").values(field)[:1])


def _lines(actor: Actor, rows: Sequence[Export]) -> Sequence[ExportSummary]:
    """Return what is shown of rows that were annotated with their newest run, in three queries for all of them."""
    names = Prefetch("segments", Segment.objects.only("name"))
    prefetch_related_objects(rows, "connection", names)
    newest = [run for row in rows if (run := getattr(row, "newest", None))]
    runs = Run.objects.filter(pk__in=newest).only("export_id", "status", "finished_at")
    by_export = {run.export_id: run for run in runs}
    at_rest = resting() if rows else {}
    return discreet(actor, [summary_of(actor, row, by_export.get(row.pk), at_rest) for row in rows])


def export(actor: Actor, number: int) -> ExportDetail:
    require(actor, Permission.SEE)
    row = find_by_id(number)
    line = summary_of(actor, row, row.runs.order_by("-pk").first(), resting())
    attention = row.connection is not None and bool(connection_queries.attention_of(row.connection))
    pointer = _ledger_of(row)
    damaged = pointer is not None and _is_damaged(pointer)
    return discreet(actor, ExportDetail(line, data_of(row), attention, damaged, pointer is not None))


def _ledger_of(row: Export) -> Ledger | None:
    if row.connection is None:
        return None
    return Ledger.objects.filter(export=row, account=row.connection.account_id, target=row.target).first()


def _is_damaged(pointer: Ledger) -> bool:
    try:
        return not lake_sessions.lake().is_sound(pointer.snapshot)
    except SnapshotUnreadable:
        return False  # it is not known to be: the next run says what is in the way


def find_by_name(name: str) -> Export:
    """Raises ``NotFound``. Who may do what with it is for the caller to check."""
    export = Export.objects.select_related("connection__account").filter(name=name).first()
    if export is None:
        known = list(Export.objects.order_by("name").values_list("name", flat=True))
        raise NotFound("EXPORT_UNKNOWN.listed", name=name, known=known)
    return export


def find_by_id(number: int) -> Export:
    """Raises ``NotFound``, as ``find_by_name`` does."""
    rows = Export.objects.select_related("connection__account", "owner").prefetch_related("segments")
    row = rows.filter(pk=number).first()
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFound:
    return NotFound("EXPORT_UNKNOWN")


def summary_of(
    actor: Actor, row: Export, run: Run | None, at_rest: Mapping[str, Collection[str]]
) -> ExportSummary:
    connection = row.connection
    names = sorted(segment.name for segment in row.segments.all())
    return ExportSummary(
        id=row.pk,
        name=row.name,
        connection=connection.name if connection else "",
        type=title_of(connection.type) if connection else "",
        target=row.target,
        segments=tuple(names),
        leavers=row.leavers["policy"],
        status=run.status if run else StepStatus.NOT_STARTED,
        run=run.pk if run else None,
        refreshed=run.finished_at if run else None,
        running=run is not None and run.finished_at is None,
        editable=may_use(actor, connection),
        managed_by_file=row.managed_by_file,
        owner=row.owner.name if row.owner else "",
        version=row.version,
        schedule=written(row),
        waits_for=tuple(causes(names, at_rest)),
    )


def connection_of(export: Export) -> Connection:
    """Raises ``NeedsAttention`` where the export has no connection to use."""
    if export.connection is None:
        raise NeedsAttention("CONNECTION_DETACHED", where=export.name)
    return export.connection
