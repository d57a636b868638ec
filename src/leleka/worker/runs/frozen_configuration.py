"""Exports: what there is, what a run would do, and the frozen order a run follows."""

from collections.abc import Iterable, Sequence
from typing import Any

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.data_matching import LeaverPolicy
from leleka.core.plan import Selection
from leleka.core.ports.clock import Clock
from leleka.engine.pre_send_check import nobody
from leleka.engine.run import RunContext, RunSpec, Watcher
from leleka.engine.suppression_reading import SuppressionCache
from leleka.errors import Conflict, NeedsAttention
from leleka.services.connections.open_destination import Opened
from leleka.services.exports.data_matching import leavers_of, matching_of
from leleka.services.exports.queries import connection_of
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions
from leleka.services.privacy import suppression
from leleka.services.runs.commands import outline
from leleka.services.segments import evaluation as segment_evaluation
from leleka.services.sources import email_addresses
from leleka.services.sources import loading as source_loading
from leleka.services.sources.catalogue import columns_data, table_of
from leleka.state.models import Account, Export, Ledger, Run, RunStatus, Segment, Source
from leleka.warehouse.engines.duckdb import DuckDBSession
from leleka.warehouse.lake_warehouse import LakeWarehouse


def refresh_for(session: DuckDBSession, export: Export, clock: Clock, watcher: Watcher) -> None:
    """Bring up to date the sources, and the segments of the export and of those that share its list."""
    source_loading.refresh_sources(session, watcher.stage)
    exports = [export, *_sharing_the_list(export)]
    chosen = Segment.objects.filter(exports__in=exports).distinct().order_by("name")
    segment_evaluation.refresh_segments(session, clock, watcher.stage, chosen)


def freeze(session: DuckDBSession, export: Export, clock: Clock, watcher: Watcher) -> dict[str, Any]:
    """Return the configuration a run keeps to, whatever is edited while it runs: pointers and settings.

    Where leavers are told, the segments of other exports to the list are brought up to date after those of this
    one were looked up: whoever moved from one of these to one of those is found in both or in the other (I-10).
    """
    settings, members = outline(export), _evaluated(export)
    beside = _sharing_the_list(export)
    if export.leavers["policy"] != LeaverPolicy.KEEP:
        others = Segment.objects.filter(exports__in=beside).distinct().order_by("name")
        segment_evaluation.refresh_segments(session, clock, watcher.stage, others)
    elsewhere = [(segment.snapshot, other) for other in beside for segment in _evaluated(other)]
    profiles = email_addresses.profiles_source()
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


def _sharing_the_list(export: Export) -> Sequence[Export]:
    """Return the other exports to the same account and list: who is in their segments has not left the list."""
    beside = Export.objects.filter(connection__account=connection_of(export).account, target=export.target)
    return list(beside.exclude(pk=export.pk).order_by("name"))


def _addresses(session: DuckDBSession, export: Export, profiles: Source, watcher: Watcher) -> str:
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
    return email_addresses.address_book(session, profiles, matching.email, watcher.stage)


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


def spec_of(
    export: Export, account: Account, config: dict[str, Any], *, resend_refused: bool = False
) -> RunSpec:
    """Return what a run with this frozen configuration is to do."""
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
    return RunSpec(
        selection=selection,
        target=config["target"],
        automations=config["automations"],
        limit=config["limit"],
        share=config["share"],
        waiting=nobody,
        emptied=tuple(_emptied(export, config)),
        lease_seconds=installation_configuration.configuration().lease_seconds,
    )


def context_of(session: DuckDBSession, account: Opened, clock: Clock, cache: SuppressionCache) -> RunContext:
    return RunContext(
        warehouse=LakeWarehouse(session, lake_sessions.lake()),
        destination=account.destination,
        limits=account.limits,
        clock=clock,
        time_scale=account.time_scale,
        cache=cache,
    )


def _emptied(export: Export, config: dict[str, Any]) -> Iterable[str]:
    # A run that was canceled or failed says nothing: else canceling what needs confirmation would disarm the guard.
    done = (RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS)
    last = Run.objects.filter(export=export, status__in=done).order_by("-pk").first()
    before = {name: size for name, _, size in last.config["segments"]} if last else {}
    return (name for name, _, size in config["segments"] if not size and before.get(name))
