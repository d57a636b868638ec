"""When things are due during a soak test of workers, and whether every instant was decided correctly.

The judge is the checker of the tests, which shares no code with the scheduler.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from scripts.soak.worker_processes import Crewman
from tests.simulation.schedule_checker import Row, Start, Timeline, Watched, check, due_instants

ZONES = ("Europe/Kyiv", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
PATIENCE = 30.0  # seconds within which a live worker decides, on a busy machine
_CALM = timedelta(seconds=45)  # before the end nothing is due any more
_FAR = timedelta(hours=3)
_APART = timedelta(minutes=5)  # two times of one schedule
_MOST = 3
_SYSTEM = "system"


def instants(now: datetime, minutes: float) -> Sequence[datetime]:
    """Return the whole minutes of a soak test at which something may be due; one in three hours if it is too
    short.
    """
    first = now.replace(second=0, microsecond=0) + timedelta(minutes=2)
    last = now + timedelta(minutes=minutes) - _CALM
    found = [first + timedelta(minutes=number) for number in range(int(minutes) + 1)]
    return [one for one in found if one <= last] or [now.replace(second=0, microsecond=0) + _FAR]


def own_schedule(number: int, due: Sequence[datetime]) -> str:
    """Return the schedule of the n-th export that has its own."""
    zone = ZONES[number % len(ZONES)]
    at = due[number % len(due)].astimezone(ZoneInfo(zone))
    return f"{{repeat: daily, times: ['{at:%H:%M}'], time_zone: {zone}}}"


def system_schedule(now: datetime, due: Sequence[datetime]) -> str:
    """An hour ago, and up to three times from the first instant on."""
    times = [now - timedelta(hours=1), *(one for one in due[:: int(_APART.seconds / 60)])][: 1 + _MOST]
    told = ", ".join(f"'{one:%H:%M}'" for one in sorted(times, key=lambda one: one.strftime("%H:%M")))
    return f"{{repeat: daily, times: [{told}], time_zone: UTC}}"


def judged(rows: Mapping[str, Any], hands: Sequence[Crewman], begin: float, end: float) -> dict[str, Any]:
    """Return the account of the schedules: what was due, what was decided, and everything that is wrong."""
    watched = _watched(rows, end)
    timeline = Timeline(begin, end, {hand.name: joined(hand.downs) for hand in hands}, patience=PATIENCE)
    decisions = [
        Row(one["subject"], one["due_at"], one["outcome"], one["reason"], one["decided_at"])
        for one in rows["decisions"]
    ]
    return {
        "instants": sum(len(due_instants(one, end)) for one in watched),
        "decisions": dict(Counter(row.outcome for row in decisions)),
        "wrongly_decided": check(watched, timeline, decisions, _starts(rows)),
        "overlapping_runs": _overlapping(rows["runs"]),
    }


def _watched(rows: Mapping[str, Any], end: float) -> list[Watched]:
    kept = [(_SYSTEM, one["schedule"], one["since"]) for one in rows["system"]]
    kept += [
        (f"export:{one['pk']}", one["schedule"]["schedule"], one["schedule_since"])
        for one in rows["exports"]
        if one["schedule"]["policy"] == "own"
    ]
    return [
        Watched(
            subject,
            schedule["time_zone"],
            frozenset(range(7)),
            tuple(sorted(time.fromisoformat(one) for one in schedule["times"])),
            since,
            end,
        )
        for subject, schedule, since in kept
    ]


def _starts(rows: Mapping[str, Any]) -> list[Start]:
    return [
        Start(
            _SYSTEM if one["scope"] == "everything" else one["scope"],
            one["due_at"],
            one["created_at"],
            one["finished_at"],
        )
        for one in rows["refreshes"]
        if one["due_at"] is not None
    ]


def joined(stretches: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the intervals in order, with adjacent ones merged."""
    found: list[tuple[float, float]] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _overlapping(runs: Sequence[Mapping[str, Any]]) -> int:
    """Count the runs that began before the previous run of the same export had ended."""
    count = 0
    for export in {one["export__name"] for one in runs}:
        mine = sorted(
            (one for one in runs if one["export__name"] == export), key=lambda one: float(one["created_at"])
        )
        count += sum(
            earlier["finished_at"] is None or earlier["finished_at"] > later["created_at"]
            for earlier, later in pairwise(mine)
        )
    return count
