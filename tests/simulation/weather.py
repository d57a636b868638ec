"""What may go wrong in one world. Drawn per seed, and whole families are off in most seeds (swarm
testing).
"""

from dataclasses import dataclass, field, replace
from random import Random  # noqa: TID251 - the class, for seeded generators

SIZES = (0, 1, 249, 250, 251, 500)
PAUSES = (20.0, 80.0, 300.0, 900.0)


@dataclass(frozen=True)
class Weather:
    """Probabilities are per event. ``base`` is how the remote side counts the rows it names; None: it names
    none.
    """

    # the worker
    crash: float = 0.0
    pause: float = 0.0
    cancel: float = 0.0
    edit_meanwhile: float = 0.0
    # the request
    latency: float = 0.5
    throttled: float = 0.0
    unavailable: float = 0.0
    not_sent: float = 0.0
    forbidden: float = 0.0
    lost_before: float = 0.0
    lost_reply: float = 0.0
    # the import queue
    delay: float = 3.0
    reorder: bool = False
    seen_late: float = 0.0
    failed: float = 0.0
    interrupted: float = 0.0
    row_failed: float = 0.0
    row_skipped: float = 0.0
    forgotten: float = 0.0
    # the content
    poison: float = 0.0
    base: int | None = 0
    # the machine and the installation: from a separate generator, so that worlds keep their other faults
    clock: float = 0.0
    years: tuple[int, ...] = ()  # years to which the clock may be set
    reconfigured: float = 0.0
    database: float = 0.0
    # a form of the list: from a third generator
    sign_up: float = 0.0


@dataclass(frozen=True)
class Shape:
    """The parameters of one world."""

    people: int = 30
    rows: int = 7
    exports: int = 1
    runs: int = 2
    mark: bool = False
    per_minute: int = 100
    single_per_minute: int = 20
    true_per_minute: int = 100
    weather: Weather = field(default_factory=Weather)


def calm(weather: Weather) -> Weather:
    """Return the same account without any further faults."""
    return Weather(base=weather.base)


def draw(chance: Random, fate: Random | None = None, *, small: bool = False) -> Shape:
    """Draw a world from a seed's generator; ``small`` for layers that are slow. Without ``fate`` clocks are right,
    nobody edits an export, and the database answers.
    """
    people = chance.randrange(11 if small else 61)
    rows = chance.choice([3, 5, 7] if small else [1, 2, 3, 5, 7, 25])
    boundary = chance.random()
    if boundary < 0.03 and not small:
        people, rows = chance.choice(SIZES), 250
    elif boundary < 0.1:
        people, rows = chance.choice([0, 1, 9, 10, 11, 20]), 10
    slow_account = chance.random() < 0.25
    weather = _weather(chance)
    if small:
        weather = replace(weather, crash=min(weather.crash, 0.02))
    if fate is not None:
        weather = _fated(weather, fate)
    if slow_account:  # the smaller the limit, the more a late arrival matters
        weather = replace(weather, latency=min(weather.latency, 3.0))
    return Shape(
        people=people,
        rows=rows,
        exports=chance.choice([1, 1, 1, 1, 1, 2] if small else [1, 1, 1, 2]),
        runs=chance.choice([1, 2] if small else [1, 2, 2, 3]),
        mark=chance.random() < 0.4,
        per_minute=20 if slow_account else 100,
        true_per_minute=chance.choice([20, 20, 12]) if slow_account else 100,
        weather=weather,
    )


def _fated(weather: Weather, fate: Random) -> Weather:
    """A clock that steps forward makes attempts older than they are, so the queue must show what it holds."""
    clock = _sometimes(fate, 0.15, 0.002, 0.02)
    epoch = fate.random() < 0.4
    if clock and epoch:  # what was written in another year looks old, or young, when the clock is right again
        weather = replace(
            weather, delay=min(weather.delay, 3.0), latency=min(weather.latency, 3.0), forgotten=0.0
        )
    return replace(
        weather,
        clock=clock,
        years=(1970,) if epoch else (),
        reconfigured=_sometimes(fate, 0.2, 0.005, 0.02),
        database=_sometimes(fate, 0.25, 0.003, 0.02, 0.05),
        seen_late=0.0 if clock else weather.seen_late,
    )


def _sometimes(chance: Random, share: float, *levels: float) -> float:
    return chance.choice(levels) if chance.random() < share else 0.0


def _weather(chance: Random) -> Weather:
    def sometimes(share: float, *levels: float) -> float:
        return _sometimes(chance, share, *levels)

    return Weather(
        crash=sometimes(0.6, 0.005, 0.02, 0.05),
        pause=sometimes(0.5, 0.005, 0.02),
        cancel=sometimes(0.2, 0.01),
        edit_meanwhile=sometimes(0.5, 0.02),
        latency=chance.choice([0.2, 0.5, 3.0, 20.0, 45.0]),
        throttled=sometimes(0.25, 0.05, 0.2),
        unavailable=sometimes(0.25, 0.05, 0.2),
        not_sent=sometimes(0.2, 0.05, 0.3),
        forbidden=sometimes(0.15, 0.03, 0.1),
        lost_before=sometimes(0.3, 0.1, 0.3),
        lost_reply=sometimes(0.4, 0.1, 0.3),
        delay=chance.choice([0.5, 3.0, 30.0, 90.0, 90.0, 600.0, 600.0, 5_000.0]),
        reorder=chance.random() < 0.5,
        seen_late=sometimes(0.3, 0.5),
        failed=sometimes(0.25, 0.1, 0.3),
        interrupted=sometimes(0.25, 0.1, 0.3),
        row_failed=sometimes(0.3, 0.02, 0.1),
        row_skipped=sometimes(0.2, 0.02),
        forgotten=sometimes(0.2, 0.05, 0.2),
        poison=sometimes(0.25, 0.03, 0.1),
        base=chance.choice([0, 1, None]),
    )
