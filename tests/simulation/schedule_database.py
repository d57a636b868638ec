"""The real scheduler over a real database, in virtual time: two of them interleave, die, sleep, and their
clock steps.

Only the duration of a refresh is modelled: it is closed by hand when its time has come.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random  # noqa: TID251 - the class, for seeded generators
from time import perf_counter
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from leleka.core.schedules.model import ALL_DAYS, ExportSchedule, Schedule
from leleka.core.schedules.parser import to_data
from leleka.errors import NeedsAttention
from leleka.services.exports.schedule_setting import OWN, next_due, stored
from leleka.services.refresh import commands as refresh_commands
from leleka.state.models import DueDecision, Export, Refresh, SystemSchedule
from leleka.worker import schedules as worker_schedules
from tests.simulation.schedule_checker import Row, Start, Timeline, Watched, check, due_instants
from tests.simulation.schedule_world import ZONES, schedule_of, weather

NAMES = ("one", "two")
DAYS = 25
SYSTEM = "system"
NIGHT = (time(0), time(0, 30), time(1, 30), time(2), time(2, 15), time(2, 30), time(3), time(8))
SYSTEM_TIMES = (time(0, 30), time(2, 30), time(9), time(18))
_DEATHS, _FAILURES, _MEANWHILE = 0.05, 0.02, 0.3  # how likely
_STUCK = 8  # looks that decide nothing, after which it is waited for something else
_DAY = 86_400.0


class Killed(BaseException):
    """The scheduler has died."""


@dataclass
class Clock:
    """The true time, and the wall clock, which is off by what the timeline says."""

    timeline: Timeline
    at: float

    def now(self) -> float:
        return self.at + self.timeline.offset(self.at)

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += max(seconds, 0.0)


@dataclass
class DatabaseWorld:
    """Schedules in so many zones, and the system's; ``module`` is the scheduler, or a wrong version of it."""

    zones: Sequence[str]
    first_day: date
    days: int
    draw: Random
    module: Any = worker_schedules
    watched: list[Watched] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    deaths: int = 0

    def __post_init__(self) -> None:
        begin = datetime.combine(self.first_day, time(), UTC).timestamp()
        end = begin + self.days * _DAY
        self.timeline = weather(self.draw, begin, end, NAMES, often=0.15)
        self.clock = Clock(self.timeline, begin)
        self._until = end - 3_600
        self._begun: dict[int, Start] = {}
        self._seen = self._stuck = 0
        self._nested = False
        self._set_up()

    @property
    def starts(self) -> list[Start]:
        return list(self._begun.values())

    def live(self) -> "DatabaseWorld":
        with self._disturbed():
            while self._go_on() < self.timeline.end:
                self._close()
                for name in self.draw.sample(NAMES, len(NAMES)):
                    if not self._is_down(name):
                        self._tick()
        return self

    def _set_up(self) -> None:
        for model in (DueDecision, Refresh, Export, SystemSchedule):
            model.objects.all().delete()
        since = datetime.fromtimestamp(self.clock.at, UTC)
        for number, zone in enumerate(self.zones):
            row = Export.objects.create(name=str(number), target="7", matching={}, leavers={"policy": "keep"})
            days = ALL_DAYS if self.draw.random() < 0.7 else frozenset(self.draw.sample(range(7), 3))
            schedule = self._watch(f"export:{row.pk}", zone, days, (self.draw.choice(NIGHT),))
            Export.objects.filter(pk=row.pk).update(
                schedule=stored(ExportSchedule(OWN, schedule)),
                schedule_since=since,
                next_due_at=next_due(schedule, since),
            )
        system = self._watch(SYSTEM, "Europe/Kyiv", ALL_DAYS, SYSTEM_TIMES)
        SystemSchedule.objects.create(
            pk=1, on=True, schedule=to_data(system), since=since, next_due_at=next_due(system, since)
        )

    def _watch(self, subject: str, zone: str, days: frozenset[int], times: tuple[time, ...]) -> Schedule:
        watched = Watched(subject, zone, days, times, self.clock.at, self._until)
        self.watched.append(watched)
        return schedule_of(watched)

    def _tick(self) -> None:
        try:
            self.module.tick(self.clock)
        except Killed:
            self.deaths += 1
        self._look()

    def _look(self) -> None:
        """Record what was written, with the true time."""
        for row in DueDecision.objects.filter(pk__gt=self._seen).order_by("pk"):
            self._seen, self._stuck = row.pk, 0
            due = row.due_at.timestamp()
            self.rows.append(Row(row.subject, due, row.outcome, row.reason, self.clock.at))
        for refresh in Refresh.objects.filter(pk__gt=max(self._begun, default=0)):
            assert refresh.due_at is not None
            subject = SYSTEM if refresh.scope == "everything" else refresh.scope
            longest = self.draw.choice([60.0, 1_800.0, 1_800.0, 10_800.0, 30 * 3_600.0])
            self._begun[refresh.pk] = Start(
                subject,
                refresh.due_at.timestamp(),
                self.clock.at,
                self.clock.at + self.draw.uniform(1.0, longest),
            )

    def _close(self) -> None:
        over = [number for number, start in self._begun.items() if (start.ended_at or 0.0) <= self.clock.at]
        now = datetime.fromtimestamp(self.clock.at, UTC)
        live = Refresh.objects.filter(pk__in=over[-200:], finished_at__isnull=True)
        live.update(walked_at=now, finished_at=now, status="Successful")

    def _go_on(self) -> float:
        """Let time pass until something happens."""
        at = self.clock.at
        marks = [start.ended_at for start in self._begun.values() if start.ended_at and start.ended_at > at]
        marks += [up for downs in self.timeline.downs.values() for _, up in downs if up > at]
        marks += [step for step, _ in self.timeline.steps if step > at]
        marks.append(self.timeline.end)
        due = self._next_due() - self.timeline.offset(at)
        self._stuck += due <= at
        if due > at:
            marks.append(due)
        elif self._stuck < _STUCK and not all(map(self._is_down, NAMES)):
            marks.append(at + 0.5)
        self.clock.at = min(marks) + self.draw.uniform(0.01, 0.5)
        return self.clock.at

    def _next_due(self) -> float:
        rows = [
            *Export.objects.values_list("next_due_at"),
            *SystemSchedule.objects.values_list("next_due_at"),
        ]
        return min(one.timestamp() for (one,) in rows if one is not None)

    def _is_down(self, name: str) -> bool:
        return any(down <= self.clock.at < up for down, up in self.timeline.downs[name])

    @contextmanager
    def _disturbed(self) -> Iterator[None]:
        """Let schedulers die between their writes, and let the other one decide after this one has read."""
        live, move_on = self.module._Due._live, self.module._Due._move_on

        def meanwhile(due: Any) -> str:
            """The last that is read before anything is written."""
            found: str = live(due)
            if not self._nested and self.draw.random() < _MEANWHILE:
                self._nested = True
                self._tick()
                self._nested = False
            return found

        def plan(*words: Any) -> Refresh:
            if self.draw.random() < _FAILURES:
                raise NeedsAttention("KEY_REFUSED", status=403)
            planned = refresh_commands.plan(*words)
            self._die()
            return planned

        def moving(due: Any, to: datetime | None) -> None:
            self._die()
            move_on(due, to)
            self._die()

        with ExitStack() as stack:
            stack.enter_context(patch.object(self.module._Due, "_live", meanwhile))
            stack.enter_context(patch.object(self.module, "refresh_commands", SimpleNamespace(plan=plan)))
            stack.enter_context(patch.object(self.module._Due, "_move_on", moving))
            yield

    def _die(self) -> None:
        if self.draw.random() < _DEATHS:
            raise Killed


