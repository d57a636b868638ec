"""When something is due, and what is decided about it: days of the week, times, a zone, and rules for what goes wrong.

``schedules_reading`` reads what people write, ``schedules_instants`` says when it is due. Nothing here knows what
time it is: the caller passes it in.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from leleka.core.statuses import DueOutcome

ALL_DAYS: Final = frozenset(range(7))
MOST_TIMES: Final = 4  # a day, of the system schedule
LEAST_DISTANCE: Final = timedelta(minutes=5)  # between two times
GRACE: Final = timedelta(minutes=15)  # how old an instant may be and still count as on time

Kind = Literal["daily", "weekly"]
Policy = Literal["system", "own", "off"]
Note = Literal["", "gap", "overlap"]

ON_TIME: Final = "on-time"
CATCH_UP: Final = "catch-up"
STILL_RUNNING: Final = "still-running"
NEWER_DUE: Final = "newer-due"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Local times on days of the week in a zone, as ``parse_schedule`` gives it."""

    kind: Kind
    days: frozenset[int]  # 0 is Monday; all seven where the kind is daily
    times: tuple[time, ...]  # one to four whole minutes, ascending, at least LEAST_DISTANCE apart
    zone: str  # a name of the IANA list
    first_day: date | None = None  # local days, both included; the day that counts is the one that was
    last_day: date | None = None  # wanted, also where a change of the clocks moves the run to the next

    def is_over(self, today: date) -> bool:
        """Say whether no day from ``today`` on, a day of the zone, can be one of the schedule's."""
        return self.last_day is not None and self.last_day < today


@dataclass(frozen=True, slots=True)
class ExportSchedule:
    """What an export follows: every system refresh, a schedule of its own (and only then one is there), or nothing."""

    policy: Policy = "system"
    own: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment at which a schedule is due.

    ``note`` tells that the time was not there that day and this is the first moment after it ("gap"), or that the
    time was there twice and this is the first ("overlap"). Where a moved time meets one that is there, it is "".
    """

    due_at: datetime  # UTC; together with whose schedule it is, the key of its decision
    local: datetime  # the same moment as the clocks of the zone show it
    note: Note = ""


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What a change of the clocks does to one time of a schedule."""

    day: date
    wanted: time
    kind: Literal["gap", "overlap"]
    runs_at: datetime  # as the clocks of the zone show it


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a due instant. ``reason`` is a code; of a failure to start, the error's."""

    due_at: datetime
    outcome: DueOutcome
    reason: str

    def failed(self, reason: str) -> "Decision":
        """Return the decision about the same instant when what was to be started could not be."""
        return replace(self, outcome=DueOutcome.FAILED, reason=reason)


def decide(
    due: Sequence[Instant], *, known: Collection[datetime], now: datetime, running: bool
) -> Sequence[Decision]:
    """Decide about everything that is due by ``now`` and newer than all that is ``known`` to be decided.

    At most the newest is started: as a catch-up where it is older than GRACE, and not at all while what was
    started before is still ``running``. All the earlier ones are missed; one run brings what each of them would have.

    ``due`` ascends. The newest of ``known`` is enough; nothing up to it is decided again, whatever the clock says.
    The caller writes the decisions and the start in one transaction under a unique key of owner and ``due_at``; where
    that clashes, somebody else decided meanwhile: it writes nothing, and looks again.
    """
    newest = max(known, default=None)
    open_ = [one for one in due if one.due_at <= now and (newest is None or one.due_at > newest)]
    if not open_:
        return ()
    *earlier, latest = open_
    missed = [Decision(one.due_at, DueOutcome.MISSED, NEWER_DUE) for one in earlier]
    return (*missed, _about_the_latest(latest.due_at, now, running=running))


def _about_the_latest(due_at: datetime, now: datetime, *, running: bool) -> Decision:
    if running:
        return Decision(due_at, DueOutcome.OVERLAP, STILL_RUNNING)
    return Decision(due_at, DueOutcome.STARTED, ON_TIME if now - due_at <= GRACE else CATCH_UP)
