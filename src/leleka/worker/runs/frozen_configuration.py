"""Exports: what there is, what a run would do, and the frozen order a run follows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.data_matching import LeaverPolicy, matching_of
from leleka.core.plan import Selection
from leleka.core.refresh_graph import StepKind
from leleka.core.run_configuration import Frozen, RunConfiguration
from leleka.engine.pre_send_check import nobody
from leleka.engine.read_back import Proof
from leleka.engine.run_spec import RunContext, RunSpec
from leleka.engine.suppression_reading import SuppressionCache
from leleka.errors import Conflict, NeedsAttention
from leleka.services.connections.open_destination import Opened
from leleka.services.exports.queries import connection_of
from leleka.services.exports.schedule_setting import SYSTEM
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions
from leleka.services.measures.evaluation import refresh_measures
from leleka.services.privacy import suppression
from leleka.services.refresh import graph as refresh_graph
from leleka.services.runs import before
from leleka.services.runs.commands import outline, snapshots
from leleka.services.segments import evaluation as segment_evaluation
from leleka.services.segments.resting import refuse_resting, resting
from leleka.services.sources import email_addresses
from leleka.services.sources import loading as source_loading
from leleka.services.sources.catalogue import table_of
from leleka.state.models import Account, Connection, Export, Ledger, Measure, Run, Segment, Source
from leleka.warehouse.lake_warehouse import LakeWarehouse
from leleka.worker.job_context import JobContext


def refresh_for(job: JobContext, export: Export) -> None:
    """Bring up to date the sources that the export depends on, its segments, and those of what shares its list."""
    exports = [export, *_sharing_the_list(export)]
    needed = refresh_graph.sources_of([(StepKind.EXPORT, one.pk) for one in exports])
    source_loading.refresh_sources(job.session, job.say, needed)
    refuse_resting(export)
    chosen = Segment.objects.filter(exports__in=exports).exclude(name__in=resting()).distinct()
    segment_evaluation.refresh_segments(job.session, job.clock, job.say, chosen.order_by("name"))


def freeze(job: JobContext, export: Export) -> RunConfiguration:
    """Return the configuration a run keeps to, whatever is edited while it runs: pointers and settings.

    Where leavers are told, the segments of other exports to the list are brought up to date after those of this
    one were looked up: whoever moved from one of these to one of those is found in both or in the other (I-10). Those
    of them that rest count with their last members: nobody has left a list because another export waits. Those whose
    day has not come count with their last members and with those of now: who is sent there on that day has not left.
    """
    refuse_resting(export)
    settings, members = outline(export), _evaluated(export)
    beside = _sharing_the_list(export)
    at_rest = resting()
    if export.leavers["policy"] != LeaverPolicy.KEEP:
        others = Segment.objects.filter(exports__in=beside).exclude(name__in=at_rest).distinct()
        others = others.order_by("name")
        segment_evaluation.refresh_segments(job.session, job.clock, job.say, others, after_reading=False)
    elsewhere = [(segment.snapshot, other) for other in beside for segment in _evaluated(other, at_rest)]
    if export.leavers["policy"] != LeaverPolicy.KEEP:
        elsewhere += _by_now(job, beside, at_rest)
    profiles = email_addresses.profiles_source()
    measures = _mapped_measures(job, export)
    frozen = Frozen(
        table=_table_with(profiles, measures),
        profiles=profiles.snapshot,
        addresses=_addresses(job, export, profiles),
        elsewhere=tuple((snapshot, _addresses(job, other, profiles)) for snapshot, other in elsewhere),
        measures=tuple(sorted(measures.items())),
    )
    return replace(settings, segments=snapshots(members), frozen=frozen)


def _by_now(job: JobContext, beside: Sequence[Export], at_rest: Collection[str]) -> list[tuple[str, Export]]:
    """Return the members of now of segments that have days of their own, evaluated aside, with their exports."""
    now = segment_evaluation.Evaluation(job.session, job.clock, job.say, aside={}, on_any_day=True)
    found = []
    for other in beside:
        own = other.segments.exclude(name__in=at_rest).exclude(schedule__policy=SYSTEM)
        for segment in own.order_by("name"):
            before = segment.snapshot
            now.bring_up_to_date(segment)
            if segment.snapshot != before:
                found.append((segment.snapshot, other))
    return found


def _sharing_the_list(export: Export) -> Sequence[Export]:
    """Return the other exports to the same account and list: who is in their segments has not left the list."""
    beside = Export.objects.filter(connection__account=connection_of(export).account, target=export.target)
    return list(beside.exclude(pk=export.pk).order_by("name"))


def _mapped_measures(job: JobContext, export: Export) -> Mapping[str, str]:
    """Return the snapshots of the measures that an export maps, each up to date. Raises ``NeedsAttention``."""
    mapped = [line.column for line in matching_of(export.matching).lines]
    names = Measure.objects.filter(name__in=mapped).values_list("name", flat=True)
    return refresh_measures(job.session, job.clock, job.say, names, export.name)


def _table_with(profiles: Source, measures: Mapping[str, str]) -> Table:
    types = dict(Measure.objects.filter(name__in=measures).values_list("name", "type"))
    added = [Column(name, ColumnType(types[name])) for name in sorted(measures)]
    table = table_of(profiles)
    columns = [one for one in table.columns if one.name not in measures]
    return replace(table, columns=(*columns, *added))


def _addresses(job: JobContext, export: Export, profiles: Source) -> str:
    matching = matching_of(export.matching)
    table, measures = table_of(profiles), set(Measure.objects.values_list("name", flat=True))
    columns = [(line.column, line.to) for line in matching.lines if line.column not in measures]
    for column, to in [(matching.email, "email"), *columns]:
        if table.column(column) is None:
            raise NeedsAttention(
                "MAP_COLUMN_GONE",
                where=f"{export.name}, data matching, {to}",
                source=profiles.name,
                column=column,
            )
    return email_addresses.address_book(job.session, profiles, matching.email, job.say)


def _evaluated(export: Export, at_rest: Collection[str] = ()) -> Sequence[Segment]:
    """Return the segments of an export, of those ``at_rest`` the ones that have members."""
    segments = [one for one in export.segments.order_by("name") if one.snapshot or one.name not in at_rest]
    for segment in segments:
        since = None if segment.name in at_rest else segment.state_since
        is_older = since is not None and (segment.evaluated_at is None or segment.evaluated_at < since)
        if not segment.snapshot or is_older:
            raise Conflict("SEGMENT_NOT_EVALUATED", where=segment.name)
    return segments


def spec_of(export: Export, account: Account, configuration: RunConfiguration) -> RunSpec:
    """Return what a run with this configuration, which must be frozen, is to do."""
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
        measures=frozen.measures,
        suppressed_here=suppression.digests(account),
        salt=account.salt,
    )
    return RunSpec(
        selection=selection,
        target=configuration.target,
        automations=configuration.automations,
        limit=configuration.limit,
        share=configuration.share,
        waiting=nobody,
        emptied=before.emptied(export, {one.name: one.size for one in configuration.segments}),
        lease_seconds=installation_configuration.configuration().lease_seconds,
        growth=configuration.growth,
        audience_before=before.audience_before(export),
        plan_limit=_plan_limit(account),
        added_elsewhere=partial(_added_elsewhere, export, account),
        subscribe_unconfirmed=configuration.subscribe_unconfirmed,
        proof=proof_at(account),
    )


def proof_at(account: Account) -> Proof:
    """Return what proves an addition at an account: nothing has to, where it is known to restore an archived contact
    that an import meets, or to name it as failed.
    """
    learned = account.learned
    return Proof(
        is_needed=learned.get("archived_import") not in {"restored", "in_failure"},
        names_updates=learned.get("updated_contacts") == "in_success",
    )


def context_of(job: JobContext, account: Opened, cache: SuppressionCache) -> RunContext:
    return RunContext(
        warehouse=LakeWarehouse(job.session, lake_sessions.lake()),
        destination=account.destination,
        limits=account.limits,
        clock=job.clock,
        time_scale=account.time_scale,
        watcher=job.watcher,
        cache=cache,
    )


def _plan_limit(account: Account) -> int | None:
    """Return the contacts the account pays for: the least that was entered, None where nothing was."""
    limits = Connection.objects.filter(account=account, plan_limit__isnull=False)
    return limits.order_by("plan_limit").values_list("plan_limit", flat=True).first()


def _added_elsewhere(export: Export, account: Account) -> int:
    """Return how many contacts the account's other live runs add by their plans; what they sent by now counts, too."""
    live = Run.objects.filter(account=account, finished_at__isnull=True).exclude(export=export)
    return sum(int(counts.get("added", 0)) for counts in live.values_list("counts", flat=True))
