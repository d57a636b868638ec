"""The steps of segments: what holds now, what held when they were evaluated, and what the last run used."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from leleka.errors import Problem
from leleka.services.access.discretion import discreet_problem
from leleka.services.customers.finding import Reader
from leleka.services.installation import lake_sessions
from leleka.services.segments.resting import causes
from leleka.services.why import words
from leleka.services.why.contracts import Said, StepName, WhyStep
from leleka.services.why.rules import Judged, judged
from leleka.services.why.verdict import local_day
from leleka.state.models import AuditEntry, Run, Segment
from leleka.warehouse.customers import lookups


def steps(
    reader: Reader, segments: Sequence[Segment], profile: str, run: Run | None, used: Mapping[str, bool]
) -> list[WhyStep]:
    """Return a step for each segment. Where one of several holds, the others keep nobody out.

    ``run`` is the last one that was planned, ``used`` whether each of its segments had the profile in it.
    """
    if not profile:
        return []
    found = judged(reader, segments, profile)
    evaluated = _members(segments, profile)
    told = [
        _step(reader, row, found[row.pk], evaluated.get(row.pk), _notes(row, run, used)) for row in segments
    ]
    if any(one.held for one in told):
        return [one if one.held else replace(one, held=None) for one in told]
    return told


def _step(reader: Reader, row: Segment, now: Judged, before: bool | None, notes: Sequence[Said]) -> WhyStep:
    title = words.told(f"WHY_STEP.{StepName.SEGMENT}", name=row.name)
    rests = bool(causes([row.name]))
    code, values = _how(reader, row, now, before=before, rests=rests)
    holds = bool(before) if rests else now.holds and code != "WHY_NEVER_EVALUATED"
    said, todo = words.told(code, **values), words.remedy(code)
    at = row.evaluated_at
    return WhyStep(StepName.SEGMENT, title, holds, said, todo, notes, at, segment=row.pk, rules=now.parts)


def _how(
    reader: Reader, row: Segment, now: Judged, *, before: bool | None, rests: bool
) -> tuple[str, dict[str, Any]]:
    if rests:
        return ("WHY_RESTS.in", {}) if before else ("WHY_RESTS.out", {"segment": row.name})
    if now.problem is not None:
        return "WHY_RULE_WRONG", {"segment": row.name, "problem": _discreet(reader, now.problem)}
    if now.holds:
        if not row.snapshot:
            return "WHY_NEVER_EVALUATED", {}
        return ("WHY_HOLDS_NEWLY" if before is False else "WHY_HOLDS"), {}
    told: dict[str, Any] = {"segment": row.name, "rule": now.failing}
    code = "WHY_FAILS"
    if any(now.value.values()):
        code, told = "WHY_FAILS_ON", {**told, "value": now.value}
    if before:
        return "WHY_FAILS_NEWLY", {"reason": words.told(code, **told)}
    return code, told


def _members(segments: Sequence[Segment], profile: str) -> dict[int, bool]:
    """Return of each segment whether the profile was in it when it was last evaluated."""
    lake = lake_sessions.lake()
    kept = {str(row.pk): row.snapshot for row in segments if row.snapshot and lake.is_sound(row.snapshot)}
    with lake_sessions.page_session() as session:
        files = {number: lake.open(one).files for number, one in kept.items()}
        inside = lookups.members_of(session, files, profile)
    return {int(number): number in inside for number in kept}


def _notes(row: Segment, run: Run | None, used: Mapping[str, bool]) -> list[Said]:
    """Return what the last run used, where that is still known, and whether the rules were changed since."""
    if run is None:
        return []
    notes = [words.told("WHY_USED" if used[row.name] else "WHY_NOT_USED")] if row.name in used else []
    since = run.started_at or run.created_at
    entries = AuditEntry.objects.filter(action="segment changed", subject=row.name, at__gt=since).order_by(
        "-pk"
    )
    changed = next((one for one in entries[:20] if "rules" in one.details.get("fields", ())), None)
    return [*notes, words.told("WHY_RULES_CHANGED", day=local_day(changed.at))] if changed else notes


def _discreet(reader: Reader, problem: Problem) -> Problem:
    return discreet_problem(problem) if reader.masked else problem
