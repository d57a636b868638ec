"""Exports as people see them: the list, one of them, and what there is to choose from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

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

from leleka.core.columns import ColumnType
from leleka.core.ports import Clock, Field, Target
from leleka.destinations.registry import SPECS, spec_of
from leleka.errors import LelekaError, NotFound, Problem
from leleka.messages.problems import without_particulars
from leleka.services import catalogue, connection_views, connections
from leleka.services.audit import Actor
from leleka.services.export_forms import data_of
from leleka.services.export_schedules import written
from leleka.services.listing import Columns, Listed, Wanted, after, contains, page_of
from leleka.services.permissions import Permission, allows, may_use, require
from leleka.state.folding import Folded
from leleka.state.models import Connection, Export, ExportSegment, Run, Segment

_NOT_STARTED: Final = "Not started"


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One export in the list. ``connection`` is "" where it is detached; ``refreshed`` is the end of its last run.

    ``owner`` is the name of the person who made it, "" where a file did or they are gone.
    """

    id: int
    name: str
    connection: str
    type: str
    target: str
    segments: tuple[str, ...]
    leavers: str
    status: str
    run: int | None
    refreshed: datetime | None
    running: bool
    editable: bool
    managed_by_file: str
    owner: str
    version: int
    schedule: str | Mapping[str, Any]  # as it is written: system, off, or one of its own


@dataclass(frozen=True, slots=True)
class ExportDetail:
    """An export and what is written in it, in the shape of a definitions file.

    ``needs_attention`` tells that an administrator must look after its connection; why, only they may know.
    """

    line: ExportLine
    data: Mapping[str, Any]
    needs_attention: bool = False


