"""What a segment's state and schedule keep from going on, said before anybody waits for it in vain."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from leleka.core.clock import utc_now
from leleka.core.schedules.model import Schedule
from leleka.core.schedules.parser import parse_schedule
from leleka.core.schedules.recurrence import Recurrence, gap_of, served_days
from leleka.errors import InvalidInput, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.segments.resting import causes
from leleka.services.segments.timing import home_zone, schedule_of
from leleka.services.segments.usage import exports_fed
from leleka.state.models import Segment, SystemSchedule


def stopped_by(name: str) -> tuple[str, ...]:
    """Return the names of the exports that do not run while a segment is inactive."""
    return tuple(export.name for export in exports_fed([name]))


def warnings_of(row: Segment, stops: Sequence[str]) -> tuple[Problem, ...]:
    return tuple(_warnings(row, stops))


def _warnings(row: Segment, stops: Sequence[str]) -> Iterator[Problem]:
    if inner := [name for name in causes([row.name]) if name != row.name]:
        yield Problem("SEGMENT_INACTIVE.inner", params={"names": inner})
    if stops and not row.active:
        yield Problem("SEGMENT_INACTIVE.users", params={"exports": list(stops)})
    if stops and row.deactivate_at:
        day = row.deactivate_at.astimezone(ZoneInfo(home_zone())).date()
        yield Problem("SEGMENT_INACTIVE.users_then", params={"day": day.isoformat(), "exports": list(stops)})
    if (own := schedule_of(row).own) and (unserved := unserved_by_the_system(own)):
        yield unserved


def unserved_by_the_system(own: Recurrence) -> Problem | None:
    """Say what the system's schedule cannot serve of a segment's own days (CI-S10)."""
    system = _system()
    if system is None:
        return Problem("SEGMENT_UNSERVED.off")
    now, zone = utc_now(), home_zone()
    gap = gap_of(own, served_days(system, now, zone), now.astimezone(ZoneInfo(zone)).date())
    if gap is None:
        return None
    day = gap.day.isoformat()
    if gap.then is None:
        return Problem("SEGMENT_UNSERVED.over", params={"day": day})
    return Problem("SEGMENT_UNSERVED", params={"day": day, "then": gap.then.isoformat()})


def unserved(actor: Actor) -> Sequence[str]:
    """Return the names of the active segments with days that the system's schedule cannot serve (CI-S11)."""
    require(actor, Permission.SEE)
    rows = Segment.objects.filter(active=True, schedule__policy="own").order_by("name")
    known: dict[Recurrence, Problem | None] = {}
    found = []
    for row in rows:
        if (own := schedule_of(row).own) is None:
            continue
        if own not in known:
            known[own] = unserved_by_the_system(own)
        if known[own] is not None:
            found.append(row.name)
    return found


def _system() -> Schedule | None:
    row = SystemSchedule.objects.filter(pk=1, on=True).first()
    try:
        return parse_schedule(row.schedule, "system") if row else None
    except InvalidInput:
        return None  # a zone that is gone: nothing is due, and the system's own page says so
