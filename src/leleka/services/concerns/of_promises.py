"""*Ready by* of exports: told when it has passed without a confirmed run, and as soon as it will.

Whatever is read for it is read for all promises at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Min

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.core.ready_by import Cycle, ReadyBy, cycle_of, read_ready_by
from leleka.core.refresh_graph import StepKind
from leleka.core.schedules.model import Schedule
from leleka.core.schedules.parser import parse_schedule
from leleka.core.statuses import StepStatus
from leleka.errors import LelekaError, Problem
from leleka.services.concerns.contracts import Concern, ConcernKind
from leleka.services.exports.schedule_setting import OWN, SYSTEM, next_due
from leleka.services.runs.queries import progress_of
from leleka.state.models import Export, RefreshStep, Run, RunStatus, SystemSchedule

_WELL: Final = (RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS)
_LAST: Final = 5  # runs, of which the median duration is what the next is taken to need
_BACK: Final = timedelta(days=9)  # a weekly schedule asked for something within it
_SETTLED: Final = 60.0  # seconds of sending, before which its pace says little
_MARGIN: Final = timedelta(minutes=2)  # a forecast that wavers around the deadline is no alarm
_AHEAD: Final = (StepStatus.NOT_STARTED, StepStatus.QUEUED, StepStatus.PROCESSING)


@dataclass
class _History:
    """What is known of an export's runs. ``confirmed`` is when runs were asked for of which everybody is confirmed."""

    confirmed: list[datetime] = field(default_factory=list)
    took: list[float] = field(default_factory=list)  # seconds, from being asked for to the end
    live: Run | None = None
    begun_at: datetime | None = None  # of a refresh that has not come to it yet
    retry_at: datetime | None = None

    @property
    def takes(self) -> timedelta:
        """Return how long it takes from being due to the end, by the last runs; nothing where none is known."""
        return timedelta(seconds=median(self.took[-_LAST:]) if self.took else 0.0)


def find(clock: Clock) -> Iterable[Concern]:
    now = utc_now(clock)
    promising = Export.objects.exclude(ready_by={}).filter(connection__isnull=False)
    exports = list(promising.only("name", "ready_by", "schedule").order_by("name"))
    if not exports:
        return
    system, history = _system(), _histories([one.pk for one in exports], now)
    for export in exports:
        try:
            promised, schedule = read_ready_by(export.ready_by), _schedule_of(export, system)
        except LelekaError:  # a zone that is gone from the list: its schedule says so
            continue
        problem = _broken(history[export.pk], promised, schedule, now) if promised else None
        if problem is not None:
            yield Concern(ConcernKind.LATE, f"ready_by:{export.pk}", export.name, [problem])


def _system() -> Schedule | None:
    row = SystemSchedule.objects.filter(on=True).first()
    try:
        return parse_schedule(row.schedule, row.name) if row else None
    except LelekaError:
        return None


def _schedule_of(export: Export, system: Schedule | None) -> Schedule | None:
    """Return the schedule that an export follows; None where nothing runs it by itself."""
    policy = export.schedule["policy"]
    if policy == OWN:
        return parse_schedule(export.schedule.get("schedule"), export.name)
    return system if policy == SYSTEM else None


def _histories(exports: list[int], now: datetime) -> Mapping[int, _History]:
    found: dict[int, _History] = defaultdict(_History)
    runs = Run.objects.filter(export__in=exports)
    well = runs.filter(status__in=_WELL, created_at__gte=now - _BACK).order_by("pk")
    asked = well.annotate(asked_at=Min("steps__refresh__created_at"))
    for number, created, asked_at, ended, counts in asked.values_list(
        "export", "created_at", "asked_at", "finished_at", "counts"
    ):
        if not (counts or {}).get("unconfirmed"):
            found[number].confirmed.append(created)
        if ended is not None:
            found[number].took.append((ended - (asked_at or created)).total_seconds())
    for run in runs.filter(finished_at__isnull=True).defer("config", "counts"):
        found[run.export_id].live = run
    for number, retry_at in runs.filter(retry_at__isnull=False, tried_again=False).values_list(
        "export", "retry_at"
    ):
        found[number].retry_at = retry_at
    ahead = RefreshStep.objects.filter(
        kind=StepKind.EXPORT, of__in=exports, refresh__finished_at__isnull=True
    )
    for number, created in ahead.filter(run__isnull=True, status__in=_AHEAD).values_list(
        "of", "refresh__created_at"
    ):
        found[number].begun_at = created
    return found


def _broken(known: _History, promised: ReadyBy, schedule: Schedule | None, now: datetime) -> Problem | None:
    passed = _last_asked(promised, schedule, now)
    if passed is not None and _counts(promised, passed) and not _is_confirmed(known, passed):
        return Problem.of("READY_BY_MISSED", **_said(promised, passed.deadline))
    ahead = cycle_of(promised.next(now), schedule)
    if ahead is None or not _counts(promised, ahead) or _is_confirmed(known, ahead):
        return None
    expected = _expected(known, schedule, now)
    if expected <= ahead.deadline + _MARGIN:
        return None
    told = f"{expected.astimezone(ZoneInfo(promised.time_zone)):%Y-%m-%d %H:%M}"
    return Problem.of("READY_BY_AT_RISK", expected=told, **_said(promised, ahead.deadline))


def _last_asked(promised: ReadyBy, schedule: Schedule | None, now: datetime) -> Cycle | None:
    """Return the newest deadline that has passed and asked for something: it stays so until that is confirmed."""
    deadline = promised.last(now)
    while deadline > now - _BACK:
        if (cycle := cycle_of(deadline, schedule)) is not None:
            return cycle
        deadline = promised.last(deadline - timedelta(seconds=1))
    return None


def _counts(promised: ReadyBy, cycle: Cycle) -> bool:
    """Return whether it was promised before what it asks for was due."""
    return promised.since is None or promised.since <= cycle.begins_at


def _said(promised: ReadyBy, deadline: datetime) -> dict[str, str]:
    at = deadline.astimezone(ZoneInfo(promised.time_zone))
    return {"time": f"{at:%Y-%m-%d %H:%M}", "zone": promised.time_zone}


def _is_confirmed(known: _History, cycle: Cycle) -> bool:
    return any(asked_at >= cycle.begins_at for asked_at in known.confirmed)


def _expected(known: _History, schedule: Schedule | None, now: datetime) -> datetime:
    """Return when the next confirmed run is to be expected: the one under way, tried again, or due."""
    if known.live is not None:
        progress = progress_of(known.live)
        sending = now.timestamp() - known.live.progress["began"] if progress else 0.0
        if progress and progress.seconds_left is not None and sending >= _SETTLED:
            return now + timedelta(seconds=progress.seconds_left)
        return max(now, known.live.created_at + known.takes)
    if known.begun_at is not None:
        return max(now, known.begun_at + known.takes)
    if known.retry_at is not None:
        return max(now, known.retry_at) + known.takes
    due = next_due(schedule, now) if schedule else None
    return (due or now) + known.takes
