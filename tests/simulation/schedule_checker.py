"""Judges a log of decisions and starts by the schedules alone, without sharing code with the scheduler.

All of its input is plain data in seconds since 1970, so that rows of a real database can be judged as well.
It computes by itself when something is due: it steps through UTC and reads the local time.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

EPSILON = 5.0  # seconds within which a scheduler that is up decides
_HOUR, _MINUTE, _DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
_OUTCOMES = {"started", "skipped-overlap", "skipped-missed", "failed-to-start"}


@dataclass(frozen=True)
class Watched:
    """The schedule of one export, as it was saved, from then to the end of the log."""

    export: str
    zone: str
    days: frozenset[int]
    times: tuple[time, ...]
    since: float
    until: float
    first_day: date = date.min
    last_day: date = date.max


@dataclass(frozen=True)
class Timeline:
    """What went wrong: who was down from when to when; and from when on the wall clock was off by how much."""

    begin: float
    end: float
    downs: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=lambda: {"one": ()})
    steps: Sequence[tuple[float, float]] = ()
    patience: float = (
        EPSILON  # within which whoever is up decides; longer where real processes share a machine
    )

    def offset(self, moment: float) -> float:
        number = bisect_right(self.steps, (moment, float("inf")))
        return self.steps[number - 1][1] if number else 0.0

    def watches(self) -> Iterator[tuple[float, float, float]]:
        """Return the stretches during which one scheduler is up and the clock does not step, and how far it
        is off.
        """
        for downs in self.downs.values():
            at = self.begin
            for down, up in [*downs, (self.end, self.end)]:
                marks = [at, *(step for step, _ in self.steps if at < step < down), down]
                yield from ((a, b, self.offset(a)) for a, b in pairwise(marks) if a < b)
                at = up


@dataclass(frozen=True)
class Row:
    """A decision; ``decided_at`` is the true time."""

    export: str
    due_at: float
    outcome: str
    reason: str
    decided_at: float


@dataclass(frozen=True)
class Start:
    export: str
    due_at: float
    started_at: float
    ended_at: float | None = None  # while it goes on


def check(
    schedules: Sequence[Watched], timeline: Timeline, rows: Sequence[Row], starts: Sequence[Start]
) -> list[str]:
    """Return everything that is wrong with the log; an empty list if nothing is."""
    wrong: list[str] = []
    names = {one.export for one in schedules}
    wrong += [f"{row.export}: nobody asked for a schedule" for row in rows if row.export not in names]
    for one in schedules:
        mine = [row for row in rows if row.export == one.export]
        begun = sorted((s for s in starts if s.export == one.export), key=lambda s: s.started_at)
        wrong += [f"{one.export}: {what}" for what in _Judge(one, timeline, mine, begun).verdict()]
    return wrong


def due_instants(watched: Watched, until: float) -> list[float]:
    """Return each moment from ``since``, not included, to ``until`` at which the schedule is due."""
    zone, found = ZoneInfo(watched.zone), set()
    day, last = (datetime.fromtimestamp(one, UTC).date() for one in (watched.since, until))
    day, last = max(day - 3 * _DAY, watched.first_day), min(last + 3 * _DAY, watched.last_day)
    while day <= last:
        if day.weekday() in watched.days:
            found |= {_first_shown(datetime.combine(day, wanted), zone) for wanted in watched.times}
        day += _DAY
    return sorted(one for one in found if watched.since < one <= until)


def _first_shown(wanted: datetime, zone: ZoneInfo) -> float:
    """Walk to the first minute at which the clocks show ``wanted`` or later; by the hour while nothing happens."""
    at = wanted.replace(minute=0, tzinfo=UTC) - 16 * _HOUR
    shown = at.astimezone(zone)
    while True:
        later = at + _HOUR
        then = later.astimezone(zone)
        if then.replace(tzinfo=None) >= wanted or then.utcoffset() != shown.utcoffset():
            for minute in range(1, 61):
                if (at + minute * _MINUTE).astimezone(zone).replace(tzinfo=None) >= wanted:
                    return (at + minute * _MINUTE).timestamp()
        at, shown = later, then


class _Judge:
    def __init__(
        self, watched: Watched, timeline: Timeline, rows: Sequence[Row], starts: Sequence[Start]
    ) -> None:
        self._watched, self._timeline, self._rows, self._starts = watched, timeline, rows, starts
        self._watches = sorted(timeline.watches())
        furthest = max((end + offset for _, end, offset in self._watches), default=watched.until)
        self._due = due_instants(watched, max(watched.until, furthest))
        self._next = dict(pairwise(self._due))
        self._seen = self._first_seen()

    def verdict(self) -> Iterator[str]:
        yield from self._matching()
        yield from self._pairs()
        for row in self._rows:
            if row.due_at in self._seen:
                yield from (f"{_said(row)}: {what}" for what in self._row(row, *self._seen[row.due_at]))

    def _matching(self) -> Iterator[str]:
        """One due instant, one decision: nothing twice, nothing left out, nothing that was never due."""
        decided = Counter(row.due_at for row in self._rows)
        yield from (f"{_at(due)} was decided {n} times" for due, n in decided.items() if n > 1)
        yield from (f"{_at(due)} was never due" for due in decided.keys() - set(self._due))
        for due, (_, deadline) in self._seen.items():
            if due <= self._watched.until and deadline <= self._timeline.end and due not in decided:
                yield f"{_at(due)} was not decided"

    def _pairs(self) -> Iterator[str]:
        """What was started is what was decided to start, and no two runs overlap."""
        decided = Counter(row.due_at for row in self._rows if row.outcome == "started")
        begun = Counter(start.due_at for start in self._starts)
        yield from (f"{_at(due)} is called started, and was not" for due in (decided - begun))
        yield from (f"{_at(due)} was started, and nobody decided it" for due in (begun - decided))
        for earlier, later in pairwise(self._starts):
            if earlier.ended_at is None or earlier.ended_at > later.started_at:
                yield f"the run of {_at(later.due_at)} began while that of {_at(earlier.due_at)} went on"

    def _first_seen(self) -> dict[float, tuple[float, float]]:
        """Return the first moment at which anybody could see an instant as due, and by when somebody must
        decide.
        """
        seen, past = {}, 0
        for due in self._due:
            while past < len(self._watches) and sum(self._watches[past][1:]) <= due:
                past += 1  # never reaches this instant, nor a later one
            first = deadline = float("inf")
            for begin, end, offset in self._watches[past:]:
                if begin + self._timeline.patience >= deadline:
                    break
                moment = max(begin, due - offset)
                first = min(first, moment if moment < end else first)
                deadline = min(
                    deadline,
                    moment + self._timeline.patience if moment + self._timeline.patience <= end else deadline,
                )
            seen[due] = (first, deadline)
        return seen

    def _row(self, row: Row, first: float, deadline: float) -> Iterator[str]:
        if row.decided_at < first:
            yield "decided before it was due"
        if row.decided_at > deadline:
            yield f"decided {row.decided_at - deadline + self._timeline.patience:.0f} seconds late"
        if row.outcome not in _OUTCOMES or not row.reason:
            yield f"no outcome, or no reason: {row.outcome!r}, {row.reason!r}"
        clocks = self._clocks(row.decided_at)
        following = self._next.get(row.due_at, float("inf"))
        if row.outcome == "skipped-missed" and following > max(clocks):
            yield "missed, and nothing newer was due"
        if row.outcome != "skipped-missed" and following <= min(clocks):
            yield f"not the newest that was due, which was {_at(following)}"
        if row.outcome == "skipped-overlap" and not self._live(row):
            yield "skipped, and no run went on"

    def _clocks(self, moment: float) -> list[float]:
        """Return what the wall clock showed when somebody looked, shortly before the moment: least
        and most.
        """
        marks = [
            moment - self._timeline.patience,
            *(at for at, _ in self._timeline.steps if moment - self._timeline.patience < at < moment),
        ]
        ends = [*marks[1:], moment]
        shown = [
            (a + self._timeline.offset(a), b + self._timeline.offset(a))
            for a, b in zip(marks, ends, strict=True)
        ]
        return [one for pair in shown for one in pair]

    def _live(self, row: Row) -> bool:
        return any(
            start.started_at <= row.decided_at
            and (start.ended_at is None or start.ended_at > row.decided_at - self._timeline.patience)
            for start in self._starts
            if start.due_at != row.due_at
        )


def _at(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _said(row: Row) -> str:
    return f"{_at(row.due_at)} {row.outcome}"
