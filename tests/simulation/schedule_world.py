"""Five years of schedulers in virtual time: they compete, die, wake up late, and their clock steps.

The calculation of due instants and the decisions are real; a set of keys replaces the database.
"""

import heapq
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251 - the class, for seeded generators
from typing import Any

from leleka.core.schedules import instants as schedule_instants
from leleka.core.schedules import model as schedule_model
from leleka.core.schedules.model import ALL_DAYS, Decision, Kind, Schedule
from tests.simulation.schedule_checker import Row, Start, Timeline, Watched

# Further back than necessary: what is decided already must not come again, and what is not due yet must wait.
_LOOKS_BACK, _LOOKS_AHEAD = timedelta(days=1), timedelta(hours=1)
_RECENT = 50  # decisions that a scheduler reads
_MOST_CLASHES = 50  # in a row, where the others decided at most once: a scheduler that goes on never stops
_HOUR, _DAY = 3_600.0, 86_400.0

# Each zone with the first of its five years.
ZONES = {
    "Africa/Cairo": 2024,
    "Africa/Casablanca": 2024,
    "America/Asuncion": 2020,
    "America/Caracas": 2013,
    "America/New_York": 2024,
    "America/Santiago": 2022,
    "America/Sao_Paulo": 2015,
    "America/St_Johns": 2008,
    "Asia/Amman": 2018,
    "Asia/Kathmandu": 2024,
    "Asia/Pyongyang": 2014,
    "Asia/Tehran": 2018,
    "Australia/Lord_Howe": 2024,
    "Europe/Istanbul": 2014,
    "Europe/Kyiv": 2024,
    "Europe/Paris": 2024,
    "Europe/Volgograd": 2016,
    "Pacific/Apia": 2010,
    "Pacific/Auckland": 2024,
    "UTC": 2036,
}


def _key(export: str, due_at: datetime, _number: int) -> Hashable:
    return export, due_at


@dataclass(frozen=True)
class Parts:
    """The parts of a scheduler; a wrong version of any of them must be detected."""

    instants: Any = schedule_instants
    decide: Callable[..., Sequence[Decision]] = schedule_model.decide
    key: Callable[[str, datetime, int], Hashable] = _key


