"""Exports as people see them: the list, one of them, and what there is to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Max

from leleka.core.columns import ColumnType
from leleka.core.ports import Clock, Field, Target
from leleka.destinations.registry import spec_of
from leleka.errors import LelekaError, NotFound, Problem
from leleka.services import catalogue, connection_views, connections
from leleka.services.audit import Actor
from leleka.services.export_forms import data_of
from leleka.services.export_schedules import written
from leleka.services.permissions import Permission, may_use, require
from leleka.state.models import Connection, Export, Run, Segment


@dataclass(frozen=True, slots=True)
class ExportLine:
    """One export in the list. ``connection`` is "" where it is detached; ``refreshed`` is the end of its last run."""

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


def list_exports(actor: Actor) -> Sequence[ExportLine]:
    require(actor, Permission.SEE)
    rows = Export.objects.select_related("connection").prefetch_related("segments").order_by("name")
    newest = rows.annotate(newest=Max("runs__pk")).values_list("newest", flat=True)
    runs = {run.export_id: run for run in Run.objects.filter(pk__in=[pk for pk in newest if pk])}
    return [line_of(actor, export, runs.get(export.pk)) for export in rows]


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
        return Offered(problems=error.problems)
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
    rows = Export.objects.select_related("connection__account").prefetch_related("segments")
    row = rows.filter(pk=number).first()
    if row is None:
        raise NotFound("EXPORT_UNKNOWN", "There is no such export.")
    return row


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
        status=run.status if run else "Not started",
        run=run.pk if run else None,
        refreshed=run.finished_at if run else None,
        running=run is not None and run.finished_at is None,
        editable=may_use(actor, connection),
        managed_by_file=row.managed_by_file,
        version=row.version,
        schedule=written(row),
    )
