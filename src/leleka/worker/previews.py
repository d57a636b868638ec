from dataclasses import replace
from math import inf
from typing import Final

from leleka.core.messages import Message
from leleka.core.plan import Planned
from leleka.core.ports.clock import Clock
from leleka.engine.guards import contacts_held
from leleka.engine.rate_limit import ImportLimiter
from leleka.engine.run import preview
from leleka.engine.run_spec import Watcher
from leleka.engine.suppression_reading import NoCache
from leleka.messages.progress import in_english
from leleka.messages.stored import said_data
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import require_export
from leleka.services.connections.impatient_clock import ImpatientClock
from leleka.services.connections.open_destination import Opened, opened
from leleka.services.contracts import NoteView
from leleka.services.exports.contracts import PreviewView
from leleka.services.exports.queries import connection_of, find_by_name
from leleka.services.installation import lake_sessions
from leleka.worker.job_context import JobContext
from leleka.worker.runs.frozen_configuration import context_of, freeze, refresh_for, spec_of
from leleka.worker.runs.waiting_addresses import waiting_addresses

_LONGEST_PAUSE: Final = 60.0  # seconds


def preview_export(
    actor: Actor, name: str, clock: Clock, watcher: Watcher, *, refresh: bool = True
) -> PreviewView:
    """Plan, and go no further. The plan it wrote is removed again. Raises ``Forbidden``, ``NotFound``, and
    ``TryLater`` where the account asks for a longer pause than somebody who looks would wait.
    """
    export = find_by_name(name)
    require_export(actor, export)
    connection = connection_of(export)
    with lake_sessions.session() as session:
        job = JobContext(session, clock, watcher)
        if refresh:
            refresh_for(job, export)
        configuration = freeze(job, export)
        with opened(connection, ImpatientClock(clock, inf, nap=_LONGEST_PAUSE)) as account:
            spec = spec_of(export, connection.account, configuration)
            spec = replace(spec, waiting=lambda: waiting_addresses(job, connection.account, account))
            planned, batches, _ = preview(spec, context_of(job, account, NoCache()))
            pace = ImportLimiter(account.limits, account.time_scale, clock, share=spec.share)
            seconds = sum(pace.interval(batch.rows) for batch in batches)
            held = None if spec.plan_limit is None else _contacts_held(account, watcher)
    lake_sessions.lake().remove(planned.reference)
    reason = spec.needs_confirmation(planned, lambda: held)
    return PreviewView(
        export=export.name,
        connection=connection.name,
        target=spec.target,
        segments=tuple((one.name, one.size) for one in configuration.segments),
        counts=planned.counts,
        requests=len(batches),
        minutes=seconds / 60,
        confirmation_reason=in_english(reason),
        confirmation_told=said_data(reason),
        too_large=planned.counts.selected > spec.limit,
        limit=spec.limit,
        plan_limit=spec.plan_limit,
        account_contacts=held,
        notes=_notes(planned),
    )


def _notes(planned: Planned) -> tuple[NoteView, ...]:
    return tuple(NoteView(in_english(note), said_data(note)) for note in planned.notes)


def _contacts_held(account: Opened, watcher: Watcher) -> int | None:
    watcher.stage(Message("COUNTING_CONTACTS"))
    return contacts_held(account.destination)
