"""Activating and deactivating segments, now or at a date, and on which days they are evaluated (CI-G10, S10)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import F

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.schedules.recurrence import SegmentSchedule, parse_segment_schedule, segment_to_data
from leleka.core.schedules.states import ActiveState, parse_moment, planned, refuse_past
from leleka.errors import InvalidInput, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, refuse_steering, stale
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.refresh import commands as refresh_commands
from leleka.services.segments import tags as segment_tags
from leleka.services.segments.contracts import SegmentSettings
from leleka.services.segments.queries import find_by_id
from leleka.services.segments.timing import home_zone, schedule_of, state_of, stored
from leleka.services.segments.usage import exports_fed
from leleka.state.models import Segment

_MOMENTS: Final = ("activate_at", "deactivate_at")
T = TypeVar("T")


def set_settings(actor: Actor, number: int, wanted: SegmentSettings, version: int, clock: Clock) -> None:
    """Change when a segment is active, on which days it is evaluated, and its tags. Activating it refreshes it.

    Raises ``InvalidInput`` with all problems, ``Conflict`` STALE or MANAGED_BY_FILE, ``Forbidden`` where an export
    sends it that somebody may only look at.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    now = utc_now(clock)
    with transaction.atomic():
        row = _steerable(actor, number)
        state, schedule, tags = _read(row, wanted)
        refuse_past(state, now)
        if row.version != version:
            raise stale(row.name)
        before = _told(row)
        _write(row, state, now, schedule=stored(schedule), version=F("version") + 1)
        segment_tags.give_tags(row, tags)
        after = _told(find_by_id(number))
        if after != before:
            record(actor, "segment settings changed", row.name, {"before": before, "after": after})
            if state.active is not row.active:
                _note(actor, row, active=state.active)
            _follow_up(actor, row, active=state.active)


def switch(actor: Actor, number: int, clock: Clock, *, active: bool) -> None:
    """Activate or deactivate a segment now. A moment that would change nothing any more is forgotten.

    Raises as ``set_settings`` does.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    now = utc_now(clock)
    with transaction.atomic():
        row = _steerable(actor, number)
        had = state_of(row)
        state = had.switched(active=active)
        if state != had:
            _write(row, state, now, version=F("version") + 1)
            _note(actor, row, active=active)
            _follow_up(actor, row, active=active)


def carry_out_due(clock: Clock) -> None:
    """Activate and deactivate what was to be by now; called by the worker, in the name of the schedule. Of several
    workers one does it.
    """
    now, actor = utc_now(clock), Actor.worker("schedule")
    due = Segment.objects.filter(activate_at__lte=now) | Segment.objects.filter(deactivate_at__lte=now)
    for number in due.order_by("name").values_list("pk", flat=True):
        with transaction.atomic():
            row = Segment.objects.select_for_update().filter(pk=number).first()
            if row is None:
                continue
            had = state_of(row)
            state = had.at(now)
            if state == had:
                continue  # another worker, or somebody who changed the date
            _write(row, state, now)
            for moment, active in had.changes():
                if moment <= now:
                    _note(actor, row, active=active)
            _follow_up(actor, row, active=state.active)


def _steerable(actor: Actor, number: int) -> Segment:
    Segment.objects.select_for_update().filter(pk=number).first()  # no two change it at the same moment
    row = find_by_id(number)
    refuse_managed(row)
    refuse_steering(actor, row.name, exports_fed([row.name]))
    return row


def _read(row: Segment, wanted: SegmentSettings) -> tuple[ActiveState, SegmentSchedule, list[str]]:
    """Read what is typed; what is not given stays. Raises ``InvalidInput`` with all problems."""
    problems: list[Problem] = []
    had = state_of(row)
    given = {"activate_at": wanted.activate_at, "deactivate_at": wanted.deactivate_at}
    moments = {
        name: getattr(had, name)
        if value is None
        else _tried(problems, partial(parse_moment, value, home_zone(), name))
        for name, value in given.items()
    }
    active = had.active if wanted.active is None else wanted.active
    state = None if problems else _tried(problems, lambda: planned(active, **moments))
    told = wanted.schedule
    schedule = schedule_of(row) if told is None else _tried(problems, lambda: parse_segment_schedule(told))
    names = wanted.tags
    tags = (
        segment_tags.tags_of(row)
        if names is None
        else _tried(problems, lambda: segment_tags.checked_tags(names))
    )
    if problems or state is None or schedule is None or tags is None:
        raise InvalidInput.of(problems)
    return state, schedule, tags


def _tried(problems: list[Problem], act: Callable[[], T]) -> T | None:
    try:
        return act()
    except InvalidInput as error:
        problems += error.problems
        return None


def _write(row: Segment, state: ActiveState, now: Any, **changes: Any) -> None:
    if state.active is not row.active:
        changes["state_since"] = now
        if state.active:
            changes["basis"] = ""  # the members of before may be wrong by now
    moments = {name: getattr(state, name) for name in _MOMENTS}
    Segment.objects.filter(pk=row.pk).update(active=state.active, **moments, **changes)


def _note(actor: Actor, row: Segment, *, active: bool) -> None:
    exports = [export.name for export in exports_fed([row.name])]
    record(actor, "segment activated" if active else "segment deactivated", row.name, {"exports": exports})


def _follow_up(actor: Actor, row: Segment, *, active: bool) -> None:
    """Let a segment that has become active be evaluated at once (CI-G10)."""
    if active and not row.active:
        refresh_commands.ask(actor, f"segment:{row.pk}")


def _told(row: Segment) -> Mapping[str, Any]:
    """Return the settings as the audit has them."""
    moments = {name: at.isoformat() if (at := getattr(row, name)) else None for name in _MOMENTS}
    schedule = segment_to_data(schedule_of(row))
    return {"active": row.active, **moments, "schedule": schedule, "tags": segment_tags.tags_of(row)}
