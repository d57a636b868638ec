"""Runs: what they did, and what may be done with them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from django.db.models import Count, Q

from leleka.core.address_masking import mask_all
from leleka.core.clock import current_clock, utc_now
from leleka.core.column_classes import ColumnClass, mask_value
from leleka.core.email import mask
from leleka.core.messages import NOTHING, Message
from leleka.core.plan import Counts
from leleka.core.reason_codes import SENT_INSTEAD
from leleka.errors import Conflict, NotFound
from leleka.messages.progress import in_english
from leleka.messages.reasons import in_words
from leleka.messages.stored import problem_of, said_data, said_of
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet, sees_personal
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.contracts import NoteView
from leleka.services.installation import lake_sessions
from leleka.services.paging import Columns, Listed, ListQuery, contains, page_of
from leleka.services.runs.contracts import Progress, RowView, RunView
from leleka.services.runs.csv import lines
from leleka.services.runs.retention import kept_days, kept_since
from leleka.services.sources import column_classes
from leleka.state.case_folding import Folded
from leleka.state.models import Account, AttemptRow, Export, Run, RunStatus
from leleka.warehouse import outcomes
from leleka.warehouse.counts import DUE
from leleka.warehouse.lake import Snapshot

_STOPPED: Final = "RUN_STOPPED"
_OWN_WORDS: Final = ("EMAIL_", "ROW_TOO_LARGE")
_DIGITS: Final = 19  # a number with so many may be larger than an id can be


def list_runs(
    actor: Actor, export: str | None = None, limit: int = 20, after: int | None = None
) -> list[RunView]:
    """Return the newest runs first; with ``after`` those that are older than the run of this number."""
    require(actor, Permission.SEE)
    rows = Run.objects.select_related("export").order_by("-pk")
    if export is not None:
        rows = rows.filter(export__name=export)
    if after:
        rows = rows.filter(pk__lt=after)
    return discreet(actor, views_of(rows[:limit]))


def find_runs(actor: Actor, wanted: ListQuery) -> Listed[RunView]:
    """Return a page of runs, looked for by export, by who asked for it and by number."""
    require(actor, Permission.SEE)
    columns: Columns = {
        "number": "pk",
        "export": Folded("export__name"),
        "status": "status",
        "by": Folded("asked_by"),
    }
    # Names are compared once each, not once for every run: there are few of them, and runs are many.
    exports = Export.objects.filter(contains(wanted.text, "name")).values("pk")
    people = Run.objects.order_by().values_list("asked_by", flat=True).distinct() if wanted.text else ()
    # Looked for in what the actor sees of the name: an address cannot be found out letter by letter.
    asking = [name for name in people if wanted.text.lower() in discreet(actor, name).lower()]
    matching = Q(export__in=exports) | Q(asked_by__in=asking)
    if wanted.text.isdecimal() and len(wanted.text) < _DIGITS:
        matching |= Q(pk=int(wanted.text))
    return page_of(
        Run.objects.select_related("export"),
        wanted,
        columns,
        matching,
        lambda rows: discreet(actor, views_of(rows)),
    )


def show_run(actor: Actor, number: int) -> RunView:
    require(actor, Permission.SEE)
    return discreet(actor, view_of(run_row(number)))


def rows_of(actor: Actor, number: int, ended: str, limit: int, offset: int = 0) -> Sequence[RowView]:
    """Return profiles of a run that ended so, as ``rows_page`` does."""
    return rows_page(actor, number, ended, limit, offset)[0]


def rows_page(
    actor: Actor, number: int, ended: str, limit: int, offset: int = 0
) -> tuple[Sequence[RowView], bool]:
    """Return profiles of a run that ended so, and whether there are more. For whoever may not see personal data,
    addresses are masked, ids as the class of their column says, and nothing is told of what ActiveCampaign said; to see
    them is audited.
    """
    require(actor, Permission.SEE)
    run = run_row(number)
    outcome = _outcomes_of(run)
    with lake_sessions.page_session() as session:
        found = outcomes.rows(session, outcome, ended, limit + 1, offset)
    shown, more = found[:limit], len(found) > limit
    rows = [
        RowView(profile_id, address or "", how, code, detail or "")
        for profile_id, address, how, code, detail in shown
    ]
    if not sees_personal(actor):
        key = _class_of_key(run)
        return [_masked_row(key, row) for row in rows], more
    if rows:
        told = {"run": number, "ended": ended, "rows": len(rows), "offset": offset}
        record(actor, "run rows seen", run.export.name, told)
    return rows, more


def _masked_row(key: ColumnClass, row: RowView) -> RowView:
    """What Leleka says itself of an address has it masked already. Everything else may name somebody."""

    def shown(profile_id: str) -> str:
        return str(mask_value(key, profile_id))

    told = row.detail if row.code.startswith(_OWN_WORDS) else ""
    if winner := SENT_INSTEAD.fullmatch(told):
        told = told[: winner.start(1)] + shown(winner[1]) + told[winner.end(1) :]
    return replace(
        row,
        profile_id=shown(row.profile_id),
        address=mask(row.address) if row.address else "",
        detail=mask_all(told),
    )


def _class_of_key(run: Run) -> ColumnClass:
    """Return the class of the column that the ids of a run are from; a run that did not begin has none."""
    frozen = run.configuration.frozen
    if frozen is None:
        return ColumnClass.TEXT
    return column_classes.current().of(frozen.table.name, frozen.table.primary_key or "")


def download_rows(actor: Actor, number: int, ended: str) -> Iterator[str]:
    """Return the profiles of a run that ended so as the lines of a CSV file, with their addresses; audited."""
    require(actor, Permission.DOWNLOAD_PERSONAL)
    run = run_row(number)
    outcome = _outcomes_of(run)
    record(actor, "run download", run.export.name, {"run": number, "ended": ended})
    return _lines(outcome, ended)


def _lines(outcome: Snapshot, ended: str) -> Iterator[str]:
    yield lines([("profile", "email", "outcome", "code", "reason")])
    with lake_sessions.small_session() as session:
        for chunk in outcomes.chunks(session, outcome, ended):
            yield lines(
                (profile_id, address, how, code, detail or (in_words(code) if code else ""))
                for profile_id, address, how, code, detail in chunk
            )


def verify_run(actor: Actor, number: int) -> tuple[RunView, Counts]:
    """Count a finished run's outcomes again; return the run and what was counted now."""
    require(actor, Permission.SEE)
    run = run_row(number)
    outcome = _outcomes_of(run)
    with lake_sessions.page_session() as session:
        counted = outcomes.count(session, outcome)
    return discreet(actor, view_of(run)), counted