@dataclass(frozen=True, slots=True)
class SegmentChoice:
    name: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What an export can be made of. ``connections`` are the names of those one may use, by type."""

    connections: Mapping[str, Sequence[str]]
    segments: Sequence[SegmentChoice]
    columns: Sequence[str]
    text_columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class Offered:
    """The lists and the custom fields of an account, asked live; or why it could not be asked."""

    lists: Sequence[Target] = ()
    fields: Sequence[Field] = ()
    problems: Sequence[Problem] = field(default=())


@dataclass(frozen=True, slots=True)
class Sum:
    """How many members some segments have together, somebody in two of them counted twice.

    ``unknown`` are the segments that were never evaluated; ``plan_limit`` the contacts the account pays for.
    """

    members: int
    limit: int
    plan_limit: int | None
    unknown: Sequence[str]

    @property
    def too_large(self) -> bool:
        return self.members > self.limit

    @property
    def beyond_plan(self) -> bool:
        return self.plan_limit is not None and self.members > self.plan_limit


def find_exports(
    actor: Actor, wanted: Wanted, segment: str = "", *, containing: bool = True
) -> Listed[ExportLine]:
    """Give a page of exports, looked for by name, connection and type; with ``segment`` those that contain it, or
    those that do not.
    """
    require(actor, Permission.SEE)
    rows = Export.objects.annotate(newest=_newest("pk"))
    if segment:
        inside = ExportSegment.objects.filter(export=OuterRef("pk"), segment__name=segment)
        rows = rows.filter(Exists(inside) if containing else ~Exists(inside))
    kinds = [kind for kind, spec in SPECS.items() if wanted.text.lower() in spec.title.lower()]
    matching = contains(wanted.text, "name", "connection__name") | Q(connection__type__in=kinds)
    return page_of(rows, wanted, _columns(actor), matching, lambda some: _lines(actor, some))


def exports_after(actor: Actor, number: int, limit: int) -> Sequence[ExportLine]:
    """Give exports as they were made, from behind the one of this id."""
    require(actor, Permission.SEE)
    return _lines(actor, after(Export.objects.annotate(newest=_newest("pk")), number, limit))


def lines(actor: Actor, numbers: Collection[int]) -> Sequence[ExportLine]:
    """Give exports by name. Raises ``NotFound`` where one of them is none."""
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
        "status": Coalesce(_newest("status"), Value(_NOT_STARTED)),
        "refreshed": _newest("finished_at"),
        "editable": Value(1) if may_all else Case(shared, default=Value(0)),
    }


def _newest(field: str) -> Subquery:
    return Subquery(Run.objects.filter(export=OuterRef("pk")).order_by("-pk").values(field)[:1])


def _lines(actor: Actor, rows: Sequence[Export]) -> Sequence[ExportLine]:
    """Give what is shown of rows that were annotated with their newest run, in three queries for all of them."""
    names = Prefetch("segments", Segment.objects.only("name"))
    prefetch_related_objects(rows, "connection", names)
    newest = [run for row in rows if (run := getattr(row, "newest", None))]
    runs = Run.objects.filter(pk__in=newest).only("export_id", "status", "finished_at")
    by_export = {run.export_id: run for run in runs}
    return [line_of(actor, row, by_export.get(row.pk)) for row in rows]


def export(actor: Actor, number: int) -> ExportDetail:
    require(actor, Permission.SEE)
    row = find(number)
    line = line_of(actor, row, row.runs.order_by("-pk").first())
    attention = row.connection is not None and bool(connection_views.attention_of(row.connection))
    return ExportDetail(line, data_of(row), attention)


def choices(actor: Actor) -> Choices:
    """Give what one may choose from; of connections their names and types alone (CI-C10)."""
    require(actor, Permission.CHOOSE_CONNECTIONS)
    sections: dict[str, list[str]] = {}
    for connection in Connection.objects.order_by("type", "name"):
        if may_use(actor, connection):
            sections.setdefault(spec_of(connection.type).title, []).append(connection.name)
    try:
        columns = catalogue.current().profile_table.columns
    except LelekaError:
        columns = ()  # without profiles there is nothing to match yet
    sizes = Segment.objects.order_by("name").values_list("name", "size")
    return Choices(
        connections=sections,
        segments=[SegmentChoice(name, size) for name, size in sizes],
        columns=[column.name for column in columns],
        text_columns=[column.name for column in columns if column.type is ColumnType.TEXT],
    )


def offered(actor: Actor, name: str, clock: Clock) -> Offered:
    """Ask an account for its lists and custom fields; one that cannot be asked says why."""
    require(actor, Permission.CHOOSE_CONNECTIONS)
    connection = Connection.objects.filter(name=name).first()
    if connection is None or not may_use(actor, connection):
        return Offered()
    try:
        lists, fields = connections.offers(name, clock)
    except LelekaError as error:
        if allows(actor, Permission.CONNECTIONS):
            return Offered(problems=error.problems)
        return Offered(problems=[without_particulars(one) for one in error.problems])
    return Offered(lists, [one for one in fields if one.key.startswith("field:")])


def sum_of(actor: Actor, segments: Sequence[str], connection: str, limit: int) -> Sum:
    """Add up segments as last evaluated, to be compared with what may be sent."""
    require(actor, Permission.CHOOSE_CONNECTIONS)
    sizes = dict(Segment.objects.filter(name__in=segments).values_list("name", "size"))
    used = Connection.objects.filter(name=connection).first()
    return Sum(
        members=sum(size or 0 for size in sizes.values()),
        limit=limit,
        plan_limit=used.plan_limit if used is not None and may_use(actor, used) else None,
        unknown=sorted(name for name, size in sizes.items() if size is None),
    )


def find(number: int) -> Export:
    """Raises ``NotFound``."""
    rows = Export.objects.select_related("connection__account", "owner").prefetch_related("segments")
    row = rows.filter(pk=number).first()
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFound:
    return NotFound("EXPORT_UNKNOWN")


def line_of(actor: Actor, row: Export, run: Run | None) -> ExportLine:
    connection = row.connection
    return ExportLine(
        id=row.pk,
        name=row.name,
        connection=connection.name if connection else "",
        type=spec_of(connection.type).title if connection else "",
        target=row.target,
        segments=tuple(sorted(segment.name for segment in row.segments.all())),
        leavers=row.leavers["policy"],
        status=run.status if run else _NOT_STARTED,
        run=run.pk if run else None,
        refreshed=run.finished_at if run else None,
        running=run is not None and run.finished_at is None,
        editable=may_use(actor, connection),
        managed_by_file=row.managed_by_file,
        owner=row.owner.name if row.owner else "",
        version=row.version,
        schedule=written(row),
    )
