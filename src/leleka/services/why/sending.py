"""What runs did with a person: suppression, the last run, their row in the plan, its batch, and what was confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from leleka.core.clock import current_clock
from leleka.core.plan import Kind
from leleka.core.ports.outbox import BatchStatus
from leleka.core.statuses import Ended, RunStatus
from leleka.errors import Problem
from leleka.messages.stored import problem_of, said_of
from leleka.services.access.discretion import discreet_problem
from leleka.services.customers.finding import Reader
from leleka.services.customers.standing import shown_detail
from leleka.services.installation import lake_sessions
from leleka.services.runs.retention import kept_since
from leleka.services.segments.resting import causes
from leleka.services.status.export_summaries import kept_from_running
from leleka.services.translation import particulars, said_in_this_language
from leleka.services.why import words
from leleka.services.why.contracts import Said, StepName, WhyStep
from leleka.services.why.person import Person
from leleka.state.models import BatchRow, Export, Run
from leleka.state.suppression import among
from leleka.warehouse.customers import lookups, standing
from leleka.warehouse.customers.lookups import Outcome
from leleka.warehouse.customers.standing import PlannedPlace
from leleka.warehouse.diff import STATE_MEMBER, STATE_UNCONFIRMED
from leleka.warehouse.engines.port import Engine

_LOOKED_BACK: Final = 10  # runs that added anybody
_LEFT_OUT: Final = frozenset({Ended.EXCLUDED, Ended.REJECTED})


@dataclass(frozen=True, slots=True)
class Sending:
    """What runs did. ``member`` is whether the list is known to hold the person, ``since`` from when on that is known;
    ``planned`` is the last run that made a plan, ``left_out`` that it left them out for good.
    """

    steps: tuple[WhyStep, ...]
    member: bool
    since: datetime | None
    planned: Run | None
    left_out: bool
    doubtful: bool


def sending(session: Engine, reader: Reader, export: Export, person: Person) -> Sending:
    newest = export.runs.order_by("-pk").first()
    planned = export.runs.exclude(plan="").filter(config__target=export.target).order_by("-pk").first()
    place, outcome = _planned(session, planned, person)
    steps = [*_suppression(export, person), _run(reader, export, newest)]
    if planned is not None and person.key:
        steps += [_plan(reader, planned, place, outcome), *_batch(planned, place)]
    steps += [_confirmed(export, person)] if export.connection else []
    state = person.ledgered.state if person.ledgered else ""
    member = state == STATE_MEMBER and bool(person.ledgered and person.ledgered.held)
    return Sending(
        tuple(steps),
        member,
        _since(session, export, person) if member else None,
        planned,
        outcome is not None and outcome.ended in _LEFT_OUT,
        state == STATE_UNCONFIRMED or person.ledger_damaged or (outcome is None and place is not None),
    )


def members_used(session: Engine, run: Run, profile: str) -> dict[str, bool]:
    """Return of each segment that a run used, by name, whether it had a profile; of those that are still there."""
    lake = lake_sessions.lake()
    kept = {one.name: one.snapshot for one in run.configuration.segments if lake.is_sound(one.snapshot)}
    inside = lookups.members_of(session, {name: lake.open(one).files for name, one in kept.items()}, profile)
    return {name: name in inside for name in kept}


def _suppression(export: Export, person: Person) -> list[WhyStep]:
    if export.connection is None or not person.address:
        return []
    suppressed = bool(among(export.connection.account_id, [person.address]))
    return [
        _step(
            StepName.SUPPRESSION,
            "WHY_SUPPRESSED" if suppressed else "WHY_NOT_SUPPRESSED",
            held=not suppressed,
        )
    ]


def _run(reader: Reader, export: Export, run: Run | None) -> WhyStep:
    if export.connection is None:
        return _step(StepName.RUN, "WHY_DETACHED", held=False)
    notes = [words.told("WHY_NO_SCHEDULE")] if export.schedule.get("policy") == "off" else []
    if names := causes(one.name for one in export.segments.all()):
        return _step(StepName.RUN, "WHY_INACTIVE", held=False, notes=notes, names=names)
    skipped = kept_from_running(export.pk)
    if skipped is not None:
        said = _problem(reader, skipped.problems)
        code = "WHY_SKIPPED" if said else "WHY_SKIPPED_UNSAID"
        return _step(StepName.RUN, code, held=False, at=skipped.updated_at, notes=notes, **said)
    if run is None:
        return _step(StepName.RUN, "WHY_NEVER_RAN", held=False, notes=notes)
    code, held, values = _how(reader, run)
    at = run.finished_at or run.stepped_at or run.created_at
    return _step(StepName.RUN, code, held=held, at=at, notes=notes, number=run.pk, run=run.pk, **values)


def _how(reader: Reader, run: Run) -> tuple[str, bool | None, dict[str, Any]]:
    """Return the code of how a run stands, whether it stops anything, and what else is said."""
    if run.status == RunStatus.NEEDS_CONFIRMATION:
        said, english = said_of(run.confirmation_told), run.confirmation_reason
        return (
            "WHY_CONFIRM",
            False,
            {"reason": words.in_words(lambda: said_in_this_language(said) or english)},
        )
    if run.status == RunStatus.FAILED:
        told = _problem(reader, [problem_of(one) for one in run.problems])
        return "WHY_FAILED" if told else "WHY_FAILED_UNSAID", False, told
    if run.status == RunStatus.CANCELED:
        return "WHY_CANCELED", False, {}
    if run.finished_at is None:
        return "WHY_RUNNING", False, {"status": run.status}
    return "WHY_RAN", True, {"status": run.status}


def _planned(session: Engine, run: Run | None, person: Person) -> tuple[PlannedPlace | None, Outcome | None]:
    """Return a person's row in the plan of a run, and what became of them."""
    if run is None or not person.key:
        return None, None
    lake = lake_sessions.lake()
    place = standing.planned(session, lake.open(run.plan), person.key) if lake.is_sound(run.plan) else None
    if not run.outcomes or not lake.is_sound(run.outcomes):
        return place, None
    found = lookups.outcomes_of(session, {"": lake.open(run.outcomes).files}, person.key)
    return place, found.get("")


