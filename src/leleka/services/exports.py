"""Exports: what there is, what a run would do, and the frozen order a run follows."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.planning import Selection
from leleka.core.ports import Clock
from leleka.engine.guards import confirmation_needed
from leleka.engine.pace import ImportPace
from leleka.engine.run import Ground, Order, Watcher, preview
from leleka.errors import NeedsAttention, NotFound
from leleka.services import refreshing, store
from leleka.services.catalogue import columns_data, table_of
from leleka.services.connecting import Opened, opened
from leleka.services.contracts import ExportView, PreviewView
from leleka.services.matching import leavers_of, matching_of
from leleka.services.waiting import waiting_addresses
from leleka.state.models import Export, Ledger, Run
from leleka.warehouse.session import Session
from leleka.warehouse.store import LakeWarehouse


def list_exports() -> list[ExportView]:
    rows = Export.objects.select_related("connection").prefetch_related("segments").order_by("name")
    return [_view(export) for export in rows]


def find(name: str) -> Export:
    """Raises ``NotFound``, or ``NeedsAttention`` where the export has no connection to use."""
    export = Export.objects.select_related("connection__account").filter(name=name).first()
    if export is None:
        names = ", ".join(Export.objects.order_by("name").values_list("name", flat=True))
        remedy = f"There are: {names}." if names else "Apply a definitions file first."
        raise NotFound("EXPORT_UNKNOWN", f"There is no export {name!r}.", remedy=remedy)
    if export.connection is None:
        raise NeedsAttention("CONNECTION_DETACHED", "The export has no connection.", where=name)
    return export


def refresh_for(session: Session, export: Export, clock: Clock, watcher: Watcher) -> None:
    """Bring the sources and the export's segments up to date."""
    refreshing.refresh_sources(session, watcher.stage)
    refreshing.refresh_segments(session, clock, watcher.stage, export.segments.order_by("name"))


def freeze(session: Session, export: Export, watcher: Watcher) -> dict[str, Any]:
    """Give the configuration a run keeps to, whatever is edited while it runs: pointers and settings."""
    connection = export.connection
    if connection is None:
        raise NeedsAttention("CONNECTION_DETACHED", "The export has no connection.", where=export.name)
    profiles = refreshing.profiles_source()
    matching = matching_of(export.matching)
    table = table_of(profiles)
    for line in matching.lines:
        if table.column(line.column) is None:
            raise NeedsAttention(
                "MAP_COLUMN_GONE",
                f"Source {profiles.name!r} no longer has column {line.column!r}.",
                where=f"{export.name}, data matching, {line.to}",
                remedy="Bring the column back, or change the line.",
            )
    segments = list(export.segments.order_by("name"))
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
        "table": {"name": table.name, "columns": columns_data(table), "primary_key": table.primary_key},
        "profiles": profiles.snapshot,
        "addresses": refreshing.address_book(session, profiles, matching.email, watcher.stage),
        "segments": [[segment.name, segment.snapshot, segment.size] for segment in segments],
    }


def order_of(export: Export, config: dict[str, Any], *, resend_refused: bool = False) -> Order:
    """Give what a run with this frozen configuration is to do."""
    table = config["table"]
    columns = tuple(Column(name, ColumnType(kind)) for name, kind in table["columns"])
    ledger = Ledger.objects.filter(
        export=export,
        account=export.connection.account if export.connection else None,
        target=config["target"],
    ).first()
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
    )
    return Order(
        selection=selection,
        target=config["target"],
        automations=config["automations"],
        limit=config["limit"],
        share=config["share"],
        waiting=(),
        emptied=tuple(_emptied(export, config)),
        lease_seconds=store.configuration().lease_seconds,
    )


def ground_of(session: Session, account: Opened, clock: Clock) -> Ground:
    return Ground(
        warehouse=LakeWarehouse(session, store.lake()),
        destination=account.destination,
        limits=account.limits,
        clock=clock,
        tempo=account.tempo,
    )


def preview_export(name: str, clock: Clock, watcher: Watcher, *, refresh: bool = True) -> PreviewView:
    """Plan, and go no further. The plan it wrote is removed again."""
    export = find(name)
    connection = export.connection
    if connection is None:
        raise NeedsAttention("CONNECTION_DETACHED", "The export has no connection.", where=name)
    with store.session() as session:
        if refresh:
            refresh_for(session, export, clock, watcher)
        config = freeze(session, export, watcher)
        with opened(connection, clock) as account:
            order = with_waiting(order_of(export, config), session, export, account, clock)
            planned, batches = preview(order, ground_of(session, account, clock), watcher)
            pace = ImportPace(account.limits, account.tempo, clock, share=order.share)
            seconds = sum(pace.interval(batch.rows) for batch in batches)
    store.lake().remove(planned.reference)
    return PreviewView(
        export=export.name,
        connection=connection.name,
        target=order.target,
        segments=tuple((segment, size) for segment, _, size in config["segments"]),
        counts=planned.counts,
        requests=len(batches),
        minutes=seconds / 60,
        confirmation_reason=confirmation_needed(planned, order.selection.leavers, order.emptied),
        too_large=planned.counts.selected > order.limit,
        limit=order.limit,
    )


def with_waiting(order: Order, session: Session, export: Export, account: Opened, clock: Clock) -> Order:
    """Add the addresses that must wait for an earlier send to be settled (I-5)."""
    if export.connection is None:
        return order
    return replace(order, waiting=waiting_addresses(session, export.connection.account, account, clock))


def _emptied(export: Export, config: dict[str, Any]) -> Iterable[str]:
    last = (
        Run.objects.filter(export=export, finished_at__isnull=False).exclude(plan="").order_by("-pk").first()
    )
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
    )
