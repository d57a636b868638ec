"""One world: an account, its exports, people who change, workers who die. Everything follows from the seed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random  # noqa: TID251 - the class, for seeded generators

from leleka.core.data_matching import Leavers
from leleka.core.ports.destination import Body, Field
from leleka.engine import delivery
from leleka.engine.suppression_reading import NoCache, SuppressionCache
from tests.fakes.clock import TICK, VirtualClock
from tests.fakes.outbox import ProcessDied
from tests.simulation.far import Far, Violation
from tests.simulation.office import SHARE, MemoryOffice, Office
from tests.simulation.oracle import Oracle
from tests.simulation.people import Crowd
from tests.simulation.shelf import Readings, Shelf
from tests.simulation.wall import WallClock
from tests.simulation.warehouse import SimWarehouse
from tests.simulation.weather import PAUSES, Shape, calm
from tests.simulation.worker import MARK, Export, Worker

_FIELDS = (("first_name", "field:2"), ("last_name", "field:3"))  # of each export, now and after an edit
_LONGEST_RUN = 24 * 3600.0  # seconds after which a run that has not ended is not live
_MOST_TICKS = 60_000
_LAST_RUNS = 8
_LONG_IDLE = 10.0  # where nobody cancels, idle steps show nothing and cost most of the time

MakeOffice = Callable[["World"], Office]


@dataclass
class Stats:
    crashes: int = 0
    pauses: int = 0
    errors: int = 0
    runs: int = 0
    points: list[str] = field(default_factory=list)


class World:
    """``die_at`` names the one numbered point at which a worker dies, for enumeration."""

    readings: Readings | None = None  # where they are kept

    def __init__(
        self,
        shape: Shape,
        chance: Random,
        fate: Random | None = None,
        *,
        office: MakeOffice = MemoryOffice,
        die_at: int = 0,
    ) -> None:
        self.shape = shape
        self.chance = chance
        self.weather = shape.weather
        self.die_at = die_at
        self.clock = VirtualClock(tick=TICK)
        self.fate = fate or Random(0)
        self.forms = Random(repr(chance.getstate()))  # nothing is drawn: worlds keep their other faults
        self._open_forms()
        self.wall = WallClock(self.clock, self.fate)
        self.far = Far(self.clock, shape, chance)
        self.exports = [
            Export(f"export {number}", _FIELDS[number][0], MARK if shape.mark and not number else Leavers())
            for number in range(shape.exports)
        ]
        self.crowd = Crowd(shape, chance, [one.name for one in self.exports])
        self.warehouses = {name: SimWarehouse(people, name) for name, people in self.crowd.members.items()}
        self.office = office(self)
        self.far.allowed = {name for names in _FIELDS for name in names} | (
            {"field:1"} if shape.mark else set()
        )
        self.far.custom_fields |= {key: Field(key, key, "text") for key in ("field:2", "field:3")}
        self.far.poison = self.crowd.poison
        self.oracle = Oracle(self)
        self.workers: list[Worker] = []
        self.acting: Worker | None = None
        self.stats = Stats()
        self.names = 0
        self.died: set[str] = set()
        self.interrupted: set[str] = set()
        self.current: dict[str, Export] = {}

    def _open_forms(self) -> None:
        """In some worlds the list has a form, which asks to confirm what is signed up for; in some of them readings of
        who did not are kept, as the product keeps them.
        """
        if self.forms.random() < 0.2:
            self.readings = Readings() if self.forms.random() < 0.5 else None
            often = [0.05, 0.3] if self.readings else [0.005, 0.02]
            self.weather = replace(self.weather, sign_up=self.forms.choice(often))
            self.shape = replace(self.shape, weather=self.weather)
        self.share = self.forms.choice([SHARE, 1.0])

    def live(self) -> None:
        """The whole course: runs under all faults, then without faults, until nothing is left to send."""
        usual = vars(delivery)["_IDLE"]
        if not self.weather.cancel:
            vars(delivery)["_IDLE"] = _LONG_IDLE
        try:
            self._live()
        finally:
            vars(delivery)["_IDLE"] = usual

    def _live(self) -> None:
        for _ in range(self.shape.runs):
            self.run_all()
            self.wait(self.chance.choice([1.0, 60.0, 3600.0, 90_000.0]))
            self.crowd.change(self)
            self._fall_out()
        self.wall.mend()
        self.weather = self.far.weather = calm(self.weather)
        self.shape = self.far.shape = replace(self.shape, weather=self.weather)
        self.settle_down()

    def settle_down(self) -> None:
        """Run until a run has nothing left over, then once more: nobody may be sent to (I-9)."""
        for _ in range(_LAST_RUNS):
            self.run_all()
            self.wait(25 * 3600.0)
            if self.oracle.converged():
                break
        else:
            raise Violation(f"I-1 not live: {self.oracle.missing()}")
        sent = self.far.seen.posts
        self.run_all()
        if self.far.seen.posts != sent:
            raise Violation(f"I-9 with nothing changed, {self.far.seen.posts - sent} requests were sent")
        self.oracle.check_end()

    def run_all(self) -> None:
        """One run of every export, all at the same time."""
        began = self.clock.monotonic()
        runs = {}
        for export in self.exports:
            self.names += 1
            runs[f"run {self.names}"] = export
            self.office.new_run(f"run {self.names}", export)
            if self.readings:
                self.readings.asked[f"run {self.names}"] = self.clock.monotonic()
        self.stats.runs += len(runs)
        for _ in range(_MOST_TICKS):
            left = {name: one for name, one in runs.items() if name not in self.office.finished()}
            if not left and not self.workers:
                break
            if self.clock.monotonic() - began > _LONGEST_RUN:
                raise Violation(f"I-16 {sorted(left)} do not end")
            self.tick(left)
        else:
            raise Violation(f"I-16 {_MOST_TICKS} steps, and no end")
        self.workers.clear()

    def tick(self, runs: dict[str, Export]) -> None:
        """Let one worker take a step, or start a missing one; otherwise a second passes."""
        for name, export in runs.items():
            self._staff(name, export)
        ready = [worker for worker in self.workers if not worker.frozen]
        if not ready:
            self.wait(5.0)
            self._sign_up()
            return
        self.current = runs
        worker = ready[0] if len(ready) == 1 else self.chance.choice(ready)
        worker.step()
        if not worker.alive:
            self.workers.remove(worker)
        self._happen(runs)

    def _staff(self, name: str, export: Export) -> None:
        mine = [worker for worker in self.workers if worker.run == name]
        if any(not worker.frozen for worker in mine) or name in self.office.finished():
            return
        dead = name in self.died and not mine and self.chance.random() < 0.5
        claimed = self.office.claim(name, previous_is_dead=dead or name in self.interrupted)
        if claimed is not None:
            self.died.discard(name)
            self.interrupted.discard(name)
            self.workers.append(Worker(self, export, name, *claimed))

    def _happen(self, runs: dict[str, Export]) -> None:
        weather, chance = self.weather, self.chance
        if weather.edit_meanwhile and chance.random() < weather.edit_meanwhile:
            self.crowd.change(self, most=2)
        if weather.cancel and runs and chance.random() < weather.cancel:
            name = chance.choice(sorted(runs))
            self.office.cancel(name)
            self.oracle.canceled.setdefault(name, self.clock.monotonic())
        self._fall_out()

    def _fall_out(self) -> None:
        """What happens to the machine and the installation: a clock that is set, an export that is edited."""
        weather, fate = self.weather, self.fate
        self._sign_up()
        self.wall.notice()
        if weather.clock and fate.random() < weather.clock:
            self.wall.step(weather.years)
        if weather.reconfigured and fate.random() < weather.reconfigured:
            number = fate.randrange(len(self.exports))
            old = self.exports[number]
            one, other = _FIELDS[number]
            self.exports[number] = replace(old, field=other if old.field == one else one)
            self.office.reconfigure(self.exports[number])

    def _sign_up(self) -> None:
        if self.weather.sign_up and self.forms.random() < self.weather.sign_up:
            self.crowd.sign_up(self, self.forms)

    def wait(self, seconds: float) -> None:
        self.pass_until(self.clock.monotonic() + seconds)

    def pass_until(self, when: float) -> None:
        """Let time pass, and do on the remote side what is due meanwhile, each thing at its moment."""
        while self.far.next_event() <= when:
            self.clock.sleep(self.far.next_event() - self.clock.monotonic())
            self.far.advance()
        self.clock.sleep(when - self.clock.monotonic())

    def point(self, worker: Worker, name: str) -> None:
        """A numbered point: die here, be suspended here, or continue."""
        self.stats.points.append(name)
        if len(self.stats.points) == self.die_at:
            raise ProcessDied
        weather = self.weather
        draw = self.chance.random() if weather.crash or weather.pause else 1.0
        if draw < weather.crash:
            raise ProcessDied
        if draw < weather.crash + weather.pause and not any(one.frozen for one in self.workers):
            self._freeze(worker, self.chance.choice(PAUSES))

    def statement(self, name: str) -> str:
        """A write to the database, or its commit: return "die", "fail" or "" for what happens there."""
        self.stats.points.append(name)
        if len(self.stats.points) == self.die_at:
            return "die"
        if self.weather.database and self.fate.random() < self.weather.database:
            self.stats.errors += 1
            return "fail"
        return ""

    def _freeze(self, worker: Worker, seconds: float) -> None:
        """The process is suspended; others continue, and one may take its run over."""
        self.stats.pauses += 1
        until = self.clock.monotonic() + seconds
        worker.frozen, acting = True, self.acting
        while self.clock.monotonic() < until:
            self.tick(self.current)
        worker.frozen, self.acting = False, acting

    def cache(self, run: str) -> SuppressionCache:
        return Shelf(self.clock, self.readings, run) if self.readings else NoCache()

    def plans(self, worker: Worker) -> None:
        self.oracle.planning(worker)

    def settled(self) -> None:
        self.oracle.settled()

    def judge_departure(self, worker: Worker, number: int, body: Body) -> None:
        self.oracle.departure(worker, number, body)
