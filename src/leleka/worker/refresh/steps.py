"""What one step of a refresh does, by its kind. Each gives what is to be written down with the step when it ends."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.refresh_graph import StepKind
from leleka.core.statuses import StepStatus
from leleka.errors import Conflict, LelekaError, Problem
from leleka.messages.stored import problem_data
from leleka.services.access.actor import Actor
from leleka.services.customers import indexing
from leleka.services.measures import evaluation as measure_evaluation
from leleka.services.runs import commands as run_commands
from leleka.services.segments import evaluation as segment_evaluation
from leleka.services.segments.resting import causes
from leleka.services.sources import email_addresses
from leleka.services.sources import loading as source_loading
from leleka.services.sources.connected import Reading
from leleka.state.models import Export, Measure, Refresh, RefreshStep, Segment, Source
from leleka.warehouse.engines.port import Engine

Say = Callable[[Message], None]
Guard = Callable[[], None]
Done = dict[str, Any]


def do(session: Engine, step: RefreshStep, clock: Clock, say: Say, guard: Guard) -> Done:
    """Bring up to date what a step is about. Raises errors of the tree: the step has failed.

    ``guard`` is called in each transaction: a walker that was replaced meanwhile writes nothing of what it found.
    """
    if step.kind == StepKind.SOURCE:
        return _source(session, step, say, guard)
    if step.kind == StepKind.PROFILES:
        return _profiles(session, say, guard)
    if step.kind == StepKind.MEASURE:
        return _measure(session, step, clock, say, guard)
    if step.kind == StepKind.SEGMENT:
        return _segment(session, step, clock, say, guard)
    return _export(step, guard)


def _source(session: Engine, step: RefreshStep, say: Say, guard: Guard) -> Done:
    source = Source.objects.filter(pk=step.of).first()
    if source is None:
        return _gone("source")
    reading = Reading(go_on=lambda: _go_on(step), before=source)
    try:
        loaded = source_loading.read_if_stale(session, source, say, reading)
    except _Canceled:
        return {"status": StepStatus.CANCELED}
    taken = source_loading.take(session, source, loaded, guard)
    if (
        loaded is not None and not taken.stored
    ):  # edited meanwhile, and perhaps read: what there is now counts
        source = Source.objects.filter(pk=step.of).first()
        if source is None:
            return _gone("source")
    indexing.bring_up_to_date(session, source, say, guard)
    changed = loaded is not None and loaded.changed
    status = StepStatus.WITH_WARNINGS if source.notes or taken.warnings else StepStatus.SUCCESSFUL
    told = [problem_data(one) for one in taken.warnings]
    return {
        "status": status,
        "changed": changed,
        "rows": source.rows,
        "notes": source.notes,
        "problems": told,
    }


class _Canceled(Exception):
    """Somebody asked for the end of the refresh while rows were copied."""


def _go_on(step: RefreshStep) -> None:
    """Raises ``_Canceled``."""
    if Refresh.objects.filter(pk=step.refresh_id, cancel_requested_at__isnull=False).exists():
        raise _Canceled


def _profiles(session: Engine, say: Say, guard: Guard) -> Done:
    """Check the addresses of the profiles ahead of the runs that need them, and index what belongs to them."""
    profiles = email_addresses.profiles_source()
    for source in Source.objects.order_by("name"):  # a relationship may be new
        indexing.bring_up_to_date(session, source, say, guard)
    columns = {name for name, _ in profiles.columns}
    used = {matching["email"] for matching in Export.objects.values_list("matching", flat=True)}
    for column in sorted(used & columns):  # a column that is gone is said by the run of whoever maps it
        email_addresses.address_book(session, profiles, column, say)
    return {"status": StepStatus.SUCCESSFUL, "rows": profiles.rows}


def _measure(session: Engine, step: RefreshStep, clock: Clock, say: Say, guard: Guard) -> Done:
    row = Measure.objects.filter(pk=step.of).first()
    if row is None:
        return _gone("measure")
    changed = measure_evaluation.bring_up_to_date(session, clock, say, row, guard)
    if not Measure.objects.filter(pk=step.of).exists():
        return _gone("measure")
    return {"status": StepStatus.SUCCESSFUL, "changed": changed, "rows": row.filled}


def _segment(session: Engine, step: RefreshStep, clock: Clock, say: Say, guard: Guard) -> Done:
    segment = Segment.objects.filter(pk=step.of).first()
    if segment is None:
        return _gone("segment")
    before = segment.basis
    if found := causes([segment.name]):
        problem = Problem.of("SEGMENT_INACTIVE.inner", segment.name, names=found)
        if segment.name in found:
            problem = Problem.of("SEGMENT_INACTIVE", segment.name, name=segment.name)
        return {"status": StepStatus.SKIPPED, "problems": [problem_data(problem)]}
    by_hand = step.refresh.scope == f"{StepKind.SEGMENT}:{segment.pk}"
    segment_evaluation.refresh_segments(session, clock, say, [segment], guard, by_hand=by_hand)
    if not Segment.objects.filter(pk=step.of).exists():
        return _gone("segment")
    return {"status": StepStatus.SUCCESSFUL, "changed": segment.basis != before, "rows": segment.size}


def _export(step: RefreshStep, guard: Guard) -> Done:
    """Queue the export's run; the step ends with it. One that cannot begin is skipped, with the reason (CI-T3)."""
    export = Export.objects.filter(pk=step.of).first()
    if export is None:
        return _gone("export")
    refresh = step.refresh
    actor = Actor.worker(refresh.asked_by, refresh.asker_id)
    try:
        with transaction.atomic():
            guard()
            if Refresh.objects.filter(pk=refresh.pk, cancel_requested_at__isnull=False).exists():
                return {"status": StepStatus.CANCELED}  # asked for since the walker looked
            number = run_commands.ask_run(actor, export.name, refresh=False, trigger=refresh.trigger)
            RefreshStep.objects.filter(pk=step.pk).update(run=number)
    except LelekaError as error:
        return {"status": StepStatus.SKIPPED, "problems": [problem_data(one) for one in _why(export, error)]}
    return {"status": StepStatus.QUEUED}


def _why(export: Export, error: LelekaError) -> tuple[Problem, ...]:
    live = export.runs.filter(finished_at__isnull=True).first()
    if not isinstance(error, Conflict) or live is None:
        return tuple(error.problems)
    return (Problem.of("EARLIER_RUN_LIVE", export.name, run=live.pk, status=live.status),)


def _gone(kind: str) -> Done:
    problem = Problem.of("REMOVED_MEANWHILE", kind=kind)
    return {"status": StepStatus.SKIPPED, "problems": [problem_data(problem)]}
