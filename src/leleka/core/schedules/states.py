"""Whether a segment is active, and the moments at which that changes by itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from leleka.core.rules.values import kind_of
from leleka.core.schedules.instants import moment_of
from leleka.core.schedules.parser import shown
from leleka.errors import InvalidInput, Problem

_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class ActiveState:
    """Whether it is active now, and when it becomes so or ceases to be: moments in UTC, None where it does not."""

    active: bool = True
    activate_at: datetime | None = None
    deactivate_at: datetime | None = None

    def changes(self) -> Sequence[tuple[datetime, bool]]:
        """Return the moments at which it changes, ascending, each with what it is from then on."""
        both = ((self.activate_at, True), (self.deactivate_at, False))
        return sorted((at, active) for at, active in both if at is not None)

    def at(self, now: datetime) -> "ActiveState":
        """Return what it is at a moment, with the changes that are still to come."""
        state = self
        for moment, active in self.changes():
            if moment <= now:
                state = _without(replace(state, active=active), active=active)
        return state

    def switched(self, *, active: bool) -> "ActiveState":
        """Return the state that somebody makes now: a moment that would change nothing any more is forgotten."""
        state = replace(self, active=active)
        changes = state.changes()
        if changes and changes[0][1] is active:
            return _without(state, active=active)
        return state


def _without(state: ActiveState, *, active: bool) -> ActiveState:
    return replace(state, activate_at=None) if active else replace(state, deactivate_at=None)


_FIELDS: Final = {True: "activate_at", False: "deactivate_at"}


def planned(active: bool | None, activate_at: datetime | None, deactivate_at: datetime | None) -> ActiveState:
    """Return the state that people wrote down; ``active`` is what holds until the first of the moments, and is the
    opposite of what that one brings where nobody wrote it.

    Raises InvalidInput (SEGMENT_STATE_INVALID) where a moment would change nothing.
    """
    changes = ActiveState(True, activate_at, deactivate_at).changes()
    if not changes:
        return ActiveState(active is not False)
    if activate_at == deactivate_at:
        raise InvalidInput("SEGMENT_STATE_INVALID.same", where="deactivate_at")
    _, first = changes[0]
    if active is first:
        key = "SEGMENT_STATE_INVALID.active" if first else "SEGMENT_STATE_INVALID.inactive"
        raise InvalidInput(key, where=_FIELDS[first])
    return ActiveState(not first, activate_at, deactivate_at)


def refuse_past(state: ActiveState, now: datetime) -> None:
    """Raises InvalidInput with the moments that are over: whoever types one means another."""
    over = [
        Problem("SEGMENT_STATE_INVALID.past", _FIELDS[active])
        for moment, active in state.changes()
        if moment <= now
    ]
    if over:
        raise InvalidInput.of(over)


def parse_moment(raw: object, zone: str, where: str) -> datetime | None:
    """Parse a day, or a day and a time, in a zone: ``2026-12-24``, ``2026-12-24 08:00``; None and "" are no moment.

    A day begins at midnight. A moment with an offset of its own is that moment. Raises InvalidInput.
    """
    if raw is None or raw == "":
        return None
    try:
        return _moment(raw, ZoneInfo(zone))
    except (ValueError, OverflowError):  # no such day, or none that a clock ever shows
        got = shown(raw) if isinstance(raw, str) else kind_of(raw)
        raise InvalidInput("SEGMENT_STATE_INVALID.moment", where=where, got=got) from None


def _moment(raw: object, zone: ZoneInfo) -> datetime:
    if isinstance(raw, str):
        raw = datetime.fromisoformat(raw.strip() if _MOMENT.match(raw.strip()) else "")
    if isinstance(raw, datetime):
        raw = raw.replace(microsecond=0)
        return raw.astimezone(UTC) if raw.tzinfo else moment_of(raw, zone)
    if isinstance(raw, date):
        return moment_of(datetime.combine(raw, time()), zone)
    raise ValueError
