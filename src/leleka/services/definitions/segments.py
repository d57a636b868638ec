"""Segments of a definitions file: checking what it says of each, bringing the rows to it, and writing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from leleka.core.clock import utc_now
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data
from leleka.core.schedules.recurrence import SegmentSchedule, parse_segment_schedule, segment_to_data
from leleka.core.schedules.states import ActiveState, parse_moment, planned
from leleka.errors import InvalidInput
from leleka.services.access.actor import Actor
from leleka.services.definition_schema.problem_collector import Gathering, Location
from leleka.services.definition_schema.schema import SegmentDefinition
from leleka.services.definitions.changes import Changes
from leleka.services.refresh import commands as refresh_commands
from leleka.services.segments.tags import checked_tags, give_tags, tags_of
from leleka.services.segments.timing import home_zone, schedule_of, state_of, stored
from leleka.services.segments.usage import forget, with_users
from leleka.state.models import Segment

_MOMENTS: Final = ("activate_at", "deactivate_at")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CheckedSegment:
    """What a file says of a segment. ``state`` is what holds before the first of its moments."""

    rules: dict[str, object]
    state: ActiveState
    schedule: SegmentSchedule
    tags: list[str]


def check_segment(found: Gathering, number: int, part: SegmentDefinition) -> CheckedSegment | None:
    """Check one segment; what is wrong is gathered."""
    here: Location = ("segments", number)
    before, where = len(found.problems), found.file.where

    def placed(work: Callable[[], T]) -> T | None:
        try:
            return work()
        except InvalidInput as error:
            for problem in error.problems:
                found.note((*here, problem.where or "tags"), replace(problem, where=""))
            return None

    rules = found.attempt((*here, "rules"), lambda: parse(part.rules, found.known, where((*here, "rules"))))
    given = {"activate_at": part.activate_at, "deactivate_at": part.deactivate_at}
    moments = {name: placed(partial(parse_moment, raw, home_zone(), name)) for name, raw in given.items()}
    schedule = found.attempt(
        (*here, "schedule"), lambda: parse_segment_schedule(part.schedule, where((*here, "schedule")))
    )
    tags = placed(lambda: checked_tags(part.tags))
    state = placed(lambda: planned(part.active, **moments)) if None not in (schedule, tags) else None
    if len(found.problems) > before or rules is None or state is None or schedule is None or tags is None:
        return None
    return CheckedSegment(to_data(rules), state, schedule, tags)


def apply_segments(changes: Changes, actor: Actor, segments: Mapping[str, CheckedSegment]) -> None:
    """Bring the segments to what the file says. What its dates have brought by now holds, not what was before them:
    a file that is applied again changes nothing. One that becomes active is refreshed.
    """
    now = utc_now()
    for name, one in segments.items():
        before = Segment.objects.filter(name=name).first()
        state = one.state.at(now)
        tags_differ = (tags_of(before) if before else []) != one.tags
        values = {
            "rules": one.rules,
            "active": state.active,
            **{moment: getattr(state, moment) for moment in _MOMENTS},
            "schedule": stored(one.schedule),
        }
        row = changes.upsert("segment", name, values, beside=("tags",) if tags_differ else ())
        if tags_differ:
            give_tags(row, one.tags)
        if before is not None:
            _follow_up(actor, before, row, now)


def _follow_up(actor: Actor, before: Segment, row: Segment, now: datetime) -> None:
    rows = Segment.objects.filter(pk=row.pk)
    if row.rules != before.rules:
        forget(with_users([row.name]))
    if row.active is not before.active:
        rows.update(state_since=now)
        if row.active:
            forget([row.name])
            refresh_commands.ask(actor, f"segment:{row.pk}")


def written_segment(row: Segment) -> dict[str, Any]:
    """Return a segment as a file says it, without what is usual."""
    state = state_of(row)
    told: dict[str, Any] = {"name": row.name}
    if planned(None, state.activate_at, state.deactivate_at).active is not state.active:
        told["active"] = state.active
    moments = {name: at for name in _MOMENTS if (at := getattr(state, name)) is not None}
    told |= {name: _local(at) for name, at in moments.items()}
    if row.schedule["policy"] != "system":
        told["schedule"] = segment_to_data(schedule_of(row))
    if tags := tags_of(row):
        told["tags"] = tags
    return {**told, "rules": row.rules}


def _local(moment: datetime) -> str:
    """Return a moment as the clocks show it here; one that they show twice, the second time, with its offset."""
    local = moment.astimezone(ZoneInfo(home_zone()))
    text = f"{local.replace(tzinfo=None).isoformat(sep=' ')}".removesuffix(":00").removesuffix(" 00:00")
    return text if parse_moment(text, home_zone(), "") == moment else moment.isoformat()