@dataclass
class World:
    """One schedule, some schedulers, one table of decisions."""

    watched: Watched
    timeline: Timeline
    draw: Random
    parts: Parts = field(default_factory=Parts)
    rows: list[Row] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._schedule = schedule_of(self.watched)
        self._keys: set[Hashable] = set()
        self._known: list[datetime] = []
        self._events: list[tuple[float, int, str, Sequence[Decision]]] = []
        self._number = self._clashes = 0

    def live(self) -> "World":
        for name in self.timeline.downs:
            self._plan(self.watched.since, name)
        while self._events and self._events[0][0] < self.timeline.end:
            at, _, name, decisions = heapq.heappop(self._events)
            if decisions and not self._down_until(name, at):
                self._write(at, name, decisions)
            else:
                self._look(at, name)
        return self

    def _look(self, at: float, name: str) -> None:
        now = self._wall(at)
        known = self._known[-_RECENT:]
        after = max(self._since, max(known) - _LOOKS_BACK) if known else self._since
        due = list(self.parts.instants.instants(self._schedule, after, now + _LOOKS_AHEAD))
        running = any(start.ended_at and start.ended_at > at for start in self.starts[-3:])
        decisions = self.parts.decide(due, known=known, now=now, running=running)
        if decisions:
            self._plan(at + self.draw.uniform(0.0, 0.5), name, decisions)
        else:
            self._sleep(at, name)

    def _write(self, at: float, name: str, decisions: Sequence[Decision]) -> None:
        keys = [self.parts.key(self.watched.export, one.due_at, len(self.rows)) for one in decisions]
        if self._keys.intersection(keys):
            self._clashes += 1
            if self._clashes < _MOST_CLASHES:
                self._plan(at + self.draw.uniform(0.1, 0.5), name)
            return
        self._keys.update(keys)
        self._clashes = 0
        for decision in decisions:
            self._decided(at, decision)
        self._sleep(at, name)

    def _decided(self, at: float, decision: Decision) -> None:
        due = decision.due_at.timestamp()
        if decision.outcome == "started" and self.draw.random() < 0.02:
            decision = decision.failed("KEY_REFUSED")
        if decision.outcome == "started":
            self.starts.append(Start(self.watched.export, due, at, at + self._length()))
        self.rows.append(Row(self.watched.export, due, decision.outcome, decision.reason, at))
        self._known.append(decision.due_at)

    def _length(self) -> float:
        longest = self.draw.choice([60.0, 1_800.0, 1_800.0, 1_800.0, 3 * _HOUR, 30 * _HOUR])
        return self.draw.uniform(1.0, longest)

    def _sleep(self, at: float, name: str) -> None:
        """Wake up when the next instant is due by the clock as it goes now, or when the clock steps."""
        now = self._wall(at)
        after = max([now, *self._known[-1:]])
        following = self.parts.instants.next_instants(self._schedule, after, 1)
        wakes = [one.due_at.timestamp() - self.timeline.offset(at) for one in following]
        wakes += [step for step, _ in self.timeline.steps if step > at][:1]
        if wakes:
            self._plan(max(at, min(wakes)), name)

    def _plan(self, at: float, name: str, decisions: Sequence[Decision] = ()) -> None:
        if not decisions:
            at = (self._down_until(name, at) or at) + self.draw.uniform(0.01, 1.0)
        self._number += 1
        heapq.heappush(self._events, (at, self._number, name, decisions))

    def _down_until(self, name: str, at: float) -> float | None:
        return next((up for down, up in self.timeline.downs[name] if down <= at < up), None)

    @property
    def _since(self) -> datetime:
        return datetime.fromtimestamp(self.watched.since, UTC)

    def _wall(self, at: float) -> datetime:
        return datetime.fromtimestamp(at + self.timeline.offset(at), UTC)


def schedule_of(watched: Watched) -> Schedule:
    kind: Kind = "daily" if watched.days == ALL_DAYS else "weekly"
    return Schedule(kind, watched.days, watched.times, watched.zone)


def weather(draw: Random, begin: float, end: float, names: Sequence[str], *, often: float = 1.0) -> Timeline:
    """Draw which schedulers are down when, all of them at times, and when the clock steps; the last day is
    without faults.

    ``often`` scales the times between faults.
    """
    calm = end - _DAY
    common = _stretches(
        draw, begin, calm, (20 * _DAY * often, 60 * _DAY * often), (60.0, 6 * _HOUR, _DAY, 10 * _DAY)
    )
    downs = {
        name: _joined(
            [
                *common,
                *_stretches(draw, begin, calm, (_DAY * often, 30 * _DAY * often), (2.0, 60.0, 6 * _HOUR)),
            ]
        )
        for name in names
    }
    steps: list[tuple[float, float]] = []
    for stretch in _stretches(
        draw, begin, calm, (10 * _DAY * often, 60 * _DAY * often), (60.0, _HOUR, 6 * _HOUR, 2 * _DAY)
    ):
        off = draw.choice([_HOUR, -_HOUR, -_HOUR, 900.0, 2 * _DAY, -stretch[0]])  # the last is 1970
        steps += [(stretch[0], off), (stretch[1], 0.0)]
    return Timeline(begin, end, downs, steps)


def _stretches(
    draw: Random, begin: float, end: float, apart: tuple[float, float], longest: Sequence[float]
) -> list[tuple[float, float]]:
    found, at = [], begin + draw.uniform(0.0, apart[1])
    while at < end:
        until = min(at + draw.uniform(1.0, draw.choice(longest)), end)
        found.append((at, until))
        at = until + draw.uniform(*apart)
    return found


def _joined(stretches: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for begin, end in sorted(stretches):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
