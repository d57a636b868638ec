"""Twenty zones, five years, competing schedulers: every due instant has one decision, every mistake is seen (I-17)."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators
from types import ModuleType
from typing import Any

import pytest

from leleka.core.schedules import instants as schedule_instants
from leleka.core.schedules import model as schedule_model
from leleka.core.schedules.model import ALL_DAYS
from tests.simulation.schedule_checker import Row, Watched, check
from tests.simulation.schedule_world import ZONES, Parts, World, weather

NIGHT = (time(0), time(0, 30), time(1, 30), time(2), time(2, 15), time(2, 30), time(2, 45), time(3))
DAY = (time(8), time(14, 30), time(23, 55))
EVENTFUL = ("Europe/Paris", "Pacific/Apia", "Africa/Casablanca", "America/New_York")
NAMES = ("one", "two", "three")


def moment(year: int) -> float:
    return datetime(year, 1, 1, tzinfo=UTC).timestamp()


def lives(zone: str, parts: Parts, seed: int = 0, years: int = 5) -> tuple[World, list[str]]:
    """Run through the years of one zone, and return the checker's findings."""
    draw = Random(f"{zone} {seed}")
    begin, end = moment(ZONES[zone]), moment(ZONES[zone] + years)
    days = ALL_DAYS if draw.random() < 0.1 else frozenset(draw.sample(range(7), draw.randint(1, 2)))
    times = {*draw.sample(NIGHT, 1 + (draw.random() < 0.3)), *draw.sample(DAY, draw.randint(0, 1))}
    watched = Watched(zone, zone, days, tuple(sorted(times)), begin, end - 3_600)
    world = World(watched, weather(draw, begin, end, NAMES), draw, parts).live()
    return world, check([watched], world.timeline, world.rows, world.starts)


@pytest.mark.long
def test_every_due_instant_of_twenty_zones_and_five_years_has_one_decision() -> None:
    rows: list[Row] = []
    for zone in ZONES:
        world, wrong = lives(zone, Parts())
        assert wrong == []
        rows += world.rows
    assert len(rows) > 10_000
    outcomes = {row.outcome for row in rows}
    assert outcomes == {"started", "skipped-overlap", "skipped-missed", "failed-to-start"}
    assert {row.reason for row in rows} == {
        "on-time",
        "catch-up",
        "still-running",
        "newer-due",
        "KEY_REFUSED",
    }


@dataclass(frozen=True)
class Mutant:
    """A wrong version of a part: by an edit of its source, or by another part."""

    name: str
    module: ModuleType | None = None
    old: str = ""
    new: str = ""
    parts: Parts = field(default_factory=Parts)

    def made(self) -> Parts:
        if self.module is None:
            return self.parts
        wrong = _edited(self.module, self.old, self.new)
        if self.module is schedule_instants:
            return replace(self.parts, instants=wrong)
        return replace(self.parts, decide=wrong.decide)


def _edited(module: ModuleType, old: str, new: str) -> Any:
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert source.count(old) == 1, old
    wrong = ModuleType(module.__name__)
    exec(compile(source.replace(old, new), module.__name__, "exec"), wrong.__dict__)  # noqa: S102 - made to be wrong
    return wrong


_INSTANTS = partial(Mutant, module=schedule_instants)
_DECIDE = partial(Mutant, module=schedule_model)
MUTANTS = [
    _INSTANTS("the second of two", old='return first, "overlap"', new='return second, "overlap"'),
    _INSTANTS("a gap by the offset before", old="return _after_the_jump(", new='return first, "gap"  # ('),
    _INSTANTS("a gap by the offset after", old="return _after_the_jump(", new='return second, "gap"  # ('),
    _INSTANTS(
        "a time that is not there does not run",
        old="        if due_at <= after:\n",
        new='        if due_at <= after or note == "gap":\n',
    ),
    _INSTANTS("moved times are not merged", old="if held and held.due_at < due_at:", new="if held:"),
    _INSTANTS("local times are taken for UTC", old=".replace(tzinfo=zone,", new=".replace(tzinfo=UTC,"),
    _INSTANTS(
        "a day that is left out is left out",
        old="_LONGEST_JUMP = timedelta(days=1)",
        new="_LONGEST_JUMP = timedelta(days=-1)",
    ),
    _DECIDE("no look at the newest decision", old="one.due_at > newest)", new="one.due_at != now)"),
    _DECIDE("what will be due is due", old="one.due_at <= now and", new="one.due_at and"),
    _DECIDE(
        "all that were missed are caught up",
        old="Decision(one.due_at, DueOutcome.MISSED, NEWER_DUE)",
        new="Decision(one.due_at, DueOutcome.STARTED, CATCH_UP)",
    ),
    _DECIDE("missed ones leave no row", old="return (*missed, ", new="return (*missed[:0], "),
    _DECIDE(
        "nothing is caught up",
        old="DueOutcome.STARTED, ON_TIME if now - due_at <= GRACE else CATCH_UP)",
        new="DueOutcome.STARTED if now - due_at <= GRACE else DueOutcome.MISSED, NEWER_DUE)",
    ),
    _DECIDE("the oldest is caught up", old="*earlier, latest = open_", new="latest, *earlier = open_"),
    _DECIDE("runs overlap", old="    if running:\n", new="    if running is None:\n"),
    _DECIDE("no reason", old='NEWER_DUE: Final = "newer-due"', new='NEWER_DUE: Final = ""'),
    Mutant("a key without the instant", parts=Parts(key=lambda export, _due, _number: export)),
    Mutant("a key by the day", parts=Parts(key=lambda export, due, _number: (export, due.date()))),
    Mutant("a key of the row alone", parts=Parts(key=lambda _export, _due, number: number)),
    Mutant("nothing is decided", parts=Parts(decide=lambda _due, **_rest: ())),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_wrong_version_is_found_out(mutant: Mutant) -> None:
    parts = mutant.made()
    assert any(lives(zone, parts, seed, 2)[1] for seed in range(6) for zone in EVENTFUL)