def _plan(reader: Reader, run: Run, place: PlannedPlace | None, outcome: Outcome | None) -> WhyStep:
    kind = (outcome.kind if outcome else "") or (place.kind if place else "")
    if outcome is None and place is None:
        return _of_run(StepName.PLAN, "WHY_NOT_PLANNED", run, held=False)
    if outcome is None or (outcome.ended == Ended.DELIVERED and kind):
        code = f"WHY_PLANNED.{kind}"
        return _of_run(StepName.PLAN, code, run, held=None if kind == Kind.LEFT else True)
    if outcome.ended == Ended.UNCHANGED:
        return _of_run(StepName.PLAN, "WHY_UNCHANGED", run, held=True)
    why = words.reason(outcome.code or outcome.ended)
    if outcome.ended == Ended.EXCLUDED:
        return _of_run(StepName.PLAN, "WHY_LEFT_OUT", run, held=False, reason=why)
    detail = words.in_words(lambda: particulars(outcome.code, shown_detail(reader, outcome)))
    if any(detail.values()):
        return _of_run(StepName.PLAN, "WHY_REFUSED_WITH", run, held=False, reason=why, detail=detail)
    return _of_run(StepName.PLAN, "WHY_REFUSED", run, held=False, reason=why)


def _batch(run: Run, place: PlannedPlace | None) -> list[WhyStep]:
    if place is None or place.seq is None:
        return []
    kept = BatchRow.objects.filter(run=run).only("number", "spans", "status", "code")
    rows = kept.exclude(status=BatchStatus.SPLIT).order_by("number")
    row = next((one for one in rows if any(first <= place.seq <= last for first, last in one.spans)), None)
    if row is None:
        return [_of_run(StepName.BATCH, "WHY_BATCH_GONE", run, held=None)]
    values: dict[str, Any] = {"batch": row.number}
    if row.status == BatchStatus.CONFIRMED:
        values["rows"] = sum(last - first + 1 for first, last in row.spans)
    if row.status in {BatchStatus.REFUSED, BatchStatus.ABANDONED}:
        values["reason"] = words.reason(row.code or "BATCH_FAILED")
    return [
        _of_run(
            StepName.BATCH, f"WHY_BATCH.{row.status}", run, held=row.status == BatchStatus.CONFIRMED, **values
        )
    ]


def _confirmed(export: Export, person: Person) -> WhyStep:
    if person.ledger_damaged:
        return _step(StepName.LIST, "WHY_LIST.damaged", held=False)
    found = person.ledgered
    if found is None:
        return _step(StepName.LIST, "WHY_LIST.nothing", held=False, target=export.target)
    if found.state == STATE_MEMBER and not found.held:
        return _step(StepName.LIST, "WHY_LIST.refused", held=False, reason=words.reason(found.refused_code))
    return _step(
        StepName.LIST, f"WHY_LIST.{found.state}", held=found.state == STATE_MEMBER, target=export.target
    )


def _since(session: Engine, export: Export, person: Person) -> datetime | None:
    """Return when the run ended that added the person last; None where none of the last ones that are remembered did.

    Each costs as much as looking through its outcomes: one after the other, the newest first.
    """
    ended = Q(finished_at__gte=kept_since(current_clock()), config__target=export.target, counts__added__gt=0)
    lake = lake_sessions.lake()
    for run in export.runs.filter(ended).exclude(outcomes="").order_by("-pk").defer("config")[:_LOOKED_BACK]:
        if lake.is_sound(run.outcomes):
            found = lookups.outcomes_of(session, {"": lake.open(run.outcomes).files}, person.key).get("")
            if found is not None and _is_addition(found):
                return run.finished_at
    return None


def _is_addition(outcome: Outcome) -> bool:
    return outcome.kind == Kind.ADDED and outcome.ended == Ended.DELIVERED


def _of_run(name: StepName, code: str, run: Run, *, held: bool | None, **values: Any) -> WhyStep:
    return _step(
        name, code, held=held, at=run.finished_at or run.stepped_at, number=run.pk, run=run.pk, **values
    )


def _step(
    name: StepName,
    code: str,
    *,
    held: bool | None,
    at: datetime | None = None,
    notes: Sequence[Said] = (),
    number: int | None = None,
    **values: Any,
) -> WhyStep:
    said = words.told(code, **values)
    todo = words.NOTHING if held else words.remedy(code)
    return WhyStep(name, words.told(f"WHY_STEP.{name}"), held, said, todo, notes, at, run=number)


def _problem(reader: Reader, problems: Sequence[Problem]) -> dict[str, Any]:
    """Return the first problem as a value of what is said, as somebody may read it."""
    if not problems:
        return {}
    return {"problem": discreet_problem(problems[0]) if reader.masked else problems[0]}
