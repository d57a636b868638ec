"""No second at the destination sees more requests than there are slots, as far as requests do not stray (I-18)."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random  # noqa: TID251 - the class, for seeded generators

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leleka.core.ports.clock import OutOfPatience
from leleka.core.ports.request_slots import Traffic
from leleka.engine.departures import STRAYS
from leleka.engine.rate_limit import TimeScale
from leleka.engine.request_slots import KEPT_FOR_PEOPLE, RequestLimiter
from tests.fakes.clock import VirtualClock
from tests.fakes.destination import LIMITS
from tests.fakes.request_slots import MemoryRequestSlots
from tests.fakes.staged_clock import StagedClock

PLACES = LIMITS.requests_per_second - KEPT_FOR_PEOPLE
IMPORT_EVERY = 61.2 / 100  # seconds, at the whole of the documented limit
LATENCIES = (0.05, 0.5, 2.0, 3.0)

Strays = Callable[[Random], float]


def jitter(chance: Random) -> float:
    return chance.uniform(0.0, STRAYS * 0.99)


@dataclass
class Account:
    """The far side, and processes that send to it: how many threads ask questions, and whether one imports."""

    latency: float = 0.5
    strays: Strays = jitter
    clock: StagedClock = field(default_factory=StagedClock)
    slots: MemoryRequestSlots = field(default_factory=MemoryRequestSlots)
    arrivals: list[float] = field(default_factory=list)
    imports: list[float] = field(default_factory=list)  # by how much each left late
    questions: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    chance: Random = field(default_factory=lambda: Random(1))

    def process(self, holder: str = "") -> RequestLimiter:
        return RequestLimiter(LIMITS, TimeScale(), self.clock, self.slots, holder=holder)

    def asks(self, process: RequestLimiter, seconds: float) -> Callable[[], None]:
        def act() -> None:
            until = self.clock.now() + seconds
            while self.clock.now() < until:
                self.request(process)
                self.questions.append(self.clock.now())

        return act

    def import_at(self, process: RequestLimiter, due: float) -> Callable[[], None]:
        def act() -> None:
            self.clock.sleep(due - self.clock.now())
            with process.turn(importing=True):
                self.imports.append(self.clock.now() - due)
                self.arrive()

        return act

    def request(self, process: RequestLimiter) -> None:
        with process.turn() as underway:
            is_refused = self.arrive()
            underway.answered()
            if is_refused:
                underway.refused()

    def arrive(self) -> bool:
        """Let a request arrive and be answered; return whether it is refused."""
        strays = self.strays(self.chance)
        self.clock.sleep(strays)
        now = self.clock.now()
        self.arrivals.append(now)
        over = sum(now - 1.0 < at <= now for at in self.arrivals) > LIMITS.requests_per_second
        if over:
            self.refused.append(now)
        self.clock.sleep(self.latency)
        return over

    def busiest(self) -> int:
        times = sorted(self.arrivals)
        return max(sum(start <= at < start + 1.0 for at in times) for start in times)


@pytest.mark.parametrize("latency", LATENCIES)
def test_two_processes_share_a_second_and_use_it(latency: float) -> None:
    account = Account(latency)
    one, other = account.process(), account.process()
    account.clock.run(account.asks(process, 150.0) for process in (one, other) for _ in range(16))
    assert account.busiest() <= PLACES
    known = [at for at in account.questions if at > account.questions[0] + 50.0]  # when replies are known
    assert len(known) / (known[-1] - known[0]) >= PLACES / (1 + STRAYS) * 0.95


@pytest.mark.parametrize("latency", LATENCIES)
def test_imports_leave_on_time_whoever_asks_beside_them(latency: float) -> None:
    """And what is left is enough to ask after each."""
    account = Account(latency)
    delivering, neighbour = account.process(), account.process()
    begun = account.clock.now() + 30.0
    count = 200
    actors = [account.import_at(delivering, begun + number * IMPORT_EVERY) for number in range(count)]
    actors += [account.asks(process, 160.0) for process in (delivering, neighbour) for _ in range(6)]
    account.clock.run(actors)
    assert max(account.imports) <= (1 + STRAYS) / PLACES + 1e-6  # a step
    meanwhile = [at for at in account.questions if begun <= at <= begun + count * IMPORT_EVERY]
    assert len(meanwhile) >= 1.15 * count
    assert account.busiest() <= PLACES


def test_an_account_bears_it_if_all_stray_further() -> None:
    """As long as people do not need the place that is kept for them."""
    account = Account(strays=lambda chance: chance.uniform(0.0, 0.35))
    process = account.process()
    account.clock.run(account.asks(process, 120.0) for _ in range(16))
    assert account.busiest() <= LIMITS.requests_per_second


def test_those_that_stray_keep_their_slot() -> None:
    """Three are unanswered for much longer than usual: one place is left to all the others until a second later."""
    account = Account()
    process = account.process()
    for _ in range(100):
        process._times.add(0.5)

    def strays() -> None:
        with process.turn():
            account.clock.sleep(20.0)

    def ask_later() -> None:
        account.clock.sleep(1.0)
        account.asks(process, 24.0)()

    begun = account.clock.now()
    account.clock.run([strays] * 3 + [ask_later] * 8)
    meanwhile = [at for at in account.arrivals if begun + 3.0 <= at < begun + 20.5]
    assert 14 <= len(meanwhile) <= 17
    assert len([at for at in account.arrivals if begun + 22.0 <= at < begun + 24.0]) >= 6


def test_after_a_refusal_everybody_keeps_a_slot_until_a_second_after_the_reply() -> None:
    """A network that delays every request as it likes: refused once a minute at most, and in between never."""
    account = Account(latency=0.05, strays=lambda chance: chance.choice([0.0, 1.5]))
    process = account.process()
    for _ in range(200):  # of the past, in which nothing was slower
        process._times.add(1.6)
    account.clock.run(account.asks(process, 300.0) for _ in range(12))
    first = [at for at in account.refused if not any(0.0 < at - other < 5.0 for other in account.refused)]
    assert first
    assert min((later - at for at, later in pairwise(first)), default=60.0) >= 60.0


@given(st.lists(st.tuples(st.floats(0.001, 3.0), st.floats(0, 1)), min_size=20, max_size=60))
def test_where_nothing_is_known_nothing_may_stray(latencies: list[tuple[float, float]]) -> None:
    """One after the other, as a connection test asks: a request may arrive anywhere between first byte and reply."""
    clock = VirtualClock(1_000.0)  # moments of today are a quarter of a microsecond apart as floats
    slots = MemoryRequestSlots()
    slots.traffic = Traffic(refused_at=clock.now() - 0.5)
    pace = RequestLimiter(LIMITS, TimeScale(), clock, slots)
    arrivals = []
    for latency, share in latencies[:40]:
        with pace.turn():
            begun = clock.now()
            clock.sleep(latency)
            arrivals.append(begun + share * latency)
    arrivals.sort()
    crowded = [
        (one, other) for one, other in zip(arrivals, arrivals[PLACES:], strict=False) if other - one < 1.0
    ]
    assert crowded == []


def test_without_limits_nobody_waits() -> None:
    clock = VirtualClock()
    pace, begun = RequestLimiter(LIMITS, TimeScale(None), clock, MemoryRequestSlots()), clock.now()
    for _ in range(1000):
        with pace.turn():
            pass
    assert clock.now() == begun


def test_a_failed_request_gives_its_place_back() -> None:
    clock = VirtualClock()
    pace, begun = RequestLimiter(LIMITS, TimeScale(), clock, MemoryRequestSlots()), clock.now()
    for _ in range(3 * PLACES):
        with pytest.raises(OSError, match="reset"), pace.turn():
            raise OSError("reset")
    assert clock.now() - begun < LIMITS.seconds_in_flight


def leave(died: ExitStack, dead: RequestLimiter) -> None:
    """Let all slots be taken by requests that nobody awaits any more."""
    for _ in range(PLACES):
        died.enter_context(dead.turn())


def ask(account: Account, process: RequestLimiter) -> None:
    for _ in range(2 * PLACES):
        account.request(process)


def test_what_a_dead_process_had_under_way_ends_with_its_deadline_or_its_lease() -> None:
    def seconds_of_eight(*, released: bool) -> float:
        account = Account()
        dead, died = account.process("run 1"), ExitStack()
        account.clock.run([lambda: leave(died, dead)])
        if released:
            account.slots.traffic = account.slots.traffic.released("run 1", account.clock.now() + 1.0)
        begun = account.clock.now()
        process = account.process()
        account.clock.run([lambda: ask(account, process)])
        return account.clock.now() - begun

    assert 55.0 < seconds_of_eight(released=False) < 65.0
    assert seconds_of_eight(released=True) < 10.0


def test_a_test_host_is_as_much_faster_as_it_says() -> None:
    """What a dead process had under way too: it would hold an account for an hour of its own time."""
    clock = VirtualClock()
    slots = MemoryRequestSlots()
    dead = RequestLimiter(LIMITS, TimeScale(60.0), clock, slots)
    died = ExitStack()
    for _ in range(PLACES):
        died.enter_context(dead.turn())
        clock.sleep(0.02)
    begun = clock.now()
    with RequestLimiter(LIMITS, TimeScale(60.0), clock, slots).turn():
        assert clock.now() - begun <= 1.1


def test_a_slot_held_into_a_future_that_cannot_be_is_free() -> None:
    """Fault 58: the clock was set back an hour after the requests left."""
    clock = VirtualClock()
    pace = RequestLimiter(LIMITS, TimeScale(), clock, MemoryRequestSlots())
    died = ExitStack()
    for _ in range(PLACES):
        died.enter_context(pace.turn())
        clock.sleep(1.0)
    clock.step_wall(-3600.0)
    begun = clock.monotonic()
    with pace.turn():
        assert clock.monotonic() - begun < 1.0


def test_a_slot_that_cannot_be_given_back_takes_no_reply_along() -> None:
    """The database is away for a moment after an import was accepted: sent again, it would be imported twice."""
    clock, slots = VirtualClock(), MemoryRequestSlots()
    pace = RequestLimiter(LIMITS, TimeScale(), clock, slots)
    with pace.turn(importing=True) as underway:
        slots.broken = OSError("the database is away")
        underway.refused()
        accepted = "batch-1"
    assert accepted == "batch-1"
    slots.broken = None
    with pace.turn():
        assert len(slots.traffic.departures) == 2


def test_whoever_breaks_off_the_wait_keeps_no_slot() -> None:
    class Canceled(VirtualClock):
        asked = False

        def sleep(self, seconds: float) -> None:
            if self.asked:
                raise OutOfPatience
            super().sleep(seconds)

    clock, slots = Canceled(), MemoryRequestSlots()
    pace = RequestLimiter(LIMITS, TimeScale(), clock, slots)
    for _ in range(PLACES + 2):
        clock.asked = False
        with pace.turn(importing=True):
            clock.asked = True
            with pytest.raises(OutOfPatience), pace.turn(importing=True):
                raise AssertionError("it left before its time")
    assert all(one.answered for one in slots.traffic.departures)


def test_only_replies_teach_how_long_they_take() -> None:
    """A network that stood still for minutes must not make every straggler usual."""
    clock = VirtualClock()
    pace = RequestLimiter(LIMITS, TimeScale(), clock, MemoryRequestSlots())
    for _ in range(20):
        with pace.turn() as underway:
            clock.sleep(0.5)
            underway.answered()
    for _ in range(5):
        with pace.turn():
            clock.sleep(60.0)
    assert pace._times.usual == pytest.approx(0.5)