def eventful(seed: int) -> date:
    """Return a day shortly before the clocks change somewhere."""
    days = (date(2027, 3, 10), date(2027, 10, 22), date(2011, 12, 20), date(2027, 4, 1), date(2026, 9, 25))
    return days[seed % len(days)] - timedelta(days=seed % 3)


def lived(
    seed: int, zones: Sequence[str], days: int, module: Any = worker_schedules
) -> tuple[DatabaseWorld, list[str]]:
    """Run the world of a seed; return it with everything that is wrong with its decisions."""
    world = DatabaseWorld(zones, eventful(seed), days, Random(seed), module).live()
    return world, check(world.watched, world.timeline, world.rows, world.starts)


@dataclass
class Campaign:
    seeds: int = 0
    instants: int = 0
    deaths: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        return (
            f"schedules: {self.seeds} worlds, {self.instants:,} due instants, {self.deaths} deaths of schedulers, "
            f"{len(self.violations)} violations, {self.seconds:.0f} seconds"
        )


def campaign(instants: int, first_seed: int, *, tell: Callable[[str], None]) -> Campaign:
    """Run worlds until so many instants were due."""
    result, began = Campaign(), perf_counter()
    while result.instants < instants:
        seed = first_seed + result.seeds
        world, wrong = lived(seed, tuple(ZONES), DAYS)
        result.seeds += 1
        result.instants += sum(len(due_instants(one, one.until)) for one in world.watched)
        result.deaths += world.deaths
        for one in wrong:
            tell(f"SEED={seed} {one}")
        result.violations += wrong
    result.seconds = perf_counter() - began
    return result