def _outcomes_of(run: Run) -> Snapshot:
    if run.finished_at is not None and run.finished_at < kept_since(current_clock()):
        raise Conflict("RUN_WITHOUT_OUTCOMES.forgotten", where=f"run {run.pk}", days=kept_days())
    if run.outcomes:
        return lake_sessions.lake().open(run.outcomes)
    key = "RUN_WITHOUT_OUTCOMES.live" if run.finished_at is None else "RUN_WITHOUT_OUTCOMES"
    raise Conflict(key, where=f"run {run.pk}")


def view_of(run: Run) -> RunView:
    return views_of([run])[0]


def views_of(runs: Iterable[Run]) -> list[RunView]:
    """Return what is shown of runs; their attempts are counted for all of them at once."""
    known = list(runs)
    asked = [run.pk for run in known if not (run.requests and run.outcomes)]
    counted = AttemptRow.objects.filter(batch__run__in=asked).values_list("batch__run")
    attempts = dict(counted.annotate(Count("pk")).order_by()) if asked else {}
    pauses = _pauses()
    return [_view(run, attempts.get(run.pk, 0), pauses.get(run.account_id, NOTHING)) for run in known]


def _pauses() -> dict[int, Message]:
    """Return what is to be said of the accounts that are not sent to just now, because the far side asked for it."""
    now = current_clock().now()
    paused = Account.objects.filter(paused_until__gt=now).values_list("pk", "paused_until")
    return {pk: Message("ACCOUNT_PAUSED", seconds=round(until - now)) for pk, until in paused}


def _view(run: Run, attempts: int, pause: Message) -> RunView:
    """Describe a run; one that sends to an account that is paused says so instead of its stage."""
    waits = pause if run.finished_at is None and run.status == RunStatus.PROCESSING else NOTHING
    counts = _counts_of(run, attempted=attempts > 0)
    configuration = run.configuration
    ended = run.finished_at or utc_now()
    seconds = (ended - (run.started_at or run.created_at)).total_seconds()
    delivered = counts.delivered if counts else 0
    return RunView(
        id=run.pk,
        export=run.export.name,
        connection=configuration.connection,
        target=configuration.target,
        segments=tuple((one.name, one.size) for one in configuration.segments),
        status=RunStatus(run.status),
        stage="" if run.finished_at else in_english(waits) or run.stage,
        stage_told={} if run.finished_at else said_data(waits) or run.stage_told,
        asked_by=run.asked_by,
        acts_as=run.acts_as,
        created_at=run.created_at,
        finished_at=run.finished_at,
        counts=counts,
        leavers=configuration.leavers.policy,
        requests=run.requests or attempts,
        seconds=seconds,
        rate=_a_second(delivered, seconds),
        confirmation_reason=run.confirmation_reason,
        confirmation_told=run.confirmation_told,
        problems=[problem_of(problem) for problem in run.problems],
        notes=[NoteView(in_english(said_of(note)), note) for note in run.notes],
        progress=progress_of(run),
        confirmed_by=run.confirmed_by,
        export_id=run.export_id,
        trigger=run.trigger,
        tries=run.tries,
        retry_at=run.retry_at,
        stalled_at=None if run.finished_at else run.stalled_at,
    )


def progress_of(run: Run) -> Progress | None:
    """Return how far a live run is; None where it has ended, or nothing can be said yet."""
    if run.finished_at is not None or not run.progress:
        return None
    told = run.progress
    seconds = current_clock().now() - told["began"]
    rate = _a_second(told["accepted"], seconds)
    left = (told["total"] - told["accepted"]) / rate if rate else None
    return Progress(told["total"], told["accepted"], told["confirmed"], rate, left)


def _a_second(contacts: int, seconds: float) -> float:
    """Return how many a second that is. Of less than a second none is told: it would be extrapolated."""
    return contacts / seconds if seconds >= 1 else 0.0


def counts_of(run: Run) -> Counts | None:
    """Return what became of the profiles of a run; None where it was not planned."""
    return _counts_of(run, attempted=AttemptRow.objects.filter(batch__run=run).exists())


def _counts_of(run: Run, *, attempted: bool) -> Counts | None:
    """Return the frozen counts. Of a run without outcomes they are its plan's; once it has ended, what was due in
    it was not attempted (I-2).
    """
    if not run.counts:
        return None
    counts = Counts(**run.counts)
    if run.finished_at is None or run.outcomes or attempted:
        return counts
    due = counts.selected - counts.accounted()
    return replace(
        counts,
        not_attempted={**counts.not_attempted, **({_STOPPED: due} if due else {})},
        left={_STOPPED if code == DUE else code: number for code, number in counts.left.items()},
    )


def run_row(number: int) -> Run:
    run = Run.objects.select_related("export__connection").filter(pk=number).first()
    if run is None:
        raise NotFound("RUN_UNKNOWN", number=number)
    return run
