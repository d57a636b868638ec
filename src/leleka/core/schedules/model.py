"""When something is due, and what is decided about it: days of the week, times, a time zone, and rules for
what goes wrong.

``parser`` parses what people write, ``instants`` calculates when it is due. Nothing here
reads the clock: the caller passes the current time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from leleka.core.statuses import DueOutcome

ALL_DAYS: Final = frozenset(range(7))
MOST_TIMES: Final = 4  # a day, for the system schedule
LEAST_DISTANCE: Final = timedelta(minutes=5)  # between two times
GRACE: Final = timedelta(minutes=15)  # how old a due instant may be and still count as on time

Kind = Literal["daily", "weekly"]
Policy = Literal["system", "own", "off"]
Note = Literal["", "gap", "overlap"]

ON_TIME: Final = "on-time"
CATCH_UP: Final = "catch-up"
STILL_RUNNING: Final = "still-running"
NEWER_DUE: Final = "newer-due"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Local times on days of the week in a zone, as returned by ``parse_schedule``."""

    kind: Kind
    days: frozenset[int]  # 0 is Monday; all seven where the kind is daily
    times: tuple[time, ...]  # one to four whole minutes, ascending, at least LEAST_DISTANCE apart
    zone: str  # an IANA name
    first_day: date | None = None  # local days, both included; a moved run counts for its original day
    last_day: date | None = None  # wanted, also where a clock change moves the run to the next day

    def is_over(self, today: date) -> bool:
        """Return whether no day from ``today`` on, a day in the zone, can match the schedule."""
        return self.last_day is not None and self.last_day < today


@dataclass(frozen=True, slots=True)
class ExportSchedule:
    """What an export follows: every system refresh, its own schedule (only then is there one), or nothing."""

    policy: Policy = "system"
    own: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment at which a schedule is due.

    ``note`` is "gap" if the time did not exist that day and this is the first moment after it, or "overlap"
    if the time occurred twice and this is the first. Where a moved time coincides with an existing one, it is
    "".
    """

    due_at: datetime  # UTC; with the schedule's owner, the key of its decision
    local: datetime  # the same moment in the zone's local time
    note: Note = ""


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What a clock change does to one time of a schedule."""

    day: date
    wanted: time
    kind: Literal["gap", "overlap"]
    runs_at: datetime  # in local time


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a due instant. ``reason`` is a code; for a failure to start, the error's code."""

    due_at: datetime
    outcome: DueOutcome
    reason: str

    def failed(self, reason: str) -> "Decision":
        """Return the decision about the same instant when what was to be started could not be."""
        return replace(self, outcome=DueOutcome.FAILED, reason=reason)


def decide(
    due: Sequence[Instant], *, known: Collection[datetime], now: datetime, running: bool
) -> Sequence[Decision]:
    """Decide about everything that is due by ``now`` and newer than everything in ``known``.

    At most the newest is started: as a catch-up if it is older than GRACE, and not at all while the previous
    start is still ``running``. All the earlier ones are missed; one run delivers what each of them would
    have.

    ``due`` ascends. The newest of ``known`` is enough; nothing up to it is decided again, whatever the clock
    says. The caller writes the decisions and the start in one transaction under a unique key of owner and
    ``due_at``; on a conflict, another process has decided meanwhile: the caller writes nothing and checks
    again.
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
