"""Exports: what there is, what a run would do, and the frozen order a run follows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from leleka.core.matching import LeaverPolicy, leavers_of, matching_of
from leleka.core.planning import Selection
from leleka.core.ports import Clock
from leleka.core.run_configuration import Frozen, RunConfiguration, SegmentSnapshot
from leleka.core.saying import told
from leleka.core.statuses import StepStatus
from leleka.engine.guards import confirmation_needed
from leleka.engine.pace import ImportPace
from leleka.engine.run import Ground, Order, Watcher, preview
from leleka.engine.screening import nobody
from leleka.engine.suppressed import Shelf, Unkept
from leleka.errors import Conflict, LelekaError, NeedsAttention, NotFound
from leleka.services import refreshing, store, suppression
from leleka.services.catalogue import table_of
from leleka.services.connecting import Opened, opened
from leleka.services.contracts import ExportView, PreviewView
from leleka.services.export_schedules import written
from leleka.services.job_context import JobContext
from leleka.services.waiting import waiting_addresses
from leleka.state.models import Account, Connection, Export, Ledger, Run, RunStatus, Segment, Source
from leleka.warehouse.store import LakeWarehouse


def list_exports() -> list[ExportView]:
    rows = Export.objects.select_related("connection").prefetch_related("segments").order_by("name")
    return [_view(export) for export in rows]


def find(name: str) -> Export:
    """Raises ``NotFound``."""
    export = Export.objects.select_related("connection__account").filter(name=name).first()
    if export is None:
        names = ", ".join(Export.objects.order_by("name").values_list("name", flat=True))
        remedy = f"There are: {names}." if names else "Apply a definitions file first."
        raise NotFound("EXPORT_UNKNOWN", f"There is no export {name!r}.", remedy=remedy)
    return export


def connection_of(export: Export) -> Connection:
    """Raises ``NeedsAttention`` where the export has no connection to use."""
    if export.connection is None:
        raise NeedsAttention(
            "CONNECTION_DETACHED",
            "The export has no connection.",
            where=export.name,
            remedy="Edit it and choose one.",
        )
    return export.connection


def refresh_for(job: JobContext, export: Export) -> None:
    """Bring up to date the sources, and the segments of the export and of those that share its list."""
    refreshing.refresh_sources(job.session, job.say)
    exports = [export, *_sharing_the_list(export)]
    chosen = Segment.objects.filter(exports__in=exports).distinct().order_by("name")
    refreshing.refresh_segments(job.session, job.clock, job.say, chosen)


def freeze(job: JobContext, export: Export) -> RunConfiguration:
    """Give the configuration a run keeps to, whatever is edited while it runs: pointers and settings.

    Where leavers are told, the segments of other exports to the list are brought up to date after those of this
    one were looked up: whoever moved from one of these to one of those is found in both or in the other (I-10).
    """
    settings, members = outline(export), _evaluated(export)
    beside = _sharing_the_list(export)
    if export.leavers["policy"] != LeaverPolicy.KEEP:
        others = Segment.objects.filter(exports__in=beside).distinct().order_by("name")
        refreshing.refresh_segments(job.session, job.clock, job.say, others)
    elsewhere = [(segment.snapshot, other) for other in beside for segment in _evaluated(other)]
    profiles = refreshing.profiles_source()
    frozen = Frozen(
        table=table_of(profiles),
        profiles=profiles.snapshot,
        addresses=_addresses(job, export, profiles),
        elsewhere=tuple((snapshot, _addresses(job, other, profiles)) for snapshot, other in elsewhere),
    )
    return replace(settings, segments=_snapshots(members), frozen=frozen)


def outline(export: Export) -> RunConfiguration:
    """Give the settings alone, and the segments as they last were: what is known of a run that could not begin."""
    connection = connection_of(export)
    return RunConfiguration(
        export=export.name,
        connection=connection.name,
        type=connection.type,
        host=connection.host,
        target=export.target,
        share=connection.share,
        automations=export.automations,
        limit=export.limit,
        matching=matching_of(export.matching),
        leavers=leavers_of(export.leavers),
        segments=_snapshots(export.segments.order_by("name")),
    )


def _snapshots(segments: Iterable[Segment]) -> tuple[SegmentSnapshot, ...]:
    return tuple(SegmentSnapshot(one.name, one.snapshot, one.size or 0) for one in segments)


def _sharing_the_list(export: Export) -> Sequence[Export]:
    """Give the other exports to the same account and list: who is in their segments has not left the list."""
    beside = Export.objects.filter(connection__account=connection_of(export).account, target=export.target)
    return list(beside.exclude(pk=export.pk).order_by("name"))


def _addresses(job: JobContext, export: Export, profiles: Source) -> str:
    matching = matching_of(export.matching)
    table = table_of(profiles)
    for column, to in [(matching.email, "email"), *((line.column, line.to) for line in matching.lines)]:
        if table.column(column) is None:
            raise NeedsAttention(
                "MAP_COLUMN_GONE",
                f"Source {profiles.name!r} no longer has column {column!r}.",
                where=f"{export.name}, data matching, {to}",
                remedy="Bring the column back, or change the line.",
            )
    return refreshing.address_book(job.session, profiles, matching.email, job.say)


def _evaluated(export: Export) -> Sequence[Segment]:
    segments = list(export.segments.order_by("name"))
    for segment in segments:
        if not segment.snapshot:
            raise Conflict(
                "SEGMENT_NOT_EVALUATED",
                "Nobody knows yet who is in the segment.",
                where=segment.name,
                remedy="Run leleka refresh, or leave --no-refresh away.",
            )
    return segments


def order_of(export: Export, account: Account, configuration: RunConfiguration) -> Order:
    """Give what a run with this configuration, which must be frozen, is to do."""
    frozen = configuration.frozen
    if frozen is None:
        raise ValueError("the configuration is not frozen")
    ledger = Ledger.objects.filter(export=export, account=account, target=configuration.target).first()
    selection = Selection(
        name=export.name,
        profiles=frozen.profiles,
        table=frozen.table,
        addresses=frozen.addresses,
        members=tuple(one.snapshot for one in configuration.segments),
        matching=configuration.matching,
        leavers=configuration.leavers,
        ledger=ledger.snapshot if ledger else None,
        resend_refused=configuration.resend,
        elsewhere=frozen.elsewhere,
        suppressed_here=suppression.digests(account),
        salt=account.salt,
    )
    return Order(
        selection=selection,
        target=configuration.target,
        automations=configuration.automations,
        limit=configuration.limit,
        share=configuration.share,
        waiting=nobody,
        emptied=tuple(_emptied(export, configuration)),
        lease_seconds=store.configuration().lease_seconds,
    )


def ground_of(job: JobContext, account: Opened, shelf: Shelf) -> Ground:
    return Ground(
        warehouse=LakeWarehouse(job.session, store.lake()),
        destination=account.destination,
        limits=account.limits,
        clock=job.clock,
        tempo=account.tempo,
        watcher=job.watcher,
        shelf=shelf,
    )


def preview_export(name: str, clock: Clock, watcher: Watcher, *, refresh: bool = True) -> PreviewView:
    """Plan, and go no further. The plan it wrote is removed again."""
    export = find(name)
    connection = connection_of(export)
    with store.session() as session:
        job = JobContext(session, clock, watcher)
        if refresh:
            refresh_for(job, export)
        configuration = freeze(job, export)
        with opened(connection, clock) as account:
            order = replace(
                order_of(export, connection.account, configuration),
                waiting=lambda: waiting_addresses(job, connection.account, account),
            )
            planned, batches = preview(order, ground_of(job, account, Unkept()))
            pace = ImportPace(account.limits, account.tempo, clock, share=order.share)
            seconds = sum(pace.interval(batch.rows) for batch in batches)
            held = _contacts_held(connection, account)
    store.lake().remove(planned.reference)
    reason = confirmation_needed(planned, order.selection.leavers, order.emptied)
    return PreviewView(
        export=export.name,
        connection=connection.name,
        target=order.target,
        segments=tuple((one.name, one.size) for one in configuration.segments),
        counts=planned.counts,
        requests=len(batches),
        minutes=seconds / 60,
        confirmation_reason=reason,
        confirmation_told=told(reason),
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


def _emptied(export: Export, configuration: RunConfiguration) -> Iterable[str]:
    # A run that was canceled or failed says nothing: else canceling what needs confirmation would disarm the guard.
    done = (RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS)
    last = Run.objects.filter(export=export, status__in=done).order_by("-pk").first()
    before = {one.name: one.size for one in last.configuration.segments} if last else {}
    return (one.name for one in configuration.segments if not one.size and before.get(one.name))


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
        last_status=run.status if run else StepStatus.NOT_STARTED,
        last_run=run.pk if run else None,
        last_finished_at=run.finished_at if run else None,
        schedule=written(export),
    )
