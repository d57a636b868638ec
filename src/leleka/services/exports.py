"""Exports: what there is, what a run would do, and the frozen order a run follows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.matching import LeaverPolicy
from leleka.core.planning import Selection
from leleka.core.ports import Clock
from leleka.engine.guards import confirmation_needed
from leleka.engine.pace import ImportPace
from leleka.engine.run import Ground, Order, Watcher, preview
from leleka.engine.screening import nobody
from leleka.engine.suppressed import Shelf, Unkept
from leleka.errors import Conflict, LelekaError, NeedsAttention, NotFound
from leleka.messages.progress import in_english
from leleka.messages.stored import said_data
from leleka.services import refreshing, store, suppression
from leleka.services.catalogue import columns_data, table_of
from leleka.services.connecting import Opened, opened
from leleka.services.contracts import ExportView, PreviewView
from leleka.services.export_schedules import written
from leleka.services.matching import leavers_of, matching_of
from leleka.services.waiting import waiting_addresses
from leleka.state.models import Account, Connection, Export, Ledger, Run, RunStatus, Segment, Source
from leleka.warehouse.session import Session
from leleka.warehouse.store import LakeWarehouse


def list_exports() -> list[ExportView]:
    rows = Export.objects.select_related("connection").prefetch_related("segments").order_by("name")
    return [_view(export) for export in rows]


def find(name: str) -> Export:
    """Raises ``NotFound``."""
    export = Export.objects.select_related("connection__account").filter(name=name).first()
    if export is None:
        known = list(Export.objects.order_by("name").values_list("name", flat=True))
        raise NotFound("EXPORT_UNKNOWN.listed", name=name, known=known)
    return export


def connection_of(export: Export) -> Connection:
    """Raises ``NeedsAttention`` where the export has no connection to use."""
    if export.connection is None:
        raise NeedsAttention("CONNECTION_DETACHED", where=export.name)
    return export.connection


def refresh_for(session: Session, export: Export, clock: Clock, watcher: Watcher) -> None:
    """Bring up to date the sources, and the segments of the export and of those that share its list."""
    refreshing.refresh_sources(session, watcher.stage)
    exports = [export, *_sharing_the_list(export)]
    chosen = Segment.objects.filter(exports__in=exports).distinct().order_by("name")
    refreshing.refresh_segments(session, clock, watcher.stage, chosen)


def freeze(session: Session, export: Export, clock: Clock, watcher: Watcher) -> dict[str, Any]:
    """Give the configuration a run keeps to, whatever is edited while it runs: pointers and settings.

    Where leavers are told, the segments of other exports to the list are brought up to date after those of this
    one were looked up: whoever moved from one of these to one of those is found in both or in the other (I-10).
    """
    settings, members = outline(export), _evaluated(export)
    beside = _sharing_the_list(export)
    if export.leavers["policy"] != LeaverPolicy.KEEP:
        others = Segment.objects.filter(exports__in=beside).distinct().order_by("name")
        refreshing.refresh_segments(session, clock, watcher.stage, others)
    elsewhere = [(segment.snapshot, other) for other in beside for segment in _evaluated(other)]
    profiles = refreshing.profiles_source()
    table = table_of(profiles)
    return {
        **settings,
        "table": {"name": table.name, "columns": columns_data(table), "primary_key": table.primary_key},
        "profiles": profiles.snapshot,
        "addresses": _addresses(session, export, profiles, watcher),
        "segments": [[segment.name, segment.snapshot, segment.size] for segment in members],
        "elsewhere": [
            [snapshot, _addresses(session, other, profiles, watcher)] for snapshot, other in elsewhere
        ],
    }


def outline(export: Export) -> dict[str, Any]:
    """Give the settings alone, and the segments as they last were: what is known of a run that could not begin."""
    connection = connection_of(export)
    return {
        "export": export.name,
        "connection": connection.name,
        "type": connection.type,
        "host": connection.host,
        "target": export.target,
        "share": connection.share,
        "automations": export.automations,
        "limit": export.limit,
        "matching": export.matching,
        "leavers": export.leavers,
        "segments": [[one.name, one.snapshot, one.size or 0] for one in export.segments.order_by("name")],
    }


def _sharing_the_list(export: Export) -> Sequence[Export]:
    """Give the other exports to the same account and list: who is in their segments has not left the list."""
    beside = Export.objects.filter(connection__account=connection_of(export).account, target=export.target)
    return list(beside.exclude(pk=export.pk).order_by("name"))


def _addresses(session: Session, export: Export, profiles: Source, watcher: Watcher) -> str:
    matching = matching_of(export.matching)
    table = table_of(profiles)
    for column, to in [(matching.email, "email"), *((line.column, line.to) for line in matching.lines)]:
        if table.column(column) is None:
            raise NeedsAttention(
                "MAP_COLUMN_GONE",
                where=f"{export.name}, data matching, {to}",
                source=profiles.name,
                column=column,
            )
    return refreshing.address_book(session, profiles, matching.email, watcher.stage)


def _evaluated(export: Export) -> Sequence[Segment]:
    segments = list(export.segments.order_by("name"))
    for segment in segments:
        if not segment.snapshot:
            raise Conflict("SEGMENT_NOT_EVALUATED", where=segment.name)
    return segments


def order_of(
    export: Export, account: Account, config: dict[str, Any], *, resend_refused: bool = False
) -> Order:
    """Give what a run with this frozen configuration is to do."""
    table = config["table"]
    columns = tuple(Column(name, ColumnType(kind)) for name, kind in table["columns"])
    ledger = Ledger.objects.filter(export=export, account=account, target=config["target"]).first()
    selection = Selection(
        name=export.name,
        profiles=config["profiles"],
        table=Table(table["name"], columns, table["primary_key"]),
        addresses=config["addresses"],
        members=tuple(snapshot for _, snapshot, _ in config["segments"]),
        matching=matching_of(config["matching"]),
        leavers=leavers_of(config["leavers"]),
        ledger=ledger.snapshot if ledger else None,
        resend_refused=resend_refused,
        elsewhere=tuple((members, addresses) for members, addresses in config["elsewhere"]),
        suppressed_here=suppression.digests(account),
        salt=account.salt,
    )
    return Order(
        selection=selection,
        target=config["target"],
        automations=config["automations"],
        limit=config["limit"],
        share=config["share"],
        waiting=nobody,
        emptied=tuple(_emptied(export, config)),
        lease_seconds=store.configuration().lease_seconds,
    )


def ground_of(session: Session, account: Opened, clock: Clock, shelf: Shelf) -> Ground:
    return Ground(
        warehouse=LakeWarehouse(session, store.lake()),
        destination=account.destination,
        limits=account.limits,
        clock=clock,
        tempo=account.tempo,
        shelf=shelf,
    )


def preview_export(name: str, clock: Clock, watcher: Watcher, *, refresh: bool = True) -> PreviewView:
    """Plan, and go no further. The plan it wrote is removed again."""
    export = find(name)
    connection = connection_of(export)
    with store.session() as session:
        if refresh:
            refresh_for(session, export, clock, watcher)
        config = freeze(session, export, clock, watcher)
        with opened(connection, clock) as account:
            order = replace(
                order_of(export, connection.account, config),
                waiting=lambda: waiting_addresses(session, connection.account, account, clock),
            )
            planned, batches = preview(order, ground_of(session, account, clock, Unkept()), watcher)
            pace = ImportPace(account.limits, account.tempo, clock, share=order.share)
            seconds = sum(pace.interval(batch.rows) for batch in batches)
            held = _contacts_held(connection, account)
    store.lake().remove(planned.reference)
    reason = confirmation_needed(planned, order.selection.leavers, order.emptied)
    return PreviewView(
        export=export.name,
        connection=connection.name,
        target=order.target,
        segments=tuple((segment, size) for segment, _, size in config["segments"]),
        counts=planned.counts,
        requests=len(batches),
        minutes=seconds / 60,
        confirmation_reason=in_english(reason),
        confirmation_told=said_data(reason),
        too_large=planned.counts.selected > order.limit,
        limit=order.limit,
        plan_limit=connection.plan_limit,
        account_contacts=held,
    )


def _contacts_held(connection: Connection, account: Opened) -> int | None:
    """Ask only where there is something to compare with; a preview is worth having without this figure."""
    try:
        return account.destination.contact_count() if connection.plan_limit else None
    except LelekaError:
        return None


def _emptied(export: Export, config: dict[str, Any]) -> Iterable[str]:
    # A run that was canceled or failed says nothing: else canceling what needs confirmation would disarm the guard.
    done = (RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS)
    last = Run.objects.filter(export=export, status__in=done).order_by("-pk").first()
    before = {name: size for name, _, size in last.config["segments"]} if last else {}
    return (name for name, _, size in config["segments"] if not size and before.get(name))


def _view(export: Export) -> ExportView:
    run = export.runs.order_by("-pk").first()
    connection = export.connection
    return ExportView(
        name=export.name,
        connection=connection.name if connection else "",
        type=connection.type if connection else "",
        target=export.target,
        segments=tuple(segment.name for segment in export.segments.all()),
        leavers=export.leavers["policy"],
        last_status=run.status if run else "Not started",
        last_run=run.pk if run else None,
        last_finished_at=run.finished_at if run else None,
        schedule=written(export),
    )
